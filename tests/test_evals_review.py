"""Second looks at disagreements, and the bench: kept beside the original, and measured on this machine."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.bench import bench_table, make_samples, run_bench
from evals.errors import FolderInvalid
from evals.folder import CASES, METRICS, REPORT, ROWS, hold
from evals.records import join
from evals.report import refresh_report
from evals.results import measure_run
from evals.review import REVIEWS, Review, add_review, card, disagreements, read_records, read_reviews
from evals.rows import Prices, make_row
from interviewer.cli import main
from interviewer.grading.grade import Verdict
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from tests.graded import begun, case, cases, grade


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run of five cases with human scores 0 to 1, all graded 0.1."""
    out = tmp_path / "out"
    with hold(out, begun(cases(5)), cases(5)) as opened:
        for found in cases(5):
            opened.append(make_row(found, grade(0.1), 0.5, Prices()))
    return out


def test_the_largest_disagreement_comes_first_and_a_reviewed_one_no_more(folder: Path) -> None:
    records = read_records(folder)
    assert [r.case.id for r in disagreements(records, [])] == ["c4", "c3", "c2", "c1", "c0"]
    at = datetime(2026, 11, 20, tzinfo=UTC)
    review = Review(case_id="c4", original=1.0, grade=0.1, score=0.9, by="Ada", at=at, why="fair")
    add_review(folder, review)
    add_review(folder, review.model_copy(update={"score": 0.8, "by": "Bob"}))
    assert [r.by for r in read_reviews(folder)] == ["Ada", "Bob"]
    assert next(r.case.id for r in disagreements(records, read_reviews(folder))) == "c3"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evals", "review", str(tmp_path / "none")]) == 2
    assert "none is no folder; give the results folder" in capsys.readouterr().err


def test_a_review_changes_neither_rows_nor_cases(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = [(folder / name).read_bytes() for name in (ROWS, CASES)]
    arguments = [
        "evals",
        "review",
        str(folder),
        "--case",
        "c2",
        "--score",
        "0.7",
        "--why",
        "it is right",
        "--by",
        "Ada",
    ]
    assert main(arguments) == 0
    assert [(folder / name).read_bytes() for name in (ROWS, CASES)] == before
    (review,) = read_reviews(folder)
    assert (review.case_id, review.original, review.grade, review.score) == ("c2", 0.5, 0.1, 0.7)
    assert (review.by, review.why) == ("Ada", "it is right")
    assert (datetime.now(UTC) - review.at).total_seconds() < 60
    assert "1 reviewed" in capsys.readouterr().out


def test_a_report_of_fewer_rows_than_there_are_is_not_drawn_anew(folder: Path, bank: Bank) -> None:
    records = read_records(folder)
    (folder / METRICS).write_text(measure_run(records[:3], begun(cases(5)), bank).model_dump_json())
    assert not refresh_report(folder, bank)
    assert not (folder / REPORT).exists()
    (folder / METRICS).write_text(measure_run(records, begun(cases(5)), bank).model_dump_json())
    assert refresh_report(folder, bank)
    assert (folder / REPORT).exists()


def test_the_report_shows_a_review_at_once(folder: Path, bank: Bank, capsys: pytest.CaptureFixture[str]) -> None:
    records = read_records(folder)
    (folder / METRICS).write_text(measure_run(records, begun(cases(5)), bank).model_dump_json())
    arguments = [
        "evals",
        "review",
        str(folder),
        "--case",
        "c4",
        "--score",
        "0.25",
        "--why",
        "it says little",
        "--by",
        "Ada",
    ]
    assert main(arguments) == 0
    assert f"shown in {folder / REPORT}" in capsys.readouterr().out
    page = (folder / REPORT).read_text()
    assert '"why":"it says little"' in page
    (folder / METRICS).write_text("{}")
    assert main(arguments) == 2
    assert "is of another version" in capsys.readouterr().err


def test_a_walk_through_the_disagreements(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("2\n0.9\nwell said\n0.6\nonly half\n\n"))
    assert main(["evals", "review", str(folder), "--by", "Ada"]) == 0
    assert [(r.case_id, r.score, r.why) for r in read_reviews(folder)] == [
        ("c4", 0.9, "well said"),
        ("c3", 0.6, "only half"),
    ]
    printed = capsys.readouterr()
    assert "Reply: reply c4" in printed.out
    assert "no score between 0 and 1" in printed.err


def test_our_own_score_is_not_called_human() -> None:
    points = [{"point": "one", "verdict": "missing"}]
    for dataset, words in (
        ("golden", ["Our score 0.50", "we missing"]),
        ("mohler", ["Human score 0.50", "human missing"]),
    ):
        asked = case("a", dataset=dataset, key_points=points)
        shown = card(
            join([asked], [make_row(asked, grade(0.3, ("one", Verdict.COVERED, 0.9)), 0.5, Prices())], {}, {})[0]
        )
        assert all(word in shown for word in words)
        assert ("uman" in shown) == (dataset == "mohler")


def test_what_cannot_be_reviewed_is_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evals", "review", str(folder), "--case", "none", "--score", "1", "--why", "x"]) == 2
    assert "no row of a case 'none'" in capsys.readouterr().err
    (folder / REVIEWS).write_text("{}\n")
    with pytest.raises(FolderInvalid, match=f"{REVIEWS}:1 is no review"):
        read_reviews(folder)
    (folder / CASES).unlink()
    with pytest.raises(FolderInvalid, match=r"no cases\.jsonl"):
        read_records(folder)


def test_the_bench_measures_every_part(interviewer: Interviewer) -> None:
    found = run_bench(interviewer, replies=2, repeats=1)
    assert 0.2 < found.ratio_to_encoder < 50, "the bare encoder must not answer from what it remembers"
    assert found.replies == 2
    assert found.pairs >= 6
    for name, value in json.loads(found.model_dump_json(exclude={"half_precision"})).items():
        assert value > 0, name
    assert found.half_precision.speed > 0
    assert 0 < found.half_precision.largest_difference < 0.2
    assert 0 <= found.half_precision.other_verdicts < 0.2
    assert found.first_grade_s > found.start_up_s
    assert found.memory_after_mib >= found.memory_before_mib
    assert "x the bare encoder" in bench_table(found)


def test_samples_mix_right_and_wrong_replies(interviewer: Interviewer) -> None:
    samples = make_samples(interviewer, 6)
    own = [sample.reply in interviewer.bank.by_id[sample.task.question_id or ""].answer for sample in samples]
    assert own == [False, True] * 3
