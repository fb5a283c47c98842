"""`python -m knowledge.check [bank/TOPIC ...]`: lists the faults of the bank, of the named topics or of all."""

import sys
from collections import Counter
from pathlib import Path

from knowledge.load import BANK_FOLDER, STATEMENTS_FOLDER, read_questions, read_statements
from knowledge.rules import missing_statements


def check(topics: list[str]) -> list[str]:
    """Faults of the named topics' files, `file:line: what`."""
    faults: list[str] = []
    for topic in topics:
        questions = {question.id: question for _, question in read_questions(BANK_FOLDER / f"{topic}.yaml", faults)}
        file = STATEMENTS_FOLDER / f"{topic}.jsonl"
        statements = read_statements(file, questions, faults) if file.exists() else []
        for question in questions.values():
            own = tuple(statement for statement in statements if statement.question == question.id)
            faults += [f"{file.name}: {question.id}: {fault}" for fault in missing_statements(question, own)]
        levels = Counter(question.level.value for question in questions.values())
        kinds = Counter(question.kind.value for question in questions.values())
        points = sum(len(question.key_points) for question in questions.values())
        print(
            f"{topic}: {len(questions)} questions {dict(levels)} {dict(kinds)}, {points} points, {len(statements)} statements"
        )
    return faults


def main() -> int:
    """Exit status 1 where a fault is found."""
    topics = [Path(argument).stem for argument in sys.argv[1:]] or [
        file.stem for file in sorted(BANK_FOLDER.glob("*.yaml"))
    ]
    faults = check(topics)
    print("\n".join(faults) or "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
