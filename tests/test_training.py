"""The local grader's training: what it is made from, and that it learns, stops and goes on."""

import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from evals import calibrate
from evals.attack_templates import load_families
from evals.examples import Example, cut_sentences, true_score
from evals.negative_examples import attack_example, negative_examples
from evals.train import batches, samples, ship, train
from evals.training_data import (
    bank_examples,
    joined_examples,
    load_notes,
    load_sentences,
    load_small_talk,
    load_textbook,
    notes_examples,
    of_rows,
    public_examples,
    reference_example,
    reply_example,
    reworded,
    single_examples,
    talk_example,
    textbook_examples,
    times,
)
from interviewer.grading.crossencoder import VERDICTS, build_network, trained_names
from interviewer.grading.grade import GraderName, Verdict
from interviewer.grading.local import WEIGHTS, LocalJudge
from interviewer.grading.tasks import GradeRequest
from interviewer.settings import Settings
from interviewer.wiring import Interviewer
from knowledge.bank import Bank
from knowledge.encoder import bundled_folder
from knowledge.load import load_bank
from knowledge.replies import load_replies

Load = Callable[[], Mapping[str, list[Mapping[str, Any]]]]
Made = Callable[[int, frozenset[str]], list[Example]]
HELD_OUT = frozenset((Path(__file__).parents[1] / "evals" / "data" / "held_out.txt").read_text().split())


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="module")
def tokenizer() -> Any:
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(str(bundled_folder()), local_files_only=True)


def check(example: Example) -> None:
    sizes = {len(part) for part in (example.points, example.verdicts, example.weights, example.importance)}
    assert sizes == {len(example.evidence)}
    assert all(-1 <= at < len(example.sentences) for at in example.evidence)
    assert example.score is None or -0.25 <= example.score <= 1


def test_brevity_is_no_sign_of_being_right(bank: Bank) -> None:
    terse = [reply for reply in load_replies(bank) if len(reply.text.split()) <= 30]
    right, wrong = (
        sum(times(reply) for reply in terse if reply.kind == kind) for kind in ("strong", "confident_wrong")
    )
    assert right > 6000
    assert wrong > 0.6 * right


def test_held_out_questions_teach_nothing(bank: Bank) -> None:
    found = bank_examples(0, HELD_OUT)
    kept_out = {point.text for id in HELD_OUT for point in bank.by_id[id].key_points}
    kept_out |= {statement.text for id in HELD_OUT for statement in bank.statements_of[id]}
    assert len(found) > 10_000
    for example in found:
        check(example)
        assert not kept_out & set(example.points)


def test_each_statement_is_used_once_with_its_verdict(bank: Bank) -> None:
    question = bank.by_id["activations-dying-relu"]
    statements = bank.statements_of[question.id]
    found = joined_examples(question, statements, random.Random(1))
    stated = [v for example in found for v in example.verdicts if VERDICTS[v] is not Verdict.MISSING]
    assert len(stated) == len(statements)
    for example in found:
        check(example)
        for point, verdict, at in zip(example.points, example.verdicts, example.evidence, strict=True):
            if at >= 0:
                [own] = [s for s in statements if s.text == example.sentences[at]]
                assert question.key_point(own.key_point).text == point
                assert VERDICTS[verdict] == own.verdict


def test_single_statements_are_all_that_is_said_and_as_often_right_as_wrong(bank: Bank) -> None:
    question = bank.by_id["activations-dying-relu"]
    statements = load_sentences()[question.id]
    found = single_examples(question, statements, random.Random(2))
    wanted = []
    for example in found:
        check(example)
        [own] = [s for s in statements if cut_sentences(s.text) == example.sentences]
        at = example.points.index(question.key_point(own.key_point).text)
        assert VERDICTS[example.verdicts[at]] == own.verdict
        others = {VERDICTS[verdict] for i, verdict in enumerate(example.verdicts) if i != at}
        assert others == {Verdict.MISSING}
        wanted.append(own.verdict)
    assert sorted(wanted) == ["contradicted"] * 4 + ["covered"] * 4


def test_each_point_but_the_held_out_ones_has_a_right_and_a_wrong_sentence(bank: Bank) -> None:
    found = load_sentences()
    assert set(found) == set(bank.by_id) - HELD_OUT
    for id, sentences in found.items():
        said = sorted((sentence.key_point, sentence.verdict) for sentence in sentences)
        assert said == sorted((p.id, v) for p in bank.by_id[id].key_points for v in ("covered", "contradicted"))


