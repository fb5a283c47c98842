"""`python -m evals.fields`: what the local grader's fields are beside the bank's: vectors of the public training questions and references.

Whether a reference is of a field that training knew decides how it is graded (`interviewer.grading.memory`).
"""

import argparse
from pathlib import Path

import numpy as np

from evals.training_data import PUBLIC, case_references, public_cases
from interviewer.grading.memory import FIELDS, write_fields
from interviewer.grading.tasks import derive_points
from knowledge.encoder import open_encoder


def field_texts(folder: Path) -> list[str]:
    """The questions of the public sets' training splits, and the sentences of their references, each once."""
    found: dict[str, None] = {}
    for name in PUBLIC:
        for case in public_cases(folder / f"{name}.jsonl"):
            points = [point.text for reference in case_references(case) for point in derive_points(reference)]
            found |= dict.fromkeys([text for text in (case["question"], *points) if text.strip()])
    return list(found)


def main() -> None:
    """Writes the file that comes with the program."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"), help="folder of the public files")
    texts = field_texts(parser.parse_args().datasets)
    write_fields(np.asarray(open_encoder().encode(texts)))
    print(f"{FIELDS.name}: {len(texts)} texts, {FIELDS.stat().st_size / 1e3:.0f} kB")


if __name__ == "__main__":
    main()
