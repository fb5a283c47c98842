"""`python -m evals.train STAGE`: trains the local grader's cross-encoder.

Stages, in this order, each beginning with the weights of the one before it:
`nli` - general entailment and public graded answers, from the public files;
`bank` - the bank's replies and statements, with a share of the public answers among them, at a steady rate; each epoch
joins the statements anew;
`settle` - the same data while the rate falls to 0;
`textbook` - sentences as a textbook has them, right or with a word exchanged, with as much of the same data among them;
`notes` - answers in few words, likewise.
Each writes a checkpoint into the work folder every 100 steps, and goes on from it when started again. `ship` puts the
weights of the last stage that was run, in half precision, where the package loads them, with their hash and that of the data.
`python -m evals.calibrate` comes after it. Another encoder is trained by the same commands with `--encoder FOLDER --work
FOLDER`, shipped with `--to FOLDER`, calibrated with `--folder FOLDER`, and used with INTERVIEWER_GRADER=FOLDER.
"""

import argparse
import hashlib
import random
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

from evals.examples import Example
from evals.training_data import (
    PUBLIC,
    bank_examples,
    nli_examples,
    notes_examples,
    public_examples,
    textbook_examples,
)
from interviewer.grading.crossencoder import (
    LONGEST_SEQUENCE,
    VERDICTS,
    Encoded,
    Reading,
    build_network,
    collate,
    encode,
    trained_names,
)
from interviewer.grading.local import FOLDER, WEIGHTS, encoder_folder, write_card
from interviewer.grading.scoring import BONUS_WEIGHT, CREDIT

HELD_OUT = Path(__file__).parent / "data" / "held_out.txt"
STAGES = ("nli", "bank", "settle", "textbook", "notes")
RATES = {"nli": 1e-4, "bank": 1.5e-4, "settle": 1.5e-4, "textbook": 1.3e-4, "notes": 1.3e-4}
FALLING = frozenset({"settle", "textbook", "notes"})
"""Stages in which the rate falls to 0."""
LONGEST_REPLY = 320
"""In tokens: longer than the pieces that are judged, so that reference answers are learnt whole."""
BATCH_TOKENS = 4096
POOL_TOKENS = 150_000
WARM_UP_STEPS = 40
SAVE_EVERY = 100
SMOOTHING = 0.05
SCORE_LOSS, EVIDENCE_LOSS, WHOLE_LOSS = 2.0, 0.2, 1.0
PUBLIC_SHARE, NLI_SHARE = 0.6, 0.06
BRIEF = {"textbook": textbook_examples, "notes": notes_examples}
ORDINARY_SHARE = 0.1
"""Share of an epoch of `settle` that comes with the textbook's sentences, or with the notes: about as many tokens as these have."""


class Sample(NamedTuple):
    """An example as the network reads it."""

    encoded: Encoded
    example: Example


def stage_examples(
    stage: str, datasets: Path, seed: int, epochs: int, held_out: frozenset[str], public: Sequence[str] = PUBLIC
) -> list[list[Example]]:
    """The examples of each epoch of a stage, with the answers of these public sets."""
    if stage == "nli":
        return [
            [*nli_examples(datasets, seed + i), *public_examples(datasets, seed + i, names=public, held_out=held_out)]
            for i in range(epochs)
        ]
    offset = 1000 * STAGES.index(stage)
    found = [
        [
            *bank_examples(seed + offset + i, held_out),
            *public_examples(datasets, seed + offset + i, PUBLIC_SHARE, public, held_out),
            *nli_examples(datasets, seed + offset + i, NLI_SHARE),
        ]
        for i in range(epochs)
    ]
    if stage not in BRIEF:
        return found
    rng = random.Random(seed)
    return [
        [
            *BRIEF[stage](seed + offset + i, held_out),
            *rng.sample(ordinary, int(len(ordinary) * ORDINARY_SHARE)),
        ]
        for i, ordinary in enumerate(found)
    ]


def samples(tokenizer: Any, examples: Sequence[Example]) -> list[Sample]:
    """The examples that fit one sequence (nearly all)."""
    found = []
    for example in examples:
        encoded = encode(tokenizer, Reading(example.sentences, example.points), LONGEST_REPLY)
        if len(encoded) == 1 and len(encoded[0][1].ids) <= LONGEST_SEQUENCE:
            found.append(Sample(encoded[0][1], example))
    return found


