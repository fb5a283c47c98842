"""Original layouts of public sets, made up in small with texts of our own."""

import shutil
from pathlib import Path

import pytest

from evals.adapters import read_any, read_folder, read_mohler, without_splits
from evals.cases import Cases
from evals.errors import CasesInvalid
from tests.graded import case, cases, write_cases

SEMEVAL = """<?xml version="1.0" encoding="UTF-8"?>
<question qtype="Q" id="LAMP_Q" module="Lamps" stype="PREDICT">
  <questionText>Why is the lamp &amp; its switch off?</questionText>
  <referenceAnswers>
    <referenceAnswer category="BEST" id="a1">The path is open.</referenceAnswer>
    <referenceAnswer category="GOOD" id="a2">There is a gap.</referenceAnswer>
  </referenceAnswers>
  <studentAnswers>
    <studentAnswer count="1" id="{id}" accuracy="{label}">it has a gap</studentAnswer>
  </studentAnswers>
</question>
"""
SAF = """<?xml version='1.0' encoding='utf-8'?>
<question id="3.1" module="NET">
  <questionText>Name two differences.</questionText>
  <referenceAnswers><referenceAnswer id="r">One is long.
 The other is short.</referenceAnswer></referenceAnswers>
  <studentAnswers>
    <studentAnswer id="NET_3.1.1"><response> both, I think
     </response><response_feedback>Wrong.</response_feedback><score>{low}</score>
      <verification_feedback>Incorrect</verification_feedback></studentAnswer>
    <studentAnswer id="NET_3.1.1"><response>one is long</response><score>{high}</score>
      <verification_feedback>Partially correct</verification_feedback></studentAnswer>
  </studentAnswers>
</question>
"""


def write(file: Path, text: str, encoding: str = "utf-8") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding=encoding)


def test_semeval(tmp_path: Path) -> None:
    root = tmp_path / "semeval-3way"
    write(root / "training/3way/beetle/lamp.xml", SEMEVAL.format(id="s1", label="contradictory"))
    write(root / "test/3way/sciEntsBank/test-unseen-domains/lamp.xml", SEMEVAL.format(id="s2", label="correct"))
    second, first = read_folder(root)
    assert first.id == "beetle:s1"
    assert first.question == "Why is the lamp & its switch off?"
    assert first.references == ("The path is open.", "There is a gap.")
    assert (first.reply, first.score, first.label, first.split) == ("it has a gap", 0.0, "contradictory", "train")
    assert (second.question_id, second.score, second.dataset) == ("scientsbank:LAMP_Q", 1.0, "scientsbank")
    assert second.split == "unseen-domains"


@pytest.mark.parametrize(
    "named", [".", "training", "training/3way", "training/3way/beetle", "training/3way/beetle/Core"]
)
def test_semeval_by_any_of_its_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    write(tmp_path / "training/3way/beetle/Core/lamp.xml", SEMEVAL.format(id="s1", label="correct"))
    (found,) = read_folder(tmp_path / named)
    assert (found.dataset, found.split) == ("beetle", "train")
    monkeypatch.chdir(tmp_path / named)
    assert read_folder(Path(".")) == [found]


def test_folders_far_above_say_nothing_of_the_split(tmp_path: Path) -> None:
    write(tmp_path / "training/a/b/c/beetle/lamp.xml", SEMEVAL.format(id="s1", label="correct"))
    assert read_folder(tmp_path / "training/a/b/c/beetle")[0].split is None


def test_semeval_five_ways_has_half_scores_and_two_label_sets_are_refused(tmp_path: Path) -> None:
    write(tmp_path / "5way/beetle/train/lamp.xml", SEMEVAL.format(id="s1", label="partially_correct_incomplete"))
    assert read_folder(tmp_path / "5way")[0].score == 0.5
    write(tmp_path / "3way/beetle/train/lamp.xml", SEMEVAL.format(id="s1", label="incorrect"))
    with pytest.raises(CasesInvalid, match="point to one of its label sets"):
        read_folder(tmp_path)


