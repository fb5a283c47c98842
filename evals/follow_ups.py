"""`python -m evals.follow_ups STAGE`: trains what reads an answer to a follow-up together with the follow-up.

An answer to a follow-up leans on it ("-1 and 1"), and the network that reads whole replies never saw one. `train` learns
low-rank changes of that network's layers and heads of its own from answers to follow-ups
(`knowledge/claims/follow_ups.jsonl`), from the bank's statements and whole replies, each behind the follow-up about its point,
and from what earns nothing; it goes on from its last checkpoint when started again. `ship` writes the changes, in half
precision, beside the network's weights. `calibrate` fits what weighs their findings, to the development half of
`data/follow_up.jsonl`, and writes their card. What is read without a follow-up stays as it is, to the last digit.
"""

import argparse
import hashlib
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from evals.aggregations import Found, fit_verdicts
from evals.asked import request_of
from evals.attack_templates import Family, load_families
from evals.cases import Case
from evals.examples import Example, cut_sentences, of_verdicts
from evals.negative_examples import attack_example
from evals.train import HELD_OUT, batches, samples, take_steps
from interviewer.grading.aggregation import Aggregation, plain
from interviewer.grading.crossencoder import VERDICTS, build_network
from interviewer.grading.features import ANSWER_FEATURES
from interviewer.grading.follow_ups import CARD, FollowUpCard, FollowUps, asked_about
from interviewer.grading.follow_ups import WEIGHTS as CHANGES
from interviewer.grading.grade import Verdict
from interviewer.grading.local import FOLDER, WEIGHTS, LocalJudge
from interviewer.grading.tasks import find_task
from knowledge.bank import Bank, KeyPoint, Question
from knowledge.claims import FOLLOW_UPS
from knowledge.encoder import bundled_folder
from knowledge.lines import read_lines
from knowledge.load import load_bank
from knowledge.replies import Reply, load_replies

if TYPE_CHECKING:
    import torch

DATA = Path(__file__).parent / "data"
CASES = DATA / "follow_up.jsonl"
RANK = 16
RATE = 1e-3
STATEMENTS_A_POINT = 2
OTHERS_SHARE = 0.3
"""Share of the answers that are also held against a point of another question, of which they say nothing."""
ATTACKS_A_QUESTION = 4
REPEATED_SHARE = 0.15
"""Share of the points of which the follow-up, or the question, is given back as the answer."""


def examples(bank: Bank, answers: Sequence[Mapping[str, str]], held_out: frozenset[str], seed: int) -> list[Example]:
    """The examples of one epoch: a follow-up, what was said to it, and the point that it asks about."""
    rng = random.Random(seed)
    families = load_families()
    said_of: dict[str, list[Reply]] = {}
    for reply in load_replies(bank):
        said_of.setdefault(reply.question, []).append(reply)
    found = [_read(bank, answer, Verdict(answer["verdict"])) for answer in answers]
    for answer in answers:
        if rng.random() < OTHERS_SHARE:
            stranger = rng.choice(answers)
            if stranger["question_id"] != answer["question_id"]:
                found.append(_read(bank, {**answer, "reply": stranger["reply"]}, Verdict.MISSING))
    for question in bank.questions:
        if question.id not in held_out:
            found += _of_question(bank, question, said_of[question.id], families, rng)
    return found


def _read(bank: Bank, answer: Mapping[str, str], verdict: Verdict) -> Example:
    point = bank.by_id[answer["question_id"]].key_point(answer["point_id"])
    return _example(point, cut_sentences(answer["reply"]), verdict)


def _example(point: KeyPoint, said: Sequence[str], verdict: Verdict) -> Example:
    return of_verdicts([point.probe, *said], [point.text], [verdict])


