"""Fits what weighs the local judge's findings: to verdicts where they are known, else to scores. Pure, and seeded."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from interviewer.grading.aggregation import Aggregation, Layer, Member
from interviewer.grading.crossencoder import VERDICTS, Floats
from interviewer.grading.scoring import CREDIT

if TYPE_CHECKING:
    import torch

FOLDS = 5
MEMBERS, UNITS, STEPS, RATE = 8, 24, 300, 0.01
DECAYS = (0.0003, 0.001, 0.003)
"""Strengths of the pull towards 0, where verdicts are fitted."""
SCORE_DECAYS = (0.003, 0.01)
"""Strengths of the pull towards the plain aggregation, where scores are. Weaker ones do better on other questions of the same sets,
and worse on sets left out."""
DIGITS = 5


class Found(NamedTuple):
    """What the judge found of one reply: features of shape (points, features), verdicts (or none), score, question."""

    features: Floats
    verdicts: list[int]
    score: float
    question: str


class Fit(NamedTuple):
    """An aggregation, and how well the like do on questions held out."""

    aggregation: Aggregation
    log_loss: float
    line: str


def fit_verdicts(replies: Sequence[Found], weight: Sequence[float], decays: Sequence[float] = DECAYS) -> Fit:
    """The networks with the decay that does best on questions held out.

    Args:
        weight: of each reply.
    """
    from sklearn.metrics import cohen_kappa_score, log_loss
    from sklearn.model_selection import GroupKFold

    rows = np.concatenate([reply.features for reply in replies])
    verdicts = np.array([verdict for reply in replies for verdict in reply.verdicts])
    groups = np.array([reply.question for reply in replies for _ in reply.verdicts])
    weights = np.array([w for reply, w in zip(replies, weight, strict=True) for _ in reply.verdicts])

    def held_out(decay: float) -> Floats:
        found = np.zeros((len(rows), len(VERDICTS)))
        for known, unknown in GroupKFold(FOLDS).split(rows, verdicts, groups):
            fitted = _networks(rows[known], verdicts[known], weights[known], decay)
            found[unknown] = fitted.probabilities(rows[unknown])
        return found

    predicted = {decay: held_out(decay) for decay in decays}
    losses = {
        decay: float(log_loss(verdicts, p, sample_weight=weights, labels=range(len(VERDICTS))))
        for decay, p in predicted.items()
    }
    best = min(losses, key=lambda decay: losses[decay])
    kappa = cohen_kappa_score(verdicts, predicted[best].argmax(axis=1), sample_weight=weights)
    line = f"{len(rows)} points, decay {best}, held out by question: log loss {losses[best]:.3f}, kappa {kappa:.3f}"
    return Fit(_networks(rows, verdicts, weights, best), losses[best], line)


def _networks(rows: Floats, verdicts: Any, weights: Floats, decay: float, seed: int = 0) -> Aggregation:
    """Members of one hidden layer, each with random weights on the points of its own (the Bayesian bootstrap)."""
    import torch

    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    random = torch.Generator().manual_seed(seed)
    values, wanted = torch.tensor((rows - mean) / spread), torch.tensor(verdicts).repeat(MEMBERS)
    drawn = -torch.log(torch.rand(MEMBERS, len(rows), generator=random, dtype=torch.float64))
    weight = torch.tensor(weights / weights.mean()) * drawn
    parts = _fresh(rows.shape[1], random)
    optimizer = torch.optim.Adam(parts, lr=RATE)
    slower = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, STEPS)
    for _ in range(STEPS):
        optimizer.zero_grad()
        direct, intercept, hidden, shift, beyond = parts
        logits = values @ direct + intercept + torch.relu(values @ hidden + shift) @ beyond
        each = torch.nn.functional.cross_entropy(logits.flatten(0, 1), wanted, reduction="none").view(MEMBERS, -1)
        pull = sum((part**2).sum() for part in (direct, hidden, beyond))
        ((each * weight).mean(dim=1).sum() + decay * pull).backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        slower.step()
    found = [[part[i].detach().numpy() for part in parts] for i in range(MEMBERS)]
    return Aggregation(members=tuple(_member(one, mean, spread) for one in found))


def _fresh(features: int, random: "torch.Generator") -> "list[torch.Tensor]":
    import torch

    def drawn(*shape: int) -> torch.Tensor:
        return torch.randn(MEMBERS, *shape, generator=random, dtype=torch.float64).div(float(shape[0] ** 0.5))

    def nothing(*shape: int) -> torch.Tensor:
        return torch.zeros(MEMBERS, *shape, dtype=torch.float64)

    verdicts = len(VERDICTS)
    parts = [
        nothing(features, verdicts),
        nothing(1, verdicts),
        drawn(features, UNITS),
        nothing(1, UNITS),
        drawn(UNITS, verdicts) / 10,
    ]
    return [part.requires_grad_() for part in parts]


def _member(parts: list[Floats], mean: Floats, spread: Floats) -> Member:
    """The network over features as they are, from one over standardised ones."""
    direct, intercept, hidden, shift, beyond = parts
    direct, hidden = direct / spread[:, None], hidden / spread[:, None]
    return Member(
        direct=_layer(direct.T, (intercept - mean @ direct).ravel()),
        hidden=_layer(hidden.T, (shift - mean @ hidden).ravel()),
        beyond=_rounded(beyond.T),
    )


def fit_scores(
    replies: Sequence[Found], groups: Sequence[str], times: Mapping[str, float] = MappingProxyType({})
) -> tuple[Aggregation, str]:
    """The aggregation whose verdicts add up to the known scores, by least squares.

    Args:
        groups: to which group each reply belongs.
        times: how much a group counts, where that is not 1.
    """
    from sklearn.model_selection import GroupKFold

    sizes = {group: groups.count(group) for group in groups}
    weights = np.array([times.get(group, 1) * len(groups) / len(sizes) / sizes[group] for group in groups])
    scores = np.array([reply.score for reply in replies])
    questions = [reply.question for reply in replies]

    def held_out(decay: float) -> Floats:
        found = np.zeros(len(replies))
        for known, unknown in GroupKFold(FOLDS).split(scores, groups=questions):
            fitted = _least_squares([replies[i] for i in known], weights[known], decay)
            found[unknown] = [_score(fitted, replies[i]) for i in unknown]
        return found

    predicted = {decay: held_out(decay) for decay in SCORE_DECAYS}
    errors = {decay: float(np.average((p - scores) ** 2, weights=weights)) for decay, p in predicted.items()}
    best = min(errors, key=lambda decay: errors[decay])
    lines = [f"{len(replies)} replies, decay {best}, held out by question: RMSE {errors[best] ** 0.5:.3f}"]
    for group in sizes:
        rows = [i for i, name in enumerate(groups) if name == group]
        r = np.corrcoef(predicted[best][rows], scores[rows])[0, 1]
        error = float(np.mean((predicted[best][rows] - scores[rows]) ** 2) ** 0.5)
        lines.append(
            f"  {group}: r {r:.3f}, RMSE {error:.3f}, mean {predicted[best][rows].mean():.2f} for {scores[rows].mean():.2f}"
        )
    return _least_squares(replies, weights, best), "\n".join(lines)


def _least_squares(replies: Sequence[Found], weights: Floats, decay: float) -> Aggregation:
    """What was read is taken at one temperature, and all else speaks for or against a credit: so the verdicts stay those that were
    read where it says nothing, and only what was read tells what is contradicted from what is missing.
    """
    import torch

    verdicts = len(VERDICTS)
    rows = torch.tensor(np.concatenate([reply.features for reply in replies]))
    owner = torch.tensor([i for i, reply in enumerate(replies) for _ in reply.features])
    count = torch.bincount(owner).double()
    spread = rows.std(0) + 1e-9
    read, beside = rows[:, :verdicts], (rows / spread)[:, verdicts:]
    wanted, weight = torch.tensor([reply.score for reply in replies]).double(), torch.tensor(weights)
    credit = torch.tensor([CREDIT[verdict] for verdict in VERDICTS]).double()
    earns = credit.clamp(min=0)
    cold, shift = torch.ones(1).double().requires_grad_(), torch.zeros(1).double().requires_grad_()
    coef = torch.zeros(beside.shape[1]).double().requires_grad_()
    optimizer = torch.optim.LBFGS([cold, shift, coef], max_iter=200, line_search_fn="strong_wolfe")

    def closure() -> Any:
        optimizer.zero_grad()
        logits = cold * read + (beside @ coef + shift)[:, None] * earns
        scores = torch.zeros(len(replies)).double().index_add(0, owner, torch.softmax(logits, -1) @ credit) / count
        loss = (weight * (scores - wanted) ** 2).mean() + decay * ((coef**2).mean() + (cold - 1).square().sum())
        loss.backward()  # type: ignore[no-untyped-call]
        return loss

    optimizer.step(closure)  # type: ignore[no-untyped-call]
    direct = torch.cat([cold * torch.eye(verdicts), earns[:, None] * (coef / spread[verdicts:])], dim=1)
    return Aggregation(members=(Member(direct=_layer(direct.detach().numpy(), (earns * shift).detach().numpy())),))


def _score(aggregation: Aggregation, reply: Found) -> float:
    credit = aggregation.probabilities(reply.features) @ np.array([CREDIT[verdict] for verdict in VERDICTS])
    return max(0.0, float(credit.mean()))


def _layer(coef: Floats, intercept: Floats) -> Layer:
    return Layer(coef=_rounded(coef), intercept=tuple(round(float(c), DIGITS) for c in intercept))


def _rounded(values: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(round(float(value), DIGITS) for value in row) for row in values)