def test_saf(tmp_path: Path) -> None:
    write(tmp_path / "data/training/english/3.1_NET.xml", SAF.format(low="0", high="0.5"))
    write(tmp_path / "data/unseen_answers/english/3.2_NET.xml", SAF.format(low="1,0", high="2.5"))
    first, second, third, fourth = read_folder(tmp_path)
    assert (first.reply, first.score, first.label, first.split) == ("both, I think", 0.0, "Incorrect", "train")
    assert second.id == f"{first.id}#2"
    assert second.score == 0.5
    assert first.references == ("One is long.\n The other is short.",)
    assert (third.score, fourth.score, third.split) == (0.4, 1.0, "unseen-answers")
    assert first.question_id == "saf:3.1_NET"


def mohler(folder: Path) -> None:
    write(folder / "raw/questions", "1.1 What is a loop?\n12.1 What is a tree?\n", "latin-1")
    write(folder / "raw/answers", "1.1 A statement<br>that repeats.\n12.1 A graph without cycles.\n", "latin-1")
    for number, replies in {"1.1": ["1.1 it repeats é", "1.1 no idea"], "12.1": ["12.1 a graph"]}.items():
        write(folder / "raw" / number, "\n".join(replies) + "\n", "latin-1")
    scores = {
        "1.1": {"ave": "4.5\n0\n", "me": "5\n0\n", "other": "4\n0\n"},
        "12.1": {"ave": "4\n", "me": "8\n", "other": "8\n"},
    }
    for number, found in scores.items():
        for name, text in found.items():
            write(folder / "scores" / number / name, text)


def test_mohler(tmp_path: Path) -> None:
    mohler(tmp_path / "ShortAnswerGrading_v2.0/data")
    first, second, exam = read_folder(tmp_path / "ShortAnswerGrading_v2.0")
    assert (first.id, first.reply, first.score, first.graders) == ("mohler:1.1.0", "it repeats é", 0.9, [5.0, 4.0])
    assert first.reference == "A statement that repeats."
    assert second.score == 0.0
    assert (exam.score, exam.graders) == (0.8, [4.0, 4.0])
    assert [c.id for c in read_folder(tmp_path / "ShortAnswerGrading_v2.0" / "data")] == [first.id, second.id, exam.id]


def test_mohler_without_its_scores_is_refused(tmp_path: Path) -> None:
    mohler(tmp_path)
    shutil.rmtree(tmp_path / "scores")
    with pytest.raises(CasesInvalid, match="scores is no folder"):
        list(read_mohler(tmp_path))


def test_mohler_with_a_missing_score_is_refused(tmp_path: Path) -> None:
    mohler(tmp_path)
    write(tmp_path / "scores/1.1/me", "5\n")
    with pytest.raises(CasesInvalid, match="2 replies, but 2, 1 and 2 scores"):
        read_folder(tmp_path)
    (tmp_path / "scores/1.1/me").unlink()
    with pytest.raises(CasesInvalid, match="cannot be read"):
        read_folder(tmp_path)


def test_what_is_no_known_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CasesInvalid, match="is no folder of cases"):
        read_folder(tmp_path)
    write(tmp_path / "other.xml", "<page/>")
    with pytest.raises(CasesInvalid, match="is no folder of cases"):
        read_folder(tmp_path)
    write(tmp_path / "broken.xml", "<question>")
    with pytest.raises(CasesInvalid, match="not readable XML"):
        read_folder(tmp_path)
    (tmp_path / "broken.xml").unlink()
    write(tmp_path / "elsewhere/lamp.xml", SEMEVAL.format(id="s", label="correct"))
    with pytest.raises(CasesInvalid, match="keep the names of the original"):
        read_folder(tmp_path)


def test_a_training_split_is_left_out() -> None:
    found = Cases([case("a", split="train"), case("b", split="dev"), case("c")])
    assert [one.id for one in without_splits(found, ["train"])] == ["b", "c"]
    assert list(without_splits(found, [])) == list(found)
    with pytest.raises(CasesInvalid, match="without train no case is left"):
        without_splits(found[:1], ["train"])


def test_files_and_folders_together(tmp_path: Path) -> None:
    mohler(tmp_path / "m")
    file = write_cases(tmp_path / "made.jsonl", cases(3))
    assert [c.id for c in read_any([file, tmp_path / "m"])] == [
        "c0",
        "c1",
        "c2",
        "mohler:1.1.0",
        "mohler:1.1.1",
        "mohler:12.1.0",
    ]
    with pytest.raises(CasesInvalid, match="'c0' stands in two"):
        read_any([file, write_cases(tmp_path / "more.jsonl", cases(2))])
