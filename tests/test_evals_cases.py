"""Cases: the contract's format, and a clear line for each way in which a file can break it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.cases import Case, parse_case, read_cases
from evals.errors import CasesInvalid
from interviewer.errors import InputInvalid
from interviewer.events import REPLY_LIMIT

SHARED = Path(__file__).parents[2] / "shared" / "datasets"
FIELDS: dict[str, Any] = {
    "id": "a",
    "question_id": "q",
    "question": "Why?",
    "reference": "Because.",
    "reply": "So.",
    "score": 0.5,
}


def write(folder: Path, *lines: dict[str, Any] | str | bytes) -> Path:
    file = folder / "cases.jsonl"
    parts = [
        line if isinstance(line, bytes) else (line if isinstance(line, str) else json.dumps(line)).encode()
        for line in lines
    ]
    file.write_bytes(b"\n".join(parts) + b"\n")
    return file


def test_reads_fields_references_and_points(tmp_path: Path) -> None:
    points = [{"point": "one", "verdict": "covered", "weight": 3}, {"point": "two", "verdict": "missing"}]
    file = write(
        tmp_path, FIELDS | {"key_points": points}, FIELDS | {"id": "b", "reference": ["x", " "], "graders": [4, 5.0]}
    )
    first, second = read_cases([file])
    assert first.references == ("Because.",)
    assert first.key_points is not None
    assert [(p.point, p.verdict, p.weight) for p in first.key_points] == [("one", "covered", 3), ("two", "missing", 2)]
    assert second.references == ("x",)
    assert second.graders == [4.0, 5.0]


def test_null_reference_and_null_score_are_values(tmp_path: Path) -> None:
    (case,) = read_cases([write(tmp_path, FIELDS | {"reference": None, "score": None})])
    assert case.references == ()
    assert case.score is None
    assert not case.is_attack


def test_other_fields_are_kept_and_ignored(tmp_path: Path) -> None:
    cases = read_cases([write(tmp_path, FIELDS | {"family": "stuffing", "label5": {"deep": [1]}, "level": 3})])
    assert cases[0].extra("family") == "stuffing"
    assert cases[0].extra("level") is None
    assert json.loads(next(cases.lines()))["label5"] == {"deep": [1]}


def test_a_written_case_reads_back_the_same(tmp_path: Path) -> None:
    cases = read_cases(
        [write(tmp_path, FIELDS | {"kind": "thin", "key_points": [{"point": "p", "verdict": "partial"}]})]
    )
    again = read_cases([write(tmp_path, *cases.lines())])
    assert list(again) == list(cases)
    assert again.content_hash == cases.content_hash


def test_the_hash_changes_with_any_field(tmp_path: Path) -> None:
    one = read_cases([write(tmp_path, FIELDS)]).content_hash
    assert one != read_cases([write(tmp_path, FIELDS | {"score": 0.51})]).content_hash
    assert one != read_cases([write(tmp_path, FIELDS | {"kind": "thin"})]).content_hash


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", "not valid JSON"),
        ("[1]", "a case is a JSON object"),
        (b'{"id": "\xff"}', "not UTF-8"),
        ({k: v for k, v in FIELDS.items() if k != "reply"}, "reply: Field required"),
        (FIELDS | {"score": 1.01}, "score: Input should be less than or equal to 1"),
        (FIELDS | {"score": -0.01}, "score: Input should be greater than or equal to 0"),
        (FIELDS | {"score": "0.5"}, "score: Input should be a valid number"),
        (FIELDS | {"score": True}, "score: Input should be a valid number"),
        (FIELDS | {"score": float("nan")}, "NaN is no JSON number"),
        (json.dumps(FIELDS).replace("0.5", "1e999"), "too large"),
        (json.dumps(FIELDS)[:-1] + ', "score": 1}', "'score' stands twice"),
        (FIELDS | {"id": ""}, "id: "),
        (FIELDS | {"reference": 3}, "reference"),
        (FIELDS | {"max_score": 2}, "max_score: "),
        (FIELDS | {"key_points": [{"point": "p", "verdict": "good"}]}, "key_points.0.verdict: "),
        (FIELDS | {"key_points": [{"point": "p", "verdict": "covered", "weight": 4}]}, "key_points.0.weight: "),
        (FIELDS | {"reply": "x" * 1_000_000}, f"reply has 1,000,000 characters; the limit is {REPLY_LIMIT:,}"),
        ("[" * 100_000, "not valid JSON"),
        (json.dumps(FIELDS)[:-1] + ', "mine": ' + "[" * 260 + "]" * 260 + "}", "more than 100 deep"),
    ],
)
def test_a_broken_line_is_refused_with_its_number(tmp_path: Path, line: Any, words: str) -> None:
    file = write(tmp_path, FIELDS, "", line)
    with pytest.raises(CasesInvalid) as caught:
        read_cases([file])
    assert str(caught.value).startswith(f"{file}:3: ")
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert isinstance(caught.value, InputInvalid)


def test_an_id_may_stand_once_over_all_files(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    one, two = write(tmp_path, FIELDS), write(other, FIELDS | {"id": "b"}, FIELDS)
    with pytest.raises(CasesInvalid, match=f"{two}:2: id 'a' stands twice, first in {one}:1"):
        read_cases([one, two])


def test_a_file_without_cases_and_a_missing_one_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CasesInvalid, match="holds no case"):
        read_cases([write(tmp_path, "", "  ")])
    with pytest.raises(CasesInvalid, match="cannot be read"):
        read_cases([tmp_path / "none.jsonl"])


def test_line_separators_inside_a_string_end_no_line(tmp_path: Path) -> None:
    (case,) = read_cases([write(tmp_path, json.dumps(FIELDS | {"reply": "a\u2028b\x85c"}, ensure_ascii=False))])
    assert case.reply == "a\u2028b\x85c"


def test_a_lone_surrogate_becomes_the_replacement_character() -> None:
    case = parse_case(json.dumps(FIELDS | {"reply": "a\ud800b\U0001f600"}).encode())
    assert case.reply == "a\ufffdb\U0001f600"


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_bytes_give_a_case_or_a_clear_refusal(line: bytes) -> None:
    try:
        case: Case | None = parse_case(line)
    except CasesInvalid:
        case = None
    assert case is None or case.id


@pytest.mark.skipif(not SHARED.exists(), reason="../shared/datasets is not here")
@pytest.mark.parametrize(
    ("name", "n"),
    [("beetle", 5199), ("scientsbank", 6242), ("saf", 2502), ("stita", 327), ("mohler_dev", 1102), ("dtgrade", 897)],
)
def test_the_prepared_sets_validate(name: str, n: int) -> None:
    assert len(read_cases([SHARED / f"{name}.jsonl"])) == n
