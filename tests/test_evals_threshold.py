"""The threshold of 'correct': fitted on training splits alone, by one command, and noted where a run can be read."""

from pathlib import Path

import pytest

from evals.cases import Cases
from evals.errors import FolderInvalid
from evals.folder import hold
from evals.rows import Prices, make_row
from evals.threshold import (
    FILE,
    Labelled,
    fit_threshold,
    main,
    read_thresholds,
    training_cases,
    training_examples,
    write_threshold,
)
from interviewer.grading.grade import GraderName
from tests.graded import begun, case, grade, write_cases

SCORES = {"correct": (0.7, 0.8, 0.9), "incorrect": (0.1, 0.2, 0.62)}


def labelled(split: str = "train") -> list[tuple[Cases, list[float]]]:
    cases = Cases(
        case(f"{label}{i}", label=label, split=split, dataset="made", score=None)
        for label, scores in SCORES.items()
        for i in range(len(scores))
    )
    return [(cases, [score for scores in SCORES.values() for score in scores])]


def write_run(folder: Path, split: str = "train", grader: str = "local") -> Path:
    ((cases, scores),) = labelled(split)
    with hold(folder, begun(cases, grader=grader), cases) as opened:
        for asked, score in zip(cases, scores, strict=True):
            opened.append(make_row(asked, grade(score, grader=GraderName(grader)), 0.5, Prices()))
    return folder


def test_it_divides_the_training_labels_and_says_on_what_it_was_fitted(tmp_path: Path) -> None:
    before = FILE.read_bytes()
    line = write_threshold([write_run(tmp_path / "run")], tmp_path / "t.json")
    fitted = read_thresholds(tmp_path / "t.json")
    assert fitted.threshold[GraderName.LOCAL] == 0.63
    assert fitted.threshold[GraderName.LLM] == read_thresholds().threshold[GraderName.LLM]
    assert fitted.fitted_on == {"made": 6}
    assert fitted.version == read_thresholds().version + 1
    assert "macro F1 1.000 on 6 training replies" in line
    assert FILE.read_bytes() == before


def test_no_reply_of_a_test_split_is_looked_at(tmp_path: Path) -> None:
    folder = write_run(tmp_path / "run", split="unseen-questions")
    assert training_examples(folder) == []
    with pytest.raises(FolderInvalid, match="no labelled case of a training split"):
        write_threshold([folder], tmp_path / "t.json")
    ((cases, _),) = labelled("train")
    file = write_cases(tmp_path / "made.jsonl", [*cases, case("x", split="test", label="correct")])
    assert {c.split for c in training_cases([file], 100)} == {"train"}
    assert [c.id for c in training_cases([file], 3)] == ["correct0", "correct2", "incorrect1"]


def test_a_set_without_contradictory_is_fitted_on_correct_or_not() -> None:
    wrong = Labelled(dataset="2way", score=0.2, contradicts=True, label="incorrect")
    right = Labelled(dataset="2way", score=0.8, contradicts=False, label="correct")
    assert fit_threshold([wrong, right]) == (0.21, 1.0)


def test_labels_are_compared_in_lower_case(tmp_path: Path) -> None:
    found = Cases([case("a", label=" Correct", split="train"), case("b", label="INCORRECT", split="train")])
    with hold(tmp_path / "run", begun(found), found) as opened:
        for asked in found:
            opened.append(make_row(asked, grade(0.5), 0.5, Prices()))
    assert [example.label for example in training_examples(tmp_path / "run")] == ["correct", "incorrect"]
    assert len(training_cases([write_cases(tmp_path / "made.jsonl", found)], 100)) == 2


def test_two_graders_are_not_fitted_as_one(tmp_path: Path) -> None:
    folders = [write_run(tmp_path / "a"), write_run(tmp_path / "b", grader="llm")]
    with pytest.raises(FolderInvalid, match="grades by llm and local"):
        write_threshold(folders, tmp_path / "t.json")


def test_one_command_grades_and_fits(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = {"question_id": "sky", "question": "Why is the sky blue?", "split": "train", "dataset": "sky"}
    asked["reference"] = "Air scatters short waves of light more than long ones."
    right = case("r", reply="Air scatters short waves of light more than long ones.", label="correct", **asked)
    wrong = case("w", reply="It mirrors the sea.", label="incorrect", **asked)
    file = write_cases(tmp_path / "sky.jsonl", [right, wrong])
    assert main(["--cases", str(file), "--to", str(tmp_path / "t.json")]) == 0
    assert "on 2 training replies" in capsys.readouterr().out
    assert read_thresholds(tmp_path / "t.json").fitted_on == {"sky": 2}
    assert main([str(tmp_path / "none"), "--to", str(tmp_path / "t.json")]) == 2
    assert "cases.jsonl" in capsys.readouterr().err