def _of_question(
    bank: Bank, question: Question, replies: Sequence[Reply], families: Mapping[str, Family], rng: random.Random
) -> list[Example]:
    """Statements and a whole reply about each point, and what earns nothing."""
    found = []
    for point in question.key_points:
        statements = [s for s in bank.statements_of[question.id] if s.key_point == point.id]
        for statement in rng.sample(statements, min(STATEMENTS_A_POINT, len(statements))):
            found.append(_example(point, [statement.text], Verdict(statement.verdict)))
        reply = rng.choice(replies)
        found.append(_example(point, cut_sentences(reply.text), Verdict(reply.verdicts[point.id])))
        if rng.random() < REPEATED_SHARE:
            found.append(_example(point, [rng.choice([point.probe, question.question])], Verdict.MISSING))
    points = {point.text: point for point in question.key_points}
    for _ in range(ATTACKS_A_QUESTION):
        attack = attack_example(bank, families, question, rng)
        found.append(_example(points[attack.points[0]], attack.sentences, VERDICTS[attack.verdicts[0]]))
    return found


def changed_layers(network: "torch.nn.Module") -> "dict[str, torch.nn.Linear]":
    """The linear layers of the encoder's blocks, by name: those that are changed."""
    import torch

    return {
        name: module
        for name, module in network.named_modules()
        if isinstance(module, torch.nn.Linear) and ".layer." in name
    }


def train(epochs: Sequence[Sequence[Example]], checkpoint: Path, seed: int, folder: Path = FOLDER) -> None:
    """Trains the changes and saves them; resumes from its own checkpoint where one is there."""
    import torch
    from safetensors.torch import load_file
    from torch.nn.utils.parametrize import register_parametrization
    from transformers import AutoTokenizer

    class LowRank(torch.nn.Module):
        """A weight and its change of low rank, nothing at first."""

        def __init__(self, outputs: int, inputs: int) -> None:
            super().__init__()
            self.up = torch.nn.Parameter(torch.zeros(outputs, RANK))
            self.down = torch.nn.Parameter(torch.randn(RANK, inputs) / inputs**0.5)

        def forward(self, weight: torch.Tensor) -> torch.Tensor:
            return weight + self.up @ self.down

    torch.manual_seed(seed)
    network: Any = build_network(bundled_folder())
    network.load_state_dict({n: t.float() for n, t in load_file(folder / WEIGHTS).items()}, strict=False)
    for parameter in network.encoder.parameters():
        parameter.requires_grad = False
    for layer in changed_layers(network).values():
        register_parametrization(layer, "weight", LowRank(*layer.weight.shape))
    tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder()), local_files_only=True)
    rng = random.Random(seed)
    plan = [batch for one in epochs for batch in batches(samples(tokenizer, one), rng)]
    take_steps(network, plan, tokenizer.pad_token_id, RATE, True, checkpoint)


def parts_of(checkpoint: Path) -> "dict[str, torch.Tensor]":
    """What `interviewer.grading.crossencoder.change` takes, in half precision, from a checkpoint."""
    import torch

    found = {}
    for name, tensor in torch.load(checkpoint)["network"].items():
        layer, learnt, factor = name.partition(".parametrizations.weight.0.")
        if learnt:
            found[f"{layer}.weight.{factor}"] = tensor.half().contiguous()
        elif not name.startswith("encoder."):
            found[name] = tensor.half().contiguous()
    return found


def ship(checkpoint: Path, data_hash: str, folder: Path) -> None:
    """Writes the changes where the judge of these weights looks for them, with a card that weighs nothing yet."""
    from safetensors.torch import save_file

    file = folder / CHANGES
    save_file(parts_of(checkpoint), file)
    base = hashlib.sha256((folder / WEIGHTS).read_bytes()).hexdigest()
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    weighing = plain(ANSWER_FEATURES)
    write(FollowUpCard(sha256=found, base=base, data=data_hash, known=weighing, unknown=weighing), folder)
    print(f"wrote {file}, {file.stat().st_size / 1e6:.1f} MB")


def write(card: FollowUpCard, folder: Path) -> None:
    """Writes the card of the changes."""
    (folder / CARD).write_text(card.model_dump_json() + "\n", encoding="utf-8")


