"""The Evals part of the page without a browser: runs in the background, their figures, and second looks."""

import base64
import gzip
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evals.desk import Desk
from evals.errors import CasesInvalid, FolderInvalid
from evals.folder import CASES, METRICS, REPORT, ROWS, hold
from evals.review import read_reviews
from evals.rows import Prices, make_row
from interviewer.errors import InputInvalid
from interviewer.evaluations import Evaluations, Outcome, Wanted
from interviewer.grading.grade import GraderName, Verdict
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from tests.graded import begun, case, cases, finished_run, grade, write_cases
from tests.plain_grader import LettersEncoder, WordsJudge
from ui import evals_handlers as handlers
from ui import evals_view as view
from ui.background import Background, Status, Stopped

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WAIT_S = 60
RUN = "local-made-up"


@pytest.fixture
def interviewer(own_home: Path, bank: Bank) -> Interviewer:
    """The program with a judge that counts words and an encoder of letters, for runs that are to be quick."""
    made = Interviewer(Settings(home=own_home))
    vars(made).update(shipped_bank=bank, encoder=LettersEncoder(), _local_judge=WordsJudge())
    return made


@pytest.fixture
def finished(own_home: Path, bank: Bank) -> Path:
    """A finished run of five replies with human scores 0 to 1, all graded 0.1."""
    found = cases(5, key_points=[{"point": "one", "verdict": "missing"}])
    return finished_run(own_home, bank, found, grade(0.1, ("one", Verdict.COVERED, 0.9)))


def done(work: Background) -> Status:
    work.wait(WAIT_S)
    status = work.status()
    assert status is not None
    return status


def own_file(tmp_path: Path) -> Path:
    questions = ["What is dropout?", "What is a kernel?", "What is ReLU?"]
    replies = ["Dropout switches units off at random in training.", "I like bread.", "It cuts negative inputs to zero."]
    return write_cases(
        tmp_path / "mine.jsonl",
        [
            case(f"m{i}", question=question, reference=f"{questions[i]} {replies[0]}", reply=reply, score=0.5 * (i % 2))
            for i, (question, reply) in enumerate(zip(questions, replies, strict=True))
        ],
    )


def test_a_file_of_ones_own_is_graded_in_the_background(interviewer: Interviewer, tmp_path: Path) -> None:
    desk, work = Desk(interviewer), Background()
    handlers.begin(desk, work, handlers.OWN, str(own_file(tmp_path)), "local", 0)
    status = done(work)
    assert (status.state, status.fault) == ("done", None)
    (run,) = desk.runs()
    assert (run.id, run.cases, run.graded, run.total, run.finished) == (status.result, "mine.jsonl", 3, 3, True)
    outcome = handlers.result(desk, run.id).outcome
    assert outcome is not None
    assert (outcome.scored, outcome.questions, outcome.attacks) == (3, 3, 0)
    assert outcome.figures["rmse"].value is not None
    packed = handlers.packed_report(desk, run.id)
    assert b"<!doctype html>" in gzip.decompress(base64.b64decode(packed))
    # The command line puts its runs there too.
    assert (interviewer.settings.home / "evals" / run.id / CASES).exists()


def test_a_stopped_run_goes_on_where_it_stopped(interviewer: Interviewer, tmp_path: Path) -> None:
    desk, work, file = Desk(interviewer), Background(), own_file(tmp_path)

    def stop_at_two(stage: str, graded: int, total: int) -> None:
        if graded == 2:
            raise Stopped

    with pytest.raises(Stopped):
        desk.run(Wanted(file, GraderName.LOCAL, None), stop_at_two)
    (run,) = desk.runs()
    assert (run.graded, run.total, run.finished) == (2, 3, False)
    before = (interviewer.settings.home / "evals" / run.id / ROWS).read_text().splitlines()
    assert "stopped at 2 of 3" in view.run_label(run, UTC)
    assert "Go on with it" in view.headline(run, handlers.result(desk, run.id).outcome)
    file.unlink()
    handlers.resume(desk, work, run.id)
    assert done(work).result == run.id
    after = (interviewer.settings.home / "evals" / run.id / ROWS).read_text().splitlines()
    assert after[:2] == before
    assert len(after) == 3
    assert desk.runs()[0].finished