@pytest.mark.parametrize(("load", "made"), [(load_textbook, textbook_examples), (load_notes, notes_examples)])
def test_brief_rows_come_alone_with_their_verdicts_and_joined(load: Load, made: Made, bank: Bank) -> None:
    rows = load()
    assert set(rows) == set(bank.by_id) - HELD_OUT
    kept_out = "activations-dying-relu"
    found = made(0, frozenset({kept_out}))
    points_out = {point.text for point in bank.by_id[kept_out].key_points}
    for example in found:
        check(example)
        assert not points_out & set(example.points)
    stated: dict[tuple[str, ...], list[dict[str, Verdict]]] = {}
    for example in found:
        verdicts = dict(zip(example.points, (VERDICTS[verdict] for verdict in example.verdicts), strict=True))
        told: dict[str, Verdict] = {p: verdict for p, verdict in verdicts.items() if verdict is not Verdict.MISSING}
        stated.setdefault(example.sentences, []).append(told)
    for id, said in rows.items():
        for row in said if id != kept_out else ():
            told = {bank.by_id[id].key_point(k).text: Verdict(v) for k, v in row["verdicts"].items()}
            assert told in stated[cut_sentences(row["reply"])]
    assert len(found) > 1.2 * sum(len(said) for id, said in rows.items() if id != kept_out)


def test_each_right_note_comes_before_its_wrong_twin(bank: Bank) -> None:
    for id, rows in load_notes().items():
        pairs = list(zip(rows[::2], rows[1::2], strict=True))
        for right, wrong in pairs:
            assert set(right["verdicts"]) == set(wrong["verdicts"])
            assert set(right["verdicts"].values()) == {"covered"}
            assert "contradicted" in wrong["verdicts"].values()
        assert {point for right, _ in pairs for point in right["verdicts"]} == {p.id for p in bank.by_id[id].key_points}


def test_a_reply_contradicts_a_point_if_any_of_its_sentences_does(bank: Bank) -> None:
    rows = load_textbook()
    question = bank.by_id["rnn-vs-transformer"]
    right, wrong = rows[question.id][0], rows[question.id][1]
    assert [*right["verdicts"].values(), *wrong["verdicts"].values()] == ["covered", "contradicted"]
    for chosen in ([right, wrong], [wrong, right]):
        example = of_rows(question, chosen, random.Random(0))
        at = example.points.index(question.key_point("parallel").text)
        assert VERDICTS[example.verdicts[at]] is Verdict.CONTRADICTED


def test_a_set_that_is_left_out_teaches_nothing(tmp_path: Path) -> None:
    for name in ("saf", "beetle"):
        answered(tmp_path, name, 1)
    [found] = public_examples(tmp_path, 0, names=("saf",))
    assert found.sentences == ("A saf reply to 1.",)
    assert len(public_examples(tmp_path, 0, names=("saf", "beetle"))) == 2


def test_a_public_question_that_is_held_out_teaches_nothing(tmp_path: Path) -> None:
    answered(tmp_path, "saf", 1, 2)
    [found] = public_examples(tmp_path, 0, names=("saf",), held_out=frozenset({"saf:1"}))
    assert found.sentences == ("A saf reply to 2.",)


def answered(folder: Path, name: str, *questions: int) -> None:
    """Writes a public set with one answer to each of these questions."""
    cases = [
        {
            "question_id": f"{name}:{question}",
            "split": "train",
            "reply": f"A {name} reply to {question}.",
            "reference": f"The {name} reference.",
            "score": 1.0,
        }
        for question in questions
    ]
    (folder / f"{name}.jsonl").write_text("".join(f"{json.dumps(case)}\n" for case in cases))


@pytest.mark.parametrize("pair", ["", "saf", "saf=", "saf=nowhere", "mohler=results"])
def test_what_read_a_set_unseen_is_named_with_its_folder(
    pair: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["calibrate", "--unseen", pair])
    with pytest.raises(SystemExit, match="2"):
        calibrate.main()
    assert f"{pair!r}: give one of scientsbank, beetle, saf, stita" in capsys.readouterr().err


def test_scores_follow_the_formula() -> None:
    assert true_score([3, 2, 1], [Verdict.COVERED, Verdict.CONTRADICTED, Verdict.COVERED]) == pytest.approx(2.5 / 5)
    assert true_score([1, 1], [Verdict.PARTIAL, Verdict.MISSING]) == pytest.approx(0.25)


def test_references_cover_all_and_nonsense_covers_nothing(bank: Bank) -> None:
    rng = random.Random(0)
    question, other = bank.by_id["activations-dying-relu"], bank.by_id["cnn-receptive-field"]
    assert {VERDICTS[v] for v in reference_example(question, rng).verdicts} == {Verdict.COVERED}
    for example in negative_examples(question, bank.statements_of[question.id], other, rng):
        assert {VERDICTS[v] for v in example.verdicts} == {Verdict.MISSING}


