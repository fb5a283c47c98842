"""Cases from the original layouts of public sets, in a folder that the person points to.

| layout | found by | source |
|---|---|---|
| SemEval-2013 Task 7 | XML files of `<question>` below a folder named beetle or sciEntsBank | `myrosia/semeval-2013-task7` |
| SAF | XML files of `<question>` whose answers hold a `<response>` and a `<score>` | `SebOchs/SAF` |
| Mohler | `data/raw/questions` and `data/scores` | Mohler, Bunescu and Mihalcea 2011, `ShortAnswerGrading_v2.0` |
"""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from pydantic import ValidationError

from evals.cases import Case, Cases, read_cases
from evals.errors import CasesInvalid

SEMEVAL_SETS = {"beetle": "beetle", "scientsbank": "scientsbank"}
SEMEVAL_SCORES = {"correct": 1.0, "partially_correct_incomplete": 0.5}
"""Of the labels; every other one is 0."""
FOLDERS_ABOVE = 3
"""So many folders above the named one may tell set and split (training/3way/beetle/Core); further up are a person's own."""
MOHLER_EXAMS = ("11", "12")
"""Assignments whose single graders scored 0..10; their means, and all other scores, are 0..5."""
MOHLER_TOP = 5.0


def read_any(paths: Sequence[Path]) -> Cases:
    """Cases of files in the project's format and of folders in an original layout, in the order given.

    Raises: CasesInvalid.
    """
    found: list[Case] = []
    for path in paths:
        found += read_folder(path) if path.is_dir() else read_cases([path])
    ids: set[str] = set()
    for case in found:
        if case.id in ids:
            raise CasesInvalid(f"id {case.id!r} stands in two of the files or folders given; give each case once")
        ids.add(case.id)
    return Cases(found)


def without_splits(cases: Cases, left_out: Sequence[str]) -> Cases:
    """The cases of other splits than these. Raises: CasesInvalid where a split is unknown, or nothing is left."""
    known = {case.split for case in cases}
    for name in left_out:
        if name not in known:
            listed = ", ".join(sorted(split for split in known if split)) or "none"
            raise CasesInvalid(f"no case is of the split {name!r}, so it cannot be left out; the splits are: {listed}")
    kept = Cases(case for case in cases if case.split not in left_out)
    if not kept:
        raise CasesInvalid(f"without {', '.join(left_out)} no case is left; leave out fewer splits")
    return kept


def read_folder(folder: Path) -> list[Case]:
    """Cases of a folder whose layout is recognised.

    Raises: CasesInvalid where it is none of the known ones, or a file in it is broken.
    """
    if (folder / "data" / "raw" / "questions").is_file():
        return list(read_mohler(folder / "data"))
    if (folder / "raw" / "questions").is_file():
        return list(read_mohler(folder))
    found = [case for file in sorted(folder.rglob("*.xml")) for case in read_question(file, folder)]
    if not found:
        raise CasesInvalid(
            f"{folder} is no folder of cases: neither SemEval-2013 Task 7 nor SAF (XML) nor Mohler (data/raw/questions); "
            "give a JSON Lines file, or the folder of one of these"
        )
    _refuse_twice(folder, found)
    return found


def _refuse_twice(folder: Path, found: Sequence[Case]) -> None:
    seen: set[str] = set()
    for case in found:
        if case.id in seen:
            raise CasesInvalid(
                f"{folder} holds the reply {case.id!r} twice; point to one of its label sets (2way, 3way or 5way)"
            )
        seen.add(case.id)


def read_question(file: Path, folder: Path) -> Iterator[Case]:
    """Cases of one XML file of SemEval or SAF; none where the file is something else. Raises: CasesInvalid."""
    try:
        root = ElementTree.parse(file).getroot()
    except (ElementTree.ParseError, OSError) as error:
        raise CasesInvalid(f"{file} is not readable XML ({error})") from error
    if root.tag != "question" or root.find("studentAnswers") is None:
        return
    # The name given counts too, where it is a link to a folder of another name.
    above = folder.resolve().parts[-FOLDERS_ABOVE - 1 :]
    where = (*above, folder.name, *file.relative_to(folder).parts[:-1])
    if root.find("studentAnswers/studentAnswer/response") is not None:
        yield from _saf_cases(file, root, where)
    else:
        yield from _semeval_cases(file, root, where)


def _semeval_cases(file: Path, root: ElementTree.Element, where: Sequence[str]) -> Iterator[Case]:
    dataset = next((SEMEVAL_SETS[part.lower()] for part in reversed(where) if part.lower() in SEMEVAL_SETS), None)
    if dataset is None:
        raise CasesInvalid(f"{file} lies below no folder named beetle or sciEntsBank; keep the names of the original")
    for answer in root.iterfind("studentAnswers/studentAnswer"):
        label = answer.get("accuracy")
        yield _case(
            file,
            id=f"{dataset}:{answer.get('id')}",
            question_id=f"{dataset}:{root.get('id')}",
            question=_text(root.find("questionText")),
            reference=_references(root),
            reply=_text(answer),
            score=None if label is None else SEMEVAL_SCORES.get(label, 0.0),
            label=label,
            dataset=dataset,
            split=split_of(where),
        )


