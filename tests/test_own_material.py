"""The person's own material, the whole way: kept, found, graded, asked, reported, edited and discarded."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.cli import main
from interviewer.errors import InputInvalid, ModelFailed
from interviewer.events import ReplyKind, SessionConfig
from interviewer.grading.tasks import GradeRequest
from interviewer.material import key_points, material_of
from interviewer.report import build_report
from interviewer.suggest import PointsAnswer, suggest_points
from interviewer.wiring import Interviewer
from knowledge.bank import Level, Standing, Topic
from knowledge.ingest.extract import extract
from knowledge.ingest.material import Material, material_file, save_material
from knowledge.ingest.own import own_id
from knowledge.ingest.source import read_pasted
from knowledge.passages import Hit
from knowledge.search import merged

ARTICLE = """Questions about sourdough

1. What is a sourdough starter?
A culture of wild yeast and lactic acid bacteria in flour and water. It is fed every day with fresh flour.
2. Why is sourdough bread slashed before baking?
The cut gives steam a way out, so that the crust does not burst at the side. It also lets the loaf rise higher.
3. How warm should the dough rest?
Between 24 and 27 degrees. Colder dough takes longer and tastes more sour.
"""
GOOD = "It is a culture of wild yeast and lactic acid bacteria living in flour and water, and you feed it fresh flour daily."


@pytest.fixture
def material() -> Material:
    """Three questions, none of them reviewed."""
    return material_of(extract(read_pasted(ARTICLE)))


def marked(material: Material, **update: bool) -> Material:
    entries = tuple(entry.model_copy(update=update) for entry in material.entries)
    return material.model_copy(update={"entries": entries})


def own_ids(interviewer: Interviewer) -> list[str]:
    return [question.id for question in interviewer.bank.questions if question.is_own]


def test_unreviewed_material_is_found_and_graded_but_not_asked(interviewer: Interviewer, material: Material) -> None:
    save_material(interviewer.settings.home, material)
    first = own_id(material.sha256, 1)
    assert own_ids(interviewer) == [own_id(material.sha256, n) for n in (1, 2, 3)]
    hit = interviewer.index.search(["what is a sourdough starter"], 3)[0][0]
    assert (hit.question_id, hit.sources[0].item) == (first, "1")
    grade = interviewer.grader.grade(GradeRequest(question="What is a sourdough starter?"), GOOD)
    assert grade.question_id == first
    assert grade.trained_question is False
    assert grade.score is not None
    assert grade.score > 0.3
    with pytest.raises(InputInvalid, match="you have no accepted material yet"):
        interviewer.sessions.start(SessionConfig(topics=(Topic.MINE,), questions=1))


def test_accepted_material_is_asked_graded_and_reported(interviewer: Interviewer, material: Material) -> None:
    interviewer.material.keep(marked(material, reviewed=True))
    id, state = interviewer.sessions.start(SessionConfig(topics=(Topic.MINE,), questions=3, level=Level.SENIOR))
    seen = set()
    for _ in range(12):
        if state.current is None:
            break
        seen.add(state.current.question_id)
        state = interviewer.sessions.reply(id, "", ReplyKind.SKIP) if len(seen) > 1 else interviewer.sessions.reply(
            id, interviewer.bank.by_id[state.current.question_id].answer
        )  # fmt: skip
    assert seen == {own_id(material.sha256, n) for n in (1, 2, 3)}
    report = build_report(id, state, interviewer.bank)
    assert [question.topic for question in report.questions] == ["my-material"] * 3
    assert report.questions[0].grade.trained_question is False


def test_material_that_comes_while_the_app_runs_is_taken_in(interviewer: Interviewer, material: Material) -> None:
    before = interviewer.bank
    assert own_ids(interviewer) == []
    assert interviewer.bank is before
    assert "sourdough" not in interviewer.vocabulary
    save_material(interviewer.settings.home, marked(material, reviewed=True))
    assert len(own_ids(interviewer)) == 3
    assert "sourdough" in interviewer.vocabulary
    assert interviewer.bank is interviewer.bank
    interviewer.sessions.start(SessionConfig(topics=(Topic.MINE,), questions=3))


def test_a_discarded_question_ends_no_running_session(interviewer: Interviewer, material: Material) -> None:
    interviewer.material.keep(marked(material, reviewed=True))
    id, state = interviewer.sessions.start(SessionConfig(topics=(Topic.MINE,), questions=1))
    assert state.current is not None
    asked = state.current.question_id
    interviewer.material.keep(marked(material, reviewed=True, discarded=True))
    assert interviewer.bank.by_id[asked].standing is Standing.DISCARDED
    assert asked not in {hit.question_id for hit in interviewer.index.search(["sourdough"], 5)[0]}
    state = interviewer.sessions.reply(id, GOOD)
    assert build_report(id, state, interviewer.bank).questions[0].question_id == asked


def test_a_session_goes_on_when_the_article_of_its_question_is_gone(
    interviewer: Interviewer, material: Material, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    interviewer.material.keep(marked(material, reviewed=True))
    id, _ = interviewer.sessions.start(SessionConfig(topics=(Topic.MINE,), questions=2))
    material_file(interviewer.settings.home, material.sha256).unlink()
    interviewer.sessions.close()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{GOOD}\n"))
    assert main(["chat", "--session", id]) == 0
    said = capsys.readouterr().out
    assert "in the bank" in said or "of the bank" in said
    assert "its question is no longer in the bank" in said
    assert "# Interview report" in said
    assert main(["chat", "--session", id]) == 0
    assert "still no grade: its question is no longer in the bank" in capsys.readouterr().out
    interviewer.material.keep(marked(material, reviewed=True))
    assert main(["chat", "--session", id]) == 0
    assert "graded now" in capsys.readouterr().out


def test_what_cannot_be_asked_is_not_kept(interviewer: Interviewer, material: Material) -> None:
    accepted = marked(material, reviewed=True)
    for change, says in (
        ({"question": " "}, "question 1 has no text"),
        ({"answer": " "}, "question 1 has no answer"),
        ({"key_points": ()}, "question 1 has no key point"),
        ({"answer": "word " * 5000}, "question 1: answer"),
    ):
        entries = (accepted.entries[0].model_copy(update=change), *accepted.entries[1:])
        with pytest.raises(InputInvalid, match=says) as caught:
            interviewer.material.keep(accepted.model_copy(update={"entries": entries}))
        assert "\n" not in str(caught.value)
    assert not (interviewer.settings.home / "ingested").exists()


def test_damaged_or_unusable_material_is_left_out_with_a_warning(
    make: Callable[..., Interviewer], material: Material, own_home: Path
) -> None:
    warnings: list[str] = []
    interviewer = make()
    interviewer.material._warn = warnings.append
    entries = (material.entries[0].model_copy(update={"key_points": ()}), *material.entries[1:])
    save_material(own_home, material.model_copy(update={"entries": entries}))
    (own_home / "ingested" / "0123456789abcdef.json").write_text("{")
    assert own_ids(interviewer) == [own_id(material.sha256, n) for n in (2, 3)]
    assert len(own_ids(interviewer)) == 2
    assert len(warnings) == 2
    assert "is damaged" in warnings[0]
    assert "question 1: key_points" in warnings[1]


def test_hints_do_not_tell_the_whole_point(interviewer: Interviewer, material: Material) -> None:
    save_material(interviewer.settings.home, material)
    for question in (question for question in interviewer.bank.questions if question.is_own):
        for point in question.key_points:
            shared = [word for word in point.text.split() if word in point.hint.split()]
            assert len(shared) <= len(point.text.split()) / 2
            assert point.probe.endswith("?")


def test_the_commands_know_own_material(
    indexed_home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    article = tmp_path / "sourdough.txt"
    article.write_text(ARTICLE, encoding="utf-8")
    assert main(["ingest", str(article)]) == 0
    capsys.readouterr()
    assert main(["grade", "--question", "What is a sourdough starter?", "--reply", GOOD, "--json"]) == 0
    grade = json.loads(capsys.readouterr().out)
    assert grade["trained_question"] is False
    assert grade["sources"] == [{"article": "sourdough.txt", "item": "1"}]
    assert main(["search", "why slash a loaf before baking", "-k", "1", "--json"]) == 0
    assert "slashed" in json.loads(capsys.readouterr().out)[0]["question"]
    assert main(["bank", "--topic", "my-material", "--json"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_points_come_from_sentences_and_rows_of_tables() -> None:
    assert [point.text for point in key_points("It rises. It falls over time.\n- a crust that is hard")] == [
        "It rises. It falls over time.",
        "a crust that is hard",
    ]


def test_hits_of_two_indexes_keep_each_ones_order() -> None:
    def hits(*found: tuple[str, float]) -> list[Hit]:
        return [Hit(question_id=id, question="?", passage="", sources=(), similarity=near) for id, near in found]

    joined = merged([hits(("a", 0.5), ("b", 0.9), ("c", 0.1)), hits(("x", 0.7), ("y", 0.5))], 4)
    assert [hit.question_id for hit in joined] == ["x", "a", "b", "y"]
    assert merged([hits(("a", 1.0)), hits(("x", 1.0))], 1)[0].question_id == "a"
    assert merged([[], []], 3) == []


def test_a_language_models_points_must_stand_in_the_answer() -> None:
    asked: list[str] = []

    def ask(prompt: str) -> PointsAnswer:
        asked.append(prompt)
        return PointsAnswer(
            points=["Yeast makes carbon dioxide.", "Salt was taxed in France.", "Yeast makes carbon dioxide."]
        )

    answer = "Yeast makes carbon dioxide, which the gluten holds."
    points = suggest_points("Why does bread rise?", answer, ask)
    assert [(point.id, point.text) for point in points] == [("p1", "Yeast makes carbon dioxide.")]
    assert "Why does bread rise?" in asked[0]
    assert answer in asked[0]
    with pytest.raises(ModelFailed, match="no point that the answer states"):
        suggest_points("Why does bread rise?", answer, lambda _: PointsAnswer(points=["Salt was taxed."]))
