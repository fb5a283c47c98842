"""`python -m evals.train STAGE`: trains the local grader's cross-encoder.

Stages, in this order: `nli` (general entailment, from the public files), `statements` (what candidates say of each key
point of the bank), `replies` (whole replies). Each begins with the stage before it, writes a checkpoint into the work
folder every 200 steps, and goes on from it when started again. `ship` puts the last stage's weights, in half precision,
where the package loads them, with their hash and that of the data. `python -m evals.calibrate` comes after it.
"""

import argparse
import hashlib
import random
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.training_data import Pair, bank_reply_pairs, bank_statement_pairs, nli_pairs
from interviewer.grading.crossencoder import build_network, tokenize, trained_names
from interviewer.grading.local import FOLDER, PLAIN, WEIGHTS, Aggregation, write_card
from knowledge.encoder import bundled_folder

HELD_OUT = Path(__file__).parent / "data" / "held_out.txt"
RATES = {"nli": 5e-5, "statements": 1e-4, "replies": 8e-5}
STAGES = ("nli", "statements", "replies")
BATCH_PAIRS = 32
POOL_BATCHES = 50
WARM_UP = 0.06
SAVE_EVERY = 200
SMOOTHING = 0.05


def batches(pairs: Sequence[Pair], rng: random.Random) -> list[list[Pair]]:
    """Shuffled batches of pairs of like length, so that little is padding."""
    shuffled = list(pairs)
    rng.shuffle(shuffled)
    found = []
    for start in range(0, len(shuffled), BATCH_PAIRS * POOL_BATCHES):
        pool = sorted(
            shuffled[start : start + BATCH_PAIRS * POOL_BATCHES], key=lambda pair: len(pair.said) + len(pair.point)
        )
        found += [pool[i : i + BATCH_PAIRS] for i in range(0, len(pool), BATCH_PAIRS)]
    rng.shuffle(found)
    return found


def train(
    pairs: Sequence[Pair], epochs: int, rate: float, checkpoint: Path, start_from: Path | None, seed: int
) -> None:
    """Trains and saves; resumes from its own checkpoint where one is there.

    Args:
        pairs: texts with the index of their verdict in VERDICTS and a weight.
        start_from: weights of an earlier stage.
    """
    import torch
    from transformers import AutoTokenizer, get_linear_schedule_with_warmup

    torch.manual_seed(seed)
    network: Any = build_network(bundled_folder())
    if start_from is not None:
        network.load_state_dict(torch.load(start_from)["network"])
    for name, parameter in network.named_parameters():
        parameter.requires_grad = name in trained_names(network)
    rng = random.Random(seed)
    plan = [batch for _ in range(epochs) for batch in batches(pairs, rng)]
    optimizer = torch.optim.AdamW([p for p in network.parameters() if p.requires_grad], lr=rate, weight_decay=0.01)
    schedule = get_linear_schedule_with_warmup(  # type: ignore[no-untyped-call]
        optimizer, int(WARM_UP * len(plan)), len(plan)
    )
    done = 0
    if checkpoint.exists():
        saved = torch.load(checkpoint)
        network.load_state_dict(saved["network"])
        done = saved["done"]
        if "optimizer" in saved:
            optimizer.load_state_dict(saved["optimizer"])
            schedule.load_state_dict(saved["schedule"])
    tokenizer = AutoTokenizer.from_pretrained(str(bundled_folder()), local_files_only=True)
    loss_of = torch.nn.CrossEntropyLoss(reduction="none", label_smoothing=SMOOTHING)
    network.train()
    started, seen, running = time.time(), 0, 0.0
    for step in range(done, len(plan)):
        batch = plan[step]
        weights = torch.tensor([pair.weight for pair in batch])
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = network(**tokenize(tokenizer, [(pair.said, pair.point) for pair in batch]))
        loss = (loss_of(logits, torch.tensor([pair.verdict for pair in batch])) * weights).sum() / weights.sum()
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        seen += len(batch)
        running = 0.98 * running + 0.02 * float(loss.detach()) if running else float(loss.detach())
        if (step + 1) % 100 == 0:
            rate_now = seen / (time.time() - started)
            print(f"step {step + 1} of {len(plan)}, loss {running:.3f}, {rate_now:.0f} pairs/s", flush=True)
        if (step + 1) % SAVE_EVERY == 0 or step + 1 == len(plan):
            save(checkpoint, network, optimizer, schedule, step + 1)


def save(checkpoint: Path, network: Any, optimizer: Any, schedule: Any, done: int) -> None:
    """Writes a checkpoint whole, then puts it in place of the last one."""
    import torch

    part = checkpoint.with_suffix(".part")
    state = {"network": network.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
    torch.save(state | {"done": done}, part)
    part.replace(checkpoint)


def ship(checkpoint: Path, data_hash: str) -> None:
    """Writes the weights that differ from the bundled model's, in half precision, with their card."""
    import torch
    from safetensors.torch import save_file

    network = build_network(bundled_folder())
    network.load_state_dict(torch.load(checkpoint)["network"])
    state = network.state_dict()
    FOLDER.mkdir(exist_ok=True)
    file = FOLDER / WEIGHTS
    save_file({name: state[name].half().contiguous() for name in trained_names(network)}, file)
    plain = Aggregation(coef=tuple(map(tuple, PLAIN.tolist())), intercept=(0.0,) * len(PLAIN))
    write_card(FOLDER, data_hash, plain)
    print(f"wrote {file}, {file.stat().st_size / 1e6:.1f} MB")


def stage_pairs(stage: str, datasets: Path, seed: int, held_out: frozenset[str]) -> list[Pair]:
    """The pairs of one stage."""
    if stage == "nli":
        return nli_pairs(datasets, seed)
    return bank_statement_pairs(seed, held_out) if stage == "statements" else bank_reply_pairs(seed, held_out)


def main() -> None:
    """Runs one stage."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stage", choices=[*STAGES, "ship"])
    parser.add_argument("--work", type=Path, default=Path("results/train"), help="folder of checkpoints")
    parser.add_argument("--datasets", type=Path, default=Path("../shared/datasets"), help="folder of the public files")
    parser.add_argument("--pairs", type=int, help="train on a random sample of this many pairs")
    parser.add_argument("--epochs", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--hold-out", type=Path, default=HELD_OUT, help="question ids to keep out of training")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    stage = arguments.stage if arguments.stage != "ship" else STAGES[-1]
    pairs = stage_pairs(stage, arguments.datasets, arguments.seed, frozenset(arguments.hold_out.read_text().split()))
    if arguments.pairs and arguments.pairs < len(pairs):
        pairs = random.Random(arguments.seed).sample(pairs, arguments.pairs)
    data_hash = hashlib.sha256(repr(pairs).encode()).hexdigest()
    checkpoint = arguments.work / f"{stage}.pt"
    if arguments.stage == "ship":
        ship(checkpoint, data_hash)
        return
    print(f"{len(pairs)} pairs, data {data_hash[:12]}", flush=True)
    before = arguments.work / f"{STAGES[STAGES.index(stage) - 1]}.pt" if stage != STAGES[0] else None
    train(pairs, arguments.epochs, RATES[stage], checkpoint, before, arguments.seed)


if __name__ == "__main__":
    main()
