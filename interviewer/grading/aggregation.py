"""From what was found of a key point to calibrated verdict probabilities: small networks, averaged."""

from functools import cached_property

import numpy as np

from interviewer.grading.crossencoder import VERDICTS, Floats
from knowledge.bank import Frozen

Matrix = tuple[tuple[float, ...], ...]


class Layer(Frozen):
    """`coef` of shape (outputs, inputs), `intercept` (outputs,)."""

    coef: Matrix
    intercept: tuple[float, ...]


class Member(Frozen):
    """A multinomial logistic model over the features (`direct`) and, where there is a `hidden` layer, over its rectified
    units beside them: `beyond` has shape (verdicts, units).
    """

    direct: Layer
    hidden: Layer | None = None
    beyond: Matrix = ()


class Aggregation(Frozen):
    """Members over the same features; what they find is averaged."""

    members: tuple[Member, ...]

    def probabilities(self, values: Floats) -> Floats:
        """Verdict probabilities, shape (points, 4), from features of shape (points, features)."""
        found = [_softmax(_logits(parts, values)) for parts in self._parts]
        return np.asarray(np.mean(found, axis=0))

    @cached_property
    def _parts(self) -> list[tuple[Floats, ...]]:
        return [
            tuple(
                np.array(part)
                for part in (
                    member.direct.coef,
                    member.direct.intercept,
                    *((member.hidden.coef, member.hidden.intercept, member.beyond) if member.hidden else ()),
                )
            )
            for member in self.members
        ]


def plain(features: int) -> Aggregation:
    """The aggregation before one is fitted: what was read as it is."""
    coef = np.eye(len(VERDICTS), features)
    direct = Layer(coef=tuple(map(tuple, coef.tolist())), intercept=(0.0,) * len(VERDICTS))
    return Aggregation(members=(Member(direct=direct),))


def _logits(parts: tuple[Floats, ...], values: Floats) -> Floats:
    direct, intercept, *hidden = parts
    logits = values @ direct.T + intercept
    if hidden:
        coef, shift, beyond = hidden
        logits = logits + np.maximum(values @ coef.T + shift, 0.0) @ beyond.T
    return np.asarray(logits)


def _softmax(logits: Floats) -> Floats:
    exp = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(exp / exp.sum(axis=1, keepdims=True))