def batches(waiting: Sequence[Sample], rng: random.Random) -> list[list[Sample]]:
    """Shuffled batches of sequences of like length, so that little is padding."""
    shuffled = list(waiting)
    rng.shuffle(shuffled)
    found: list[list[Sample]] = []
    while shuffled:
        pool, tokens = [], 0
        while shuffled and tokens < POOL_TOKENS:
            pool.append(shuffled.pop())
            tokens += len(pool[-1].encoded.ids)
        batch: list[Sample] = []
        for sample in sorted(pool, key=lambda sample: len(sample.encoded.ids)):
            if (len(batch) + 1) * len(sample.encoded.ids) > BATCH_TOKENS:
                found.append(batch)
                batch = []
            batch.append(sample)
        found.append(batch)
    rng.shuffle(found)
    return found


def loss_of(network: Any, batch: Sequence[Sample], pad: int) -> Any:
    """Cross-entropy of the verdicts, squared error of the score that follows from them, cross-entropy of the evidence and of
    the whole.
    """
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

    logits, matches, wholes = network(**collate([sample.encoded for sample in batch], pad))
    width = logits.shape[1]

    def padded(rows: list[tuple[float, ...]], fill: float) -> Any:
        return torch.tensor([[*row, *[fill] * (width - len(row))] for row in rows])

    verdicts = padded([sample.example.verdicts for sample in batch], -1).long()
    weights = padded([sample.example.weights for sample in batch], 0.0)
    known = verdicts >= 0
    each = cross_entropy(logits[known], verdicts[known], reduction="none", label_smoothing=SMOOTHING)
    loss = (each * weights[known]).sum() / weights[known].sum().clamp(min=1e-6) if known.any() else logits.sum() * 0

    importance = padded([sample.example.importance for sample in batch], 0).float()
    counted = importance * (importance > BONUS_WEIGHT)
    credit = torch.softmax(logits, -1) @ torch.tensor([CREDIT[verdict] for verdict in VERDICTS])
    scored = torch.tensor([sample.example.score is not None for sample in batch]) & (counted.sum(1) > 0)
    if scored.any():
        found = (credit * counted).sum(1)[scored] / counted.sum(1)[scored]
        wanted = torch.tensor([sample.example.score or 0.0 for sample in batch])[scored]
        loss = loss + SCORE_LOSS * ((found - wanted) ** 2).mean()

    evidence = padded([sample.example.evidence for sample in batch], -1).long()
    if (evidence >= 0).any():
        loss = loss + EVIDENCE_LOSS * cross_entropy(matches[evidence >= 0], evidence[evidence >= 0])

    whole = torch.tensor([sample.example.whole is not None for sample in batch])
    if whole.any():
        wanted = torch.tensor([sample.example.whole or 0.0 for sample in batch])[whole]
        loss = loss + WHOLE_LOSS * binary_cross_entropy_with_logits(wholes[whole, 0], wanted)
    return loss


def train(
    epochs: Sequence[Sequence[Example]],
    rate: float,
    falling: bool,
    checkpoint: Path,
    start_from: Path | None,
    seed: int,
    steps: int | None = None,
    stop_at: int | None = None,
    encoder: str | None = None,
) -> list[float]:
    """Trains and saves; resumes from its own checkpoint where one is there. Returns the loss of each step it took.

    Args:
        falling: whether the learning rate falls to 0; it stays otherwise.
        start_from: weights of an earlier stage.
        steps: length of the plan, where it is not to be all epochs.
        stop_at: the number of steps after which to stop, in the middle of the plan.
        encoder: folder of the sentence encoder to train, by default the bundled one's.
    """
    import torch
    from transformers import AutoTokenizer

    torch.manual_seed(seed)
    network: Any = build_network(encoder_folder(encoder))
    if start_from is not None:
        network.load_state_dict(torch.load(start_from)["network"], strict=False)
    for name, parameter in network.named_parameters():
        parameter.requires_grad = name in trained_names(network)
    tokenizer = AutoTokenizer.from_pretrained(str(encoder_folder(encoder)), local_files_only=True)
    rng = random.Random(seed)
    plan = [batch for examples in epochs for batch in batches(samples(tokenizer, examples), rng)][:steps]
    return take_steps(network, plan, tokenizer.pad_token_id, rate, falling, checkpoint, stop_at)


