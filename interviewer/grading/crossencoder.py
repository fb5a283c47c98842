"""The cross-encoder that reads a reply together with all key points of its question and tells each point's verdict.

It is a sentence encoder, by default the bundled one (Source: all-MiniLM-L6-v2, 6 layers, 384 wide), over one sequence, `reply [SEP] point [SEP] point
[SEP] ...`. The mean of a point's last states gives its verdict through a linear head; their match with the mean states of
the reply's sentences says which sentence the verdict rests on. One pass judges a whole reply, where pairs of reply and
point would need one each, and points are seen beside each other. The embeddings stay the bundled ones, so only the layers and
the heads are shipped, in half precision.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from interviewer.errors import JudgeFailed
from interviewer.grading.grade import Verdict
from knowledge.encoder import LOADING, quiet_loading

if TYPE_CHECKING:
    import torch

VERDICTS = (Verdict.COVERED, Verdict.PARTIAL, Verdict.MISSING, Verdict.CONTRADICTED)
LONGEST_SEQUENCE = 512
PIECE_TOKENS = 300
"""Longest part of a reply that is read at once."""
POINT_TOKENS = 160
"""Longest claim; what is longer is cut."""
WHOLE = "reference answer: "
"""What stands before a reference that is read as one claim."""
KEPT = (".embeddings.",)
"""Parts that stay as bundled: general enough as they are, and half of the weights."""
BATCH_TOKENS = 2048
LEAST_FILLED = 0.75
"""A sequence that would fill less of its row is read in another batch: padding costs as much as text."""
EVIDENCE_WIDTH = 64
UP, DOWN = ".up", ".down"
"""Ends of the names of the two factors by which a weight is changed."""

Floats = NDArray[np.float64]


class Reading(NamedTuple):
    """What is read at once: a reply's sentences and the claims that it is held against."""

    sentences: tuple[str, ...]
    points: tuple[str, ...]


class Encoded(NamedTuple):
    """One sequence: token ids, the length of the reply's part, and where sentences and points lie (start, end).

    `sentences` names the reply's sentence of each sentence span, `points` the claim of each point span.
    """

    ids: list[int]
    reply_length: int
    sentence_spans: list[tuple[int, int]]
    sentences: list[int]
    point_spans: list[tuple[int, int]]
    points: list[int]


class Placed(NamedTuple):
    """A sequence, with the number of its reading and of its piece of the reply."""

    reading: int
    piece: int
    encoded: Encoded


class Read(NamedTuple):
    """What was found: verdict probabilities of shape (pieces, points, 4), `evidence` of shape (points, sentences): how much
    each sentence says of each point, its share within a piece times the probability that the piece is not silent; and
    `whole` of shape (pieces, points), log-odds of the reply being as good as the claim, meant for whole references.
    """

    probabilities: Floats
    evidence: Floats
    whole: Floats