def _saf_cases(file: Path, root: ElementTree.Element, where: Sequence[str]) -> Iterator[Case]:
    answers = root.findall("studentAnswers/studentAnswer")
    scores = [_number(file, answer.findtext("score")) for answer in answers]
    # The top of the scale is not stated; no question of the set has one under 1.
    top = max([1.0, *(score for score in scores if score is not None)])
    times: dict[str, int] = {}
    for answer, score in zip(answers, scores, strict=True):
        name = f"saf:{split_of(where)}:{file.stem}:{answer.get('id')}"
        times[name] = times.get(name, 0) + 1
        yield _case(
            file,
            id=name if times[name] == 1 else f"{name}#{times[name]}",
            question_id=f"saf:{root.get('id')}_{root.get('module')}",
            question=_text(root.find("questionText")),
            reference=_references(root),
            reply=_text(answer.find("response")),
            score=None if score is None else score / top,
            label=_text(answer.find("verification_feedback")) or None,
            dataset="saf",
            split=split_of(where),
        )


def split_of(where: Sequence[str]) -> str | None:
    """train, or unseen-answers, -questions or -domains, from the names of the folders above a file."""
    for part in reversed(where):
        name = part.lower().replace("_", "-")
        if name in ("train", "training"):
            return "train"
        if found := re.search(r"unseen-(answers|questions|domains)", name):
            return found[0]
    return None


def read_mohler(data: Path) -> Iterator[Case]:
    """Cases of Mohler's set.

    Args:
        data: the folder that holds `raw` and `scores`.

    Raises: CasesInvalid where a file is missing or answers and scores differ in number.
    """
    questions, references = (_numbered(data / "raw" / name) for name in ("questions", "answers"))
    scores = data / "scores"
    if not scores.is_dir():
        raise CasesInvalid(f"{scores} is no folder; give the one that holds Mohler's raw and scores")
    for folder in sorted(scores.iterdir(), key=lambda path: [int(n) for n in re.findall(r"\d+", path.name)]):
        number = folder.name
        if number not in questions:
            continue
        replies = [_plain(line.removeprefix(f"{number} ")) for line in _lines(data / "raw" / number)]
        ave, me, other = (
            [_number(folder / name, line) for line in _lines(folder / name)] for name in ("ave", "me", "other")
        )
        if not len(replies) == len(ave) == len(me) == len(other):
            raise CasesInvalid(f"{folder}: {len(replies)} replies, but {len(ave)}, {len(me)} and {len(other)} scores")
        halve = 2.0 if number.split(".")[0] in MOHLER_EXAMS else 1.0
        for i, reply in enumerate(replies):
            yield _case(
                data / "raw" / number,
                id=f"mohler:{number}.{i}",
                question_id=f"mohler:{number}",
                question=questions[number],
                reference=references.get(number, "") or None,
                reply=reply,
                score=(ave[i] or 0.0) / MOHLER_TOP,
                label=None,
                graders=[(me[i] or 0.0) / halve, (other[i] or 0.0) / halve],
                dataset="mohler",
                split=None,
            )


def _lines(file: Path) -> list[str]:
    try:
        return [line for line in file.read_text(encoding="latin-1").splitlines() if line.strip()]
    except OSError as error:
        raise CasesInvalid(f"{file} cannot be read ({error.strerror})") from error


def _numbered(file: Path) -> dict[str, str]:
    found = (re.match(r"(\d+\.\d+)\s+(.*)", line) for line in _lines(file))
    return {match[1]: _plain(match[2]) for match in found if match}


def _plain(text: str) -> str:
    return " ".join(re.sub(r"<br\s*/?>|<STOP>", " ", text, flags=re.IGNORECASE).split())


def _number(file: Path, text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        return float(text.strip().replace(",", "."))
    except ValueError as error:
        raise CasesInvalid(f"{file}: the score {text.strip()!r} is no number") from error


def _text(element: ElementTree.Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()


def _references(root: ElementTree.Element) -> list[str] | None:
    return [text for answer in root.iterfind("referenceAnswers/referenceAnswer") if (text := _text(answer))] or None


def _case(file: Path, **fields: Any) -> Case:
    try:
        return Case(**fields)
    except ValidationError as error:
        problem = error.errors()[0]
        raise CasesInvalid(f"{file}: {fields['id']}: {problem['loc'][0]}: {problem['msg']}") from error