def test_attacks_keep_their_verdict(bank: Bank) -> None:
    families = load_families()
    denial = {"denial": families["denial"]}
    question = bank.by_id["activations-dying-relu"]
    found = [attack_example(bank, denial, question, random.Random(i)) for i in range(20)]
    assert all(sum(VERDICTS[v] is Verdict.CONTRADICTED for v in example.verdicts) == 1 for example in found)


def test_small_talk_changes_no_verdict_and_hides_no_sentence(bank: Bank) -> None:
    rng, talk = random.Random(4), load_small_talk()
    question = bank.questions[0]
    replies = [reply for reply in load_replies(bank) if reply.question == question.id]
    ids = {point.text: point.id for point in question.key_points}
    kinds = set()
    for _ in range(30):
        example = talk_example(question, replies, talk, rng)
        said = " ".join(example.sentences)
        [reply] = [reply for reply in replies if all(one in said for one in cut_sentences(reply.text))]
        kinds.add(reply.kind)
        wanted = [reply.verdicts[ids[point]] for point in example.points]
        assert [VERDICTS[verdict].value for verdict in example.verdicts] == wanted
        assert len(said.split()) > len(reply.text.split())
    assert len(kinds) > 5


def test_some_points_are_put_in_other_words_which_the_reply_does_not_hold(bank: Bank) -> None:
    question = bank.by_id["activations-dying-relu"]
    example = reference_example(question, random.Random(0))
    ways = {point: [f"{point} in other words", example.sentences[0]] for point in example.points[:2]}
    found = [reworded(example, ways, random.Random(i)) for i in range(100)]
    assert {one._replace(points=example.points) for one in found} == {example}
    assert {point for one in found for point in one.points} == {*example.points, *(way[0] for way in ways.values())}
    assert 20 < sum(one.points != example.points for one in found) < 60


def test_batches_hold_every_sample_once(bank: Bank, tokenizer: Any) -> None:
    replies = load_replies(bank)[:200]
    rng = random.Random(0)
    waiting = samples(tokenizer, [reply_example(bank.by_id[r.question], r, rng) for r in replies])
    found = [sample for batch in batches(waiting, rng) for sample in batch]
    assert sorted(map(id, found)) == sorted(map(id, waiting))


def test_training_learns_goes_on_where_it_was_stopped_and_ships_what_is_used(bank: Bank, tmp_path: Path) -> None:
    import torch

    rng = random.Random(0)
    few = [reply_example(bank.by_id[r.question], r, rng) for r in load_replies(bank)[:24]]
    whole = train([few] * 4, 1e-3, True, tmp_path / "whole.pt", None, seed=0)
    assert whole[-1] < 0.8 * whole[0]
    train([few] * 4, 1e-3, True, tmp_path / "parts.pt", None, seed=0, stop_at=3)
    assert torch.load(tmp_path / "parts.pt")["done"] == 3
    train([few] * 4, 1e-3, True, tmp_path / "parts.pt", None, seed=0)
    one, two = (torch.load(tmp_path / name)["network"] for name in ("whole.pt", "parts.pt"))
    assert all(torch.allclose(one[name], two[name], atol=1e-6) for name in one)

    ship([tmp_path / "whole.pt"], "data", frozenset(), tmp_path / "own", encoder=str(bundled_folder()))
    interviewer = Interviewer(Settings(home=tmp_path / "home", grader_folder=tmp_path / "own"))
    question = bank.questions[0]
    request = GradeRequest(question_id=question.id, question=question.question)
    grade = interviewer.make_grader(GraderName.LOCAL).grade(request, question.answer)
    assert grade.ungraded is None
    assert grade.model == LocalJudge(tmp_path / "own").model
    assert grade.model != LocalJudge().model


def test_the_mean_of_several_weights_is_shipped(tmp_path: Path) -> None:
    import torch
    from safetensors.torch import load_file

    network = build_network(bundled_folder())
    for name, value in (("one.pt", 0.25), ("two.pt", 1.0)):
        weights = {key: torch.full_like(tensor, value) for key, tensor in network.state_dict().items()}
        torch.save({"network": weights}, tmp_path / name)
    checkpoints = [tmp_path / name for name in ("one.pt", "two.pt", "two.pt")]
    ship(checkpoints, "data", frozenset(), tmp_path / "own")
    found = load_file(tmp_path / "own" / WEIGHTS)
    assert set(found) == set(trained_names(network))
    assert all((tensor == 0.75).all() for tensor in found.values())
