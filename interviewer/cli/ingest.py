"""`ingest`: articles to questions, as the person's own material."""

import argparse
import sys
from pathlib import Path

from interviewer.cli.shared import Commands, open_interviewer, print_json, warn
from interviewer.errors import ModelFailed
from interviewer.material import material_of
from interviewer.settings import make_home
from interviewer.wiring import Interviewer
from knowledge.errors import SourceUnreadable
from knowledge.ingest.entry import Extraction
from knowledge.ingest.material import Material, MaterialEntry, add_material, material_file


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

    interviewer = None if arguments.dry_run else open_interviewer()
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
        elif interviewer is not None:
            _store(interviewer, extraction)
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


def _store(interviewer: Interviewer, extraction: Extraction) -> None:
    home = make_home(interviewer.settings)
    material = material_of(extraction)
    if interviewer.settings.model and interviewer.material.find(material.sha256) is None:
        material = _with_suggestions(interviewer, material)
    added = add_material(home, material)
    file = material_file(home, material.sha256)
    if not added:
        print(f"already ingested, nothing changed: {file}", file=sys.stderr)
        return
    print(
        f"written to {file}; found and graded from now on, asked once you accept them in the app under Bank",
        file=sys.stderr,
    )


def _with_suggestions(interviewer: Interviewer, material: Material) -> Material:
    """The material with key points by the language model; from its first failure on they stay those of the sentences."""
    entries: list[MaterialEntry] = []
    failed = False
    for entry in material.entries:
        if not failed:
            try:
                points = interviewer.suggest_points(entry.question, entry.answer)
                entry = entry.model_copy(update={"key_points": points})
            except ModelFailed as error:
                failed = True
                warn(f"{error}; key points are taken from the sentences from question {entry.n} on")
        entries.append(entry)
    return material.model_copy(update={"entries": tuple(entries)})
