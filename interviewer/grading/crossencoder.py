"""The cross-encoder that reads a reply and a key point together and tells the verdict.

It is the bundled encoder (Source: all-MiniLM-L6-v2, 6 layers, 384 wide) with the two texts in one input, the mean of
the last layer's states, and a linear head over the four verdicts. Its word embeddings and lowest layers stay the bundled ones, so only the
upper layers and the head are shipped, in half precision.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import JudgeFailed
from interviewer.grading.grade import Verdict
from knowledge.encoder import quiet_loading

if TYPE_CHECKING:
    import torch

VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)
LONGEST_INPUT = 224
KEPT = (".embeddings.", ".layer.0.", ".layer.1.")
"""Parts that stay as bundled: general enough as they are, and training is a third faster without them."""
BATCH_TOKENS = 1024

Floats = NDArray[np.float64]


def build_network(folder: Path) -> "torch.nn.Module":
    """The network with the bundled encoder's weights and a fresh head: call it with a tokenised batch for its logits.

    Args:
        folder: a sentence-transformers folder.
    """
    import torch
    from transformers import AutoModel

    quiet_loading()

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            # Trained for one epoch, so without dropout, which on a CPU costs as much as it would bring.
            self.encoder = AutoModel.from_pretrained(
                str(folder), local_files_only=True, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
            )
            self.encoder.pooler = None
            self.head = torch.nn.Linear(self.encoder.config.hidden_size, len(VERDICTS))

        def forward(self, **batch: Any) -> Any:
            states = self.encoder(**batch).last_hidden_state
            mask = batch["attention_mask"].unsqueeze(-1).to(states.dtype)
            mean = (states * mask).sum(1) / mask.sum(1).clamp(min=1)
            return self.head(mean).float()

    return Network()


def trained_names(network: "torch.nn.Module") -> list[str]:
    """Names of the weights that differ from the bundled model's: the head, and the layers that are not kept."""
    return [name for name in network.state_dict() if not any(part in name for part in KEPT)]


class CrossEncoder:
    """Verdict probabilities for pairs of texts.

    Args:
        folder: the bundled encoder's folder.
        weights: the shipped weights, safetensors.
        expected_hash: their SHA-256, or None to take any.
    """

    def __init__(self, folder: Path, weights: Path, expected_hash: str | None = None) -> None:
        self._folder = folder
        self._weights = weights
        self._expected_hash = expected_hash
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def probabilities(self, pairs: Sequence[tuple[str, str]]) -> Floats:
        """Probabilities of shape (pairs, 4) in the order of VERDICTS; each row sums to 1.

        Args:
            pairs: (what the candidate said, the key point).

        Raises: JudgeFailed where the weights are missing or not the expected ones.
        """
        import torch

        if not pairs:
            return np.zeros((0, len(VERDICTS)))
        network, tokenizer = self._load()
        # Longest first and batched by tokens: little padding, and the same batches whatever the order of the pairs.
        order = sorted(range(len(pairs)), key=lambda i: (-len(pairs[i][0]) - len(pairs[i][1]), pairs[i]))
        found = np.zeros((len(pairs), len(VERDICTS)))
        with self._lock, torch.inference_mode():
            for chosen in _batches(order, pairs):
                batch = tokenize(tokenizer, [pairs[i] for i in chosen])
                found[chosen] = torch.softmax(network(**batch), dim=-1).double().numpy()
        return found

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._read()
            return self._loaded

    def _read(self) -> tuple[Any, Any]:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
        from transformers import AutoTokenizer

        try:
            found = hashlib.sha256(self._weights.read_bytes()).hexdigest()
            if self._expected_hash not in (None, found):
                raise JudgeFailed(f"{self._weights.name} is not the file that was trained; reinstall the package")
            network = build_network(self._folder)
            missing, surplus = network.load_state_dict(
                {name: tensor.float() for name, tensor in load_file(self._weights).items()}, strict=False
            )
        except (OSError, SafetensorError, RuntimeError) as error:
            raise JudgeFailed(
                f"the local grader's weights in {self._weights.name} cannot be read ({error}); reinstall the package"
            ) from error
        if surplus or any(name in trained_names(network) for name in missing):
            raise JudgeFailed(f"{self._weights.name} does not fit this encoder; retrain with `python -m evals.train`")
        return network.eval(), AutoTokenizer.from_pretrained(str(self._folder), local_files_only=True)


def tokenize(tokenizer: Any, pairs: Sequence[tuple[str, str]]) -> Any:
    """A padded batch of pairs; where a pair is too long, what was said is cut, never the point."""
    return tokenizer(
        [said for said, _ in pairs],
        [point for _, point in pairs],
        truncation="only_first",
        max_length=LONGEST_INPUT,
        padding=True,
        pad_to_multiple_of=16,  # few shapes, so that kernels are made once
        return_tensors="pt",
    )


def _batches(order: list[int], pairs: Sequence[tuple[str, str]]) -> list[list[int]]:
    batches: list[list[int]] = []
    room = 0
    for i in order:
        # About four characters a token, and the longest pair of a batch comes first.
        cost = min(LONGEST_INPUT, 4 + (len(pairs[i][0]) + len(pairs[i][1])) // 3)
        if not batches or len(batches[-1]) >= room:
            batches.append([])
            room = max(1, BATCH_TOKENS // cost)
        batches[-1].append(i)
    return batches