def build_network(folder: Path) -> "torch.nn.Module":
    """The network with an encoder's weights and fresh heads.

    Call it with a batch of `collate` for verdict logits (sequences, points, 4), evidence logits (sequences, points,
    sentences) and log-odds of the whole (sequences, points).

    Args:
        folder: a sentence-transformers folder, the bundled one or a larger encoder's.
    """
    import torch
    from transformers import AutoModel

    quiet_loading()

    class Network(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            # Few epochs, so no dropout, which on a CPU costs as much as it would bring.
            self.encoder = AutoModel.from_pretrained(
                str(folder), local_files_only=True, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
            )
            self.encoder.pooler = None
            width = self.encoder.config.hidden_size
            self.knows_types = getattr(self.encoder.config, "type_vocab_size", 1) > 1
            self.head = torch.nn.Linear(width, len(VERDICTS))
            self.asks = torch.nn.Linear(width, EVIDENCE_WIDTH)
            self.answers = torch.nn.Linear(width, EVIDENCE_WIDTH)
            self.whole = torch.nn.Linear(width, 1)

        def forward(self, ids: Any, mask: Any, types: Any, point_means: Any, sentence_means: Any) -> Any:
            told_apart = {"token_type_ids": types} if self.knows_types else {}
            states = self.encoder(input_ids=ids, attention_mask=mask, **told_apart).last_hidden_state
            points = point_means.to(states.dtype) @ states
            sentences = sentence_means.to(states.dtype) @ states
            match = self.asks(points) @ self.answers(sentences).transpose(1, 2) / EVIDENCE_WIDTH**0.5
            absent = sentence_means.sum(-1) == 0
            match = match.float().masked_fill(absent.unsqueeze(1), -1e4)
            return self.head(points).float(), match, self.whole(points).float().squeeze(-1)

    return Network()


def change(network: "torch.nn.Module", parts: "Mapping[str, torch.Tensor]") -> None:
    """Changes a network's weights: by products of low rank (`NAME.up` of shape (outputs, rank) times `NAME.down` of shape (rank,
    inputs)), or to others of the same name.

    Raises: KeyError, RuntimeError where they do not fit.
    """
    state = network.state_dict()
    for name, part in parts.items():
        if name.endswith(DOWN):
            changed = name.removesuffix(DOWN)
            state[changed] = state[changed] + parts[changed + UP].float() @ part.float()
        elif not name.endswith(UP):
            state[name] = part.float()
    network.load_state_dict(state)


def trained_names(network: "torch.nn.Module") -> list[str]:
    """Names of the weights that differ from the bundled model's: the heads, and the layers that are not kept."""
    return [name for name in network.state_dict() if not any(part in name for part in KEPT)]


class CrossEncoder:
    """Verdict probabilities and evidence for replies.

    Args:
        folder: the folder of the encoder that was trained.
        weights: what training changed of it, safetensors.
        expected_hash: their SHA-256, or None to take any.
        changes: of these weights, safetensors, and their SHA-256; see `change`.
    """

    def __init__(
        self, folder: Path, weights: Path, expected_hash: str | None = None, changes: tuple[Path, str] | None = None
    ) -> None:
        self._folder = folder
        self._changes = changes
        self._weights = weights
        self._expected_hash = expected_hash
        self._lock = Lock()
        self._loaded: tuple[Any, Any] | None = None

    def read(self, readings: Sequence[Reading]) -> list[Read]:
        """Reads replies, each in pieces where it is long.

        Raises: JudgeFailed where the weights are missing or not the expected ones.
        """
        import torch

        network, tokenizer = self._load()
        sequences = [
            Placed(at, piece, encoded)
            for at, reading in enumerate(readings)
            for piece, encoded in encode(tokenizer, reading)
        ]
        found = [_blank(reading, at, sequences) for at, reading in enumerate(readings)]
        with torch.inference_mode():
            for batch in _batches(sequences):
                logits, matches, wholes = network(
                    **collate([placed.encoded for placed in batch], tokenizer.pad_token_id)
                )
                for row, placed in enumerate(batch):
                    count = len(placed.encoded.points)
                    probabilities = torch.softmax(logits[row, :count], dim=-1).double().numpy()
                    shares = torch.softmax(matches[row, :count], dim=-1).double().numpy()
                    found[placed.reading].whole[placed.piece, placed.encoded.points] = wholes[row, :count].numpy()
                    _enter(found[placed.reading], placed, probabilities, shares)
        return found

    def _load(self) -> tuple[Any, Any]:
        with self._lock:
            if self._loaded is None:
                with LOADING:
                    self._loaded = self._read_weights()
            return self._loaded

    def _read_weights(self) -> tuple[Any, Any]:
        from safetensors import SafetensorError
        from safetensors.torch import load_file
        from transformers import AutoTokenizer

        try:
            _check_hash(self._weights, self._expected_hash)
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
        if self._changes is not None:
            file, expected = self._changes
            try:
                _check_hash(file, expected)
                change(network, load_file(file))
            except (OSError, SafetensorError, KeyError, RuntimeError) as error:
                raise JudgeFailed(
                    f"what the local grader reads follow-ups with, {file.name}, cannot be read ({error}); reinstall the package"
                ) from error
        return network.eval(), AutoTokenizer.from_pretrained(str(self._folder), local_files_only=True)


def _check_hash(file: Path, expected: str | None) -> None:
    if expected not in (None, hashlib.sha256(file.read_bytes()).hexdigest()):
        raise JudgeFailed(f"{file.name} is not the file that was trained; reinstall the package")


def encode(tokenizer: Any, reading: Reading, piece_tokens: int = PIECE_TOKENS) -> list[tuple[int, Encoded]]:
    """The sequences of a reading, each with the number of its piece; every token of the reply stands in one of them.

    A piece repeats the last sentence of the one before where that is short. Points that do not fit beside each other
    are read in turn.
    """
    if not reading.sentences or not reading.points:
        return []
    tokens = tokenizer([*reading.sentences, *reading.points], add_special_tokens=False, verbose=False)["input_ids"]
    said, claims = tokens[: len(reading.sentences)], tokens[len(reading.sentences) :]
    return [
        (number, _sequence(tokenizer, piece, group))
        for number, piece in enumerate(_pieces(said, piece_tokens))
        for group in _groups([claim[:POINT_TOKENS] for claim in claims], _room(piece))
    ]


def _pieces(said: Sequence[list[int]], longest: int) -> list[list[tuple[int, list[int]]]]:
    """Sentences (index, tokens) gathered into pieces; one that is too long for a piece is cut."""
    parts = [
        (index, sentence[at : at + longest])
        for index, sentence in enumerate(said)
        for at in range(0, len(sentence), longest)
    ]
    found: list[list[tuple[int, list[int]]]] = [[]]
    for part in parts:
        if found[-1] and sum(len(tokens) for _, tokens in found[-1]) + len(part[1]) > longest:
            last = found[-1][-1]
            found.append([last] if len(last[1]) + len(part[1]) <= longest // 2 else [])
        found[-1].append(part)
    return [piece for piece in found if piece]


def _room(piece: Sequence[tuple[int, list[int]]]) -> int:
    """Tokens that are left for points beside a piece, its start and its end."""
    return LONGEST_SEQUENCE - 2 - sum(len(tokens) for _, tokens in piece)


def _groups(claims: Sequence[list[int]], room: int) -> list[list[tuple[int, list[int]]]]:
    found: list[list[tuple[int, list[int]]]] = [[]]
    for index, claim in enumerate(claims):
        if found[-1] and sum(len(tokens) + 1 for _, tokens in found[-1]) + len(claim) + 1 > room:
            found.append([])
        found[-1].append((index, claim))
    return found


def _sequence(tokenizer: Any, piece: list[tuple[int, list[int]]], group: list[tuple[int, list[int]]]) -> Encoded:
    ids = [tokenizer.cls_token_id]
    sentence_spans = []
    for _, tokens in piece:
        sentence_spans.append((len(ids), len(ids) + len(tokens)))
        ids += tokens
    ids.append(tokenizer.sep_token_id)
    reply_length = len(ids)
    point_spans = []
    for _, tokens in group:
        # The separator belongs to its point, so that even a point without tokens has one.
        point_spans.append((len(ids), len(ids) + len(tokens) + 1))
        ids += [*tokens, tokenizer.sep_token_id]
    return Encoded(
        ids, reply_length, sentence_spans, [index for index, _ in piece], point_spans, [index for index, _ in group]
    )


def collate(sequences: Sequence[Encoded], pad: int) -> dict[str, Any]:
    """A padded batch for the network."""
    import torch

    # Few shapes, so that kernels are made once.
    length = -(-max(len(one.ids) for one in sequences) // 16) * 16
    ids = torch.full((len(sequences), length), pad)
    mask, types = torch.zeros_like(ids), torch.zeros_like(ids)
    point_means = torch.zeros(len(sequences), max(len(one.point_spans) for one in sequences), length)
    sentence_means = torch.zeros(len(sequences), max(len(one.sentence_spans) for one in sequences), length)
    for row, one in enumerate(sequences):
        ids[row, : len(one.ids)] = torch.tensor(one.ids)
        mask[row, : len(one.ids)] = 1
        types[row, one.reply_length : len(one.ids)] = 1
        for means, spans in ((point_means, one.point_spans), (sentence_means, one.sentence_spans)):
            for at, (start, end) in enumerate(spans):
                means[row, at, start:end] = 1 / max(1, end - start)
    return {"ids": ids, "mask": mask, "types": types, "point_means": point_means, "sentence_means": sentence_means}


def _blank(reading: Reading, at: int, sequences: Sequence[Placed]) -> Read:
    pieces = 1 + max((placed.piece for placed in sequences if placed.reading == at), default=-1)
    return Read(
        np.zeros((pieces, len(reading.points), len(VERDICTS))),
        np.zeros((len(reading.points), len(reading.sentences))),
        np.zeros((pieces, len(reading.points))),
    )


def _enter(read: Read, placed: Placed, probabilities: Floats, shares: Floats) -> None:
    read.probabilities[placed.piece, placed.encoded.points] = probabilities
    spoken = shares * (1 - probabilities[:, [VERDICTS.index(Verdict.MISSING)]])
    for column, sentence in enumerate(placed.encoded.sentences):
        read.evidence[placed.encoded.points, sentence] += spoken[:, column]


def _batches(sequences: Iterable[Placed]) -> list[list[Placed]]:
    # Longest first and none much shorter than the first: little padding, and the same batches each time.
    batches: list[list[Placed]] = []
    for placed in sorted(sequences, key=lambda placed: -len(placed.encoded.ids)):
        longest = len(batches[-1][0].encoded.ids) if batches else 0
        fits = bool(batches) and (len(batches[-1]) + 1) * longest <= BATCH_TOKENS
        if not fits or len(placed.encoded.ids) < LEAST_FILLED * longest:
            batches.append([])
        batches[-1].append(placed)
    return batches