def take_steps(
    network: Any,
    plan: Sequence[Sequence[Sample]],
    pad: int,
    rate: float,
    falling: bool,
    checkpoint: Path,
    stop_at: int | None = None,
) -> list[float]:
    """Trains what of the network requires a gradient, as `train` says. Returns the loss of each step it took."""
    import torch

    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer,
        lambda step: min(1.0, (step + 1) / WARM_UP_STEPS, (len(plan) - step) / len(plan) if falling else 1.0),
    )
    done = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        network.load_state_dict(saved["network"])
        optimizer.load_state_dict(saved["optimizer"])
        schedule.load_state_dict(saved["schedule"])
        done = saved["done"]
    network.train()
    started, seen = time.time(), 0
    losses: list[float] = []
    last = min(len(plan), stop_at or len(plan))
    for step in range(done, last):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = loss_of(network, plan[step], pad)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        seen += sum(len(sample.encoded.ids) for sample in plan[step])
        losses.append(float(loss.detach()))
        if (step + 1) % 50 == 0:
            pace = seen / (time.time() - started)
            print(f"step {step + 1} of {len(plan)}, loss {mean(losses[-50:]):.3f}, {pace:.0f} tokens/s", flush=True)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == last:
            save(checkpoint, network, optimizer, schedule, step + 1)
    return losses


def save(checkpoint: Path, network: Any, optimizer: Any, schedule: Any, done: int) -> None:
    """Writes a checkpoint whole, then puts it in place of the last one."""
    import torch

    part = checkpoint.with_suffix(".part")
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
    torch.save(state | {"done": done}, part)
    part.replace(checkpoint)


def ship(
    checkpoints: Sequence[Path],
    data_hash: str,
    held_out: frozenset[str],
    folder: Path = FOLDER,
    encoder: str | None = None,
) -> None:
    """Writes the weights that differ from the encoder's, in half precision, with their card.

    Args:
        checkpoints: the mean of their weights is written, each counting as often as it stands here.
    """
    import torch
    from safetensors.torch import save_file

    found = [torch.load(checkpoint)["network"] for checkpoint in checkpoints]
    names = trained_names(build_network(encoder_folder(encoder)))
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / WEIGHTS
    means = {name: torch.stack([weights[name].float() for weights in found]).mean(dim=0) for name in names}
    save_file({name: mean.half().contiguous() for name, mean in means.items()}, file)
    write_card(folder, data_hash, held_out, encoder=encoder)
    print(f"wrote {file}, {file.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """Runs one stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=[*STAGES, "ship"])
    parser.add_argument("--work", type=Path, default=Path("results/train"), help="folder of checkpoints")
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"), help="folder of the public files")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--steps", type=int, help="steps to take, where not the whole of the last epoch")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--hold-out", type=Path, default=HELD_OUT, help="ids of questions, the bank's or public ones, to keep out"
    )
    parser.add_argument(
        "--public", choices=PUBLIC, nargs="*", default=PUBLIC, help="public sets to learn from (default: all)"
    )
    parser.add_argument("--start-from", type=Path, help="checkpoint to begin with, instead of the stage before")
    parser.add_argument("--encoder", metavar="FOLDER", help="sentence encoder to train (default: the bundled one)")
    parser.add_argument("--to", type=Path, default=FOLDER, metavar="FOLDER", help="where `ship` writes")
    parser.add_argument(
        "--mean-with",
        type=Path,
        nargs="*",
        default=[],
        metavar="CHECKPOINT",
        help="`ship` writes the mean of the last stage's weights and these",
    )
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    stage = arguments.stage
    if stage == "ship":
        trained = [name for name in STAGES if (arguments.work / f"{name}.pt").exists()]
        if not trained:
            parser.error(f"{arguments.work} holds no checkpoint: run a stage first")
        stage = trained[-1]
    held_out = frozenset(arguments.hold_out.read_text().split())
    epochs = stage_examples(stage, arguments.datasets, arguments.seed, arguments.epochs, held_out, arguments.public)
    data_hash = hashlib.sha256(repr(epochs).encode()).hexdigest()[:12]
    checkpoint = arguments.work / f"{stage}.pt"
    if arguments.stage == "ship":
        ship([checkpoint, *arguments.mean_with], data_hash, held_out, arguments.to, arguments.encoder)
        return
    print(f"{' + '.join(str(len(examples)) for examples in epochs)} examples, data {data_hash}", flush=True)
    before = arguments.work / f"{STAGES[STAGES.index(stage) - 1]}.pt" if stage != STAGES[0] else None
    train(
        epochs,
        RATES[stage],
        stage in FALLING,
        checkpoint,
        arguments.start_from or before,
        arguments.seed,
        arguments.steps,
        encoder=arguments.encoder,
    )


if __name__ == "__main__":
    main()