def test_the_first_replies_alone_are_a_run_of_their_own(interviewer: Interviewer, tmp_path: Path) -> None:
    desk, file = Desk(interviewer), own_file(tmp_path)
    some = desk.run(Wanted(file, GraderName.LOCAL, 2), lambda *_: None)
    every = desk.run(Wanted(file, GraderName.LOCAL, None), lambda *_: None)
    assert some == f"{every}-first-2"
    assert {run.id: (run.graded, run.finished) for run in desk.runs()} == {some: (2, True), every: (3, True)}
    assert desk.resume(some, lambda *_: None) == some


def test_what_cannot_be_run_is_told_before_it_begins(interviewer: Interviewer, tmp_path: Path) -> None:
    desk, work = Desk(interviewer), Background()
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"id": "a"}\n')
    with pytest.raises(InputInvalid, match="choose a file"):
        handlers.begin(desk, work, handlers.OWN, None, "local", 0)
    with pytest.raises(CasesInvalid, match=r"^broken\.jsonl:1: question_id: Field required$"):
        handlers.begin(desk, work, handlers.OWN, str(broken), "local", 0)
    with broken.open("wb") as stream:
        stream.truncate(handlers.LARGEST_FILE_MB * 1024**2 + 1)
    with pytest.raises(InputInvalid, match="split it"):
        handlers.begin(desk, work, handlers.OWN, str(broken), "local", 0)
    with pytest.raises(CasesInvalid, match="there is no set"):
        handlers.begin(desk, work, "no-such-set", None, "local", 0)
    assert work.status() is None


def test_the_shipped_sets_hold_nothing_that_is_kept_for_testing(interviewer: Interviewer) -> None:
    from evals.desk import _SETS, _read_set

    assert [one.replies > 50 for one in Desk(interviewer).shipped()] == [True] * 3
    assert {one.split for id in _SETS for one in _read_set(id) if one.dataset == "golden"} == {"dev"}


def test_a_run_that_is_gone_or_of_another_version_is_told(interviewer: Interviewer, finished: Path) -> None:
    desk = Desk(interviewer)
    for id in ("..", "../..", "", None, "none"):
        with pytest.raises(InputInvalid, match="choose a run"):
            handlers.result(desk, id)
    with pytest.raises(FolderInvalid, match="there is no run"):
        desk.report("../../etc")
    with pytest.raises(FolderInvalid, match="the grader has changed"):
        desk.resume(RUN, lambda *_: None)
    (finished / METRICS).write_text("{}")
    found = handlers.result(desk, RUN)
    assert found.outcome is None
    assert "another version" in view.headline(found.run, found.outcome, found.fault)
    (finished / "run.json").write_text("{}")
    assert desk.runs() == []


def test_figures_show_with_their_intervals(interviewer: Interviewer, finished: Path) -> None:
    desk = Desk(interviewer)
    found = handlers.result(desk, RUN)
    shown = view.headline(found.run, found.outcome)
    assert found.outcome is not None
    rmse = found.outcome.figures["rmse"]
    assert rmse.low is not None
    assert f"{rmse.value:.2f}" in shown
    assert f"{rmse.low:.2f} to {rmse.high:.2f}" in shown
    assert "Over 5 scored replies to 3 questions" in shown
    assert "fewer than 20 questions" in shown
    attacked = Outcome(9, 9, 0, True, {}, 3, 12)
    assert "3/12" in view.headline(found.run, attacked)
    assert "25% got through" in view.headline(found.run, attacked)
    assert "the project's own" in view.headline(found.run, attacked)


def test_a_second_look_is_kept_beside_the_original(interviewer: Interviewer, finished: Path) -> None:
    desk = Desk(interviewer)
    before = [(finished / name).read_bytes() for name in (ROWS, CASES)]
    found = desk.disagreements(RUN)
    assert [one.case_id for one in found] == ["c4", "c3", "c2", "c1", "c0"]
    after = handlers.review(desk, RUN, "c4", 0.7, "  Ada \n Lovelace ", " it is right ", NOW, "partial")
    assert [(finished / name).read_bytes() for name in (ROWS, CASES)] == before
    (review,) = read_reviews(finished)
    assert (review.case_id, review.original, review.grade, review.score) == ("c4", 1.0, 0.1, 0.7)
    assert (review.by, review.at, review.why) == ("Ada Lovelace", NOW, "it is right")
    assert review.verdicts == (Verdict.PARTIAL,)
    assert handlers.next_open(after, "c4") == after[0]
    assert (after[0].case_id, after[-1].case_id) == ("c3", "c4")
    assert view.disagreement_label(after[-1]).startswith("✓ 1.00 → 0.10")
    card = view.disagreement_card(after[-1])
    assert "Ada Lovelace, 21 Nov 2026: it is right<ul><li>" in card
    assert '<option value="partial" selected>' in card
    assert '"why":"it is right"' in (finished / REPORT).read_text()


