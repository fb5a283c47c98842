"""`ingest`: articles to questions, as the person's own material."""

import argparse
import sys
from pathlib import Path

from interviewer.cli.shared import Commands, print_json, warn
from interviewer.grading.tasks import derive_points
from interviewer.settings import make_home, read_settings
from knowledge.errors import SourceUnreadable
from knowledge.ingest.claims import claims
from knowledge.ingest.entry import Entry, Extraction
from knowledge.ingest.material import Material, MaterialEntry, MaterialPoint, add_material, material_file


def add_commands(commands: Commands) -> None:
    """Adds the command to the parser."""
    ingest = commands.add_parser("ingest", help="turn articles (txt, md, html, pdf) into questions of your own")
    ingest.add_argument("paths", metavar="PATH", nargs="+", help="an article")
    ingest.add_argument("--dry-run", action="store_true", help="only show what would be taken; write nothing")
    ingest.add_argument("--json", action="store_true", help="print one JSON object a line for each question")
    ingest.set_defaults(run=run_ingest)


def run_ingest(arguments: argparse.Namespace) -> int:
    """Ingests each article by itself. Exit status 2 where one cannot be read, 1 where one holds no question."""
    from knowledge.ingest.extract import extract
    from knowledge.ingest.source import read_source

    home = None if arguments.dry_run else make_home(read_settings())
    status = 0
    for path in dict.fromkeys(arguments.paths):
        try:
            extraction = extract(read_source(Path(path)))
        except SourceUnreadable as error:
            warn(" ".join(str(error).split()))
            status = 2
            continue
        _show(extraction, arguments.json)
        if not extraction.entries:
            status = status or 1
        elif home is not None:
            _store(home, extraction)
    return status


def _show(extraction: Extraction, as_json: bool) -> None:
    if as_json:
        for entry in extraction.entries:
            print_json(entry.model_dump(mode="json"))
        for line in extraction.left_out:
            warn(f"{extraction.file}: {line}")
        return
    recovered = sum(entry.recovered for entry in extraction.entries)
    note = f", {recovered} of them recovered from their answers" if recovered else ""
    print(f"{extraction.file}: {len(extraction.entries)} questions{note}")
    for entry in extraction.entries:
        print(f"  {entry.n}. {entry.question}")
        print("".join(f"     ! {warning}\n" for warning in entry.warnings), end="")
    print("".join(f"  left out: {line}\n" for line in extraction.left_out), end="")


def _store(home: Path, extraction: Extraction) -> None:
    material = Material(
        file=Path(extraction.file).name,
        sha256=extraction.sha256,
        entries=tuple(MaterialEntry.of(entry, key_points(entry)) for entry in extraction.entries),
    )
    added = add_material(home, material)
    file = material_file(home, material.sha256)
    print(f"{'written to' if added else 'already ingested, nothing changed:'} {file}", file=sys.stderr)


def key_points(entry: Entry) -> tuple[MaterialPoint, ...]:
    """One expected point for each claim of the answer; of an answer that is code alone, the code."""
    points = derive_points(claims(entry.answer)) or derive_points(entry.answer)
    return tuple(MaterialPoint(id=point.id, text=point.text) for point in points)