def found_in(bank: Bank, judge: LocalJudge, reader: FollowUps, known: bool) -> list[Found]:
    """What is weighed of each development answer.

    Args:
        reader: reads it behind its follow-up.
        known: as answers to questions that training knew; else as to others, without statements.
    """
    found = []
    for case in read_lines(CASES):
        if case["split"] != "dev":
            continue
        request = request_of(Case.model_validate(case), bank)
        task = find_task(request, bank, _no_index)
        task = task if known else task.model_copy(update={"statements": ()})
        at, said = asked_about(task), judge.shown(case["reply"], task.wordings)
        assert at is not None, case["id"]
        alone = judge.judge(task.model_copy(update={"follow_up": None}), case["reply"]).judgements
        by_itself = np.array([[one.probabilities[verdict] for verdict in VERDICTS] for one in alone])
        verdict = VERDICTS.index(Verdict(case["key_points"][0]["verdict"]))
        found.append(Found(reader.features(task, said, by_itself, at), [verdict], 0.0, case["question_id"]))
    return found


def _no_index() -> NoReturn:
    raise AssertionError("every case is of a question of the bank")


def fit(found: Sequence[Found]) -> Aggregation:
    """What weighs these findings; prints how well it does on questions held out."""
    fitted = fit_verdicts(found, [1.0] * len(found))
    print(fitted.line, flush=True)
    return fitted.aggregation


def main() -> None:
    """Runs one stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=["train", "ship", "calibrate"])
    parser.add_argument("--work", type=Path, default=Path("results/follow-ups"), help="folder of the checkpoint")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--without-tested", action="store_true", help="leave out the points of `data/follow_up.jsonl`")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="folder of the weights that are changed")
    parser.add_argument(
        "--unknown", type=Path, metavar="FOLDER", help="changes that were trained `--without-tested`, for `calibrate`"
    )
    arguments = parser.parse_args()
    bank, held_out = load_bank(), frozenset(HELD_OUT.read_text().split())
    if arguments.stage == "calibrate":
        calibrate(bank, arguments.folder, arguments.unknown)
        return
    answers = training_answers(arguments.without_tested)
    epochs = [examples(bank, answers, held_out, 100 * arguments.seed + i) for i in range(arguments.epochs)]
    data_hash = hashlib.sha256(repr(epochs).encode()).hexdigest()[:12]
    arguments.work.mkdir(parents=True, exist_ok=True)
    checkpoint = arguments.work / "follow_ups.pt"
    if arguments.stage == "ship":
        ship(checkpoint, data_hash, arguments.folder)
        return
    print(f"{' + '.join(str(len(one)) for one in epochs)} examples, data {data_hash}", flush=True)
    train(epochs, checkpoint, arguments.seed, arguments.folder)


def training_answers(without_tested: bool) -> list[dict[str, str]]:
    """The answers to learn from: question, point, reply, verdict."""
    answers = read_lines(FOLLOW_UPS)
    if not without_tested:
        return answers
    cases = read_lines(CASES)
    bank = load_bank()
    tested = {(case["question_id"], case["follow_up"]["point"]) for case in cases}
    points = {(question.id, point.id): point.text for question in bank.questions for point in question.key_points}
    of = [(answer["question_id"], answer["point_id"]) for answer in answers]
    return [answer for answer, at in zip(answers, of, strict=True) if (at[0], points[at]) not in tested]


def calibrate(bank: Bank, folder: Path, unknown: Path) -> None:
    """Fits both weighings and writes them into the card."""
    judge = LocalJudge(folder)
    reader = judge.follow_ups
    assert reader.card is not None, f"{folder} holds no {CARD}: ship first"
    strange = LocalJudge(unknown).follow_ups
    card = reader.card.model_copy(
        update={
            "known": fit(found_in(bank, judge, reader, True)),
            "unknown": fit(found_in(bank, judge, strange, False)),
        }
    )
    write(card, folder)


if __name__ == "__main__":
    main()