@pytest.mark.parametrize(
    ("look", "says"),
    [
        (("c4", None, "Ada", "right"), "score from 0 to 1"),
        (("c4", 1.2, "Ada", "right"), "score from 0 to 1"),
        (("c4", 0.5, "  ", "right"), "who you are"),
        (("c4", 0.5, "Ada", " "), "the reason"),
        (("none", 0.5, "Ada", "right"), "choose a reply"),
        ((None, 0.5, "Ada", "right"), "choose a reply"),
    ],
)
def test_half_a_second_look_is_not_kept(
    interviewer: Interviewer, finished: Path, look: tuple[str | None, float | None, str, str], says: str
) -> None:
    with pytest.raises(InputInvalid, match=says):
        handlers.review(Desk(interviewer), RUN, *look, NOW)
    assert read_reviews(finished) == []


def test_verdicts_are_of_the_points_that_the_reply_has(interviewer: Interviewer, finished: Path) -> None:
    look = (Desk(interviewer), RUN, "c4", 0.5, "Ada", "right", NOW)
    for verdicts in ("partial missing", "perhaps"):
        with pytest.raises(InputInvalid, match="another reply by now"):
            handlers.review(*look, verdicts)
    assert read_reviews(finished) == []
    handlers.review(*look, handlers.UNJUDGED)
    assert read_reviews(finished)[0].verdicts == ()


def test_a_reply_shows_its_quote_and_both_verdicts_and_no_tag_of_its_own(
    own_home: Path, interviewer: Interviewer
) -> None:
    hostile = "<script>alert(1)</script> It is blue. <b>"
    one = case(
        "x", question="<i>Why?</i>", reply=hostile, score=0.2, dataset="mohler",
        key_points=[{"point": "It is <u>blue</u>.", "verdict": "missing"}],
    )  # fmt: skip
    point = grade(0.9, ("It is <u>blue</u>.", Verdict.COVERED, 0.8)).key_points[0]
    given = grade(0.9).model_copy(update={"key_points": (point.model_copy(update={"evidence": "It is blue."}),)})
    folder = own_home / "evals" / RUN
    folder.parent.mkdir(parents=True)
    found = type(cases(2))([one])
    with hold(folder, begun(found), found) as opened:
        opened.append(make_row(one, given, 0.5, Prices()))
    (shown,) = Desk(interviewer).disagreements(RUN)
    card = view.disagreement_card(shown)
    assert ">It is blue.</mark>" in card
    assert "✓ covered" in card
    assert "– missing" in card
    assert "Human score <strong>0.20</strong>" in card
    assert not any(tag in card for tag in ("<script", "<i>", "<u>", "<b>"))


def test_the_status_says_how_far_it_is() -> None:
    running = Status("running", "Grading", 5, 20, 65.0, 200.0, None, None)
    shown = view.status_card(running)
    assert all(words in shown for words in ("5 of 20", 'aria-valuenow="5"', "1:05 so far", "About 3:20 left"))
    assert "Stopping after this reply" in view.status_card(running._replace(state="stopping"))
    assert "figures" in view.status_card(running._replace(stage="Baselines", done=20))
    assert "Done in 1:05" in view.status_card(running._replace(state="done"))
    assert "Stopped at 5 of 20" in view.status_card(running._replace(state="stopped"))
    fault = view.status_card(running._replace(state="failed", fault="<b> is away"))
    assert "&lt;b&gt; is away" in fault
    assert view.status_card(None) == ""
    assert view.clock(3725) == "1:02:05"


def test_the_desk_is_what_the_page_asks_of(interviewer: Interviewer) -> None:
    desk: Evaluations = Desk(interviewer)
    assert json.dumps([one.id for one in desk.shipped()]) == '["quick", "golden", "attacks"]'
