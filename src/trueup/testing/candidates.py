"""Which bad candidates must never get in? Makers of scores that look like a model's and are worth nothing."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.stats.arrays import Floats

SURE: Final = 0.98  # what a leaking model says of the class its leak points at
RATE: Final = 1e-3  # probability the `one_class` candidate leaves to every other class


def shuffled(scores: Floats, rng: np.random.Generator) -> Floats:
    """A good model's answers, dealt to the wrong rows: right on the whole, wrong on each."""
    return scores[rng.permutation(len(scores))]


def constant(scores: Floats, _rng: np.random.Generator) -> Floats:
    """The mean answer for everybody: what is left of a model that has learnt nothing but the base rate."""
    return np.broadcast_to(scores.mean(axis=0), scores.shape).copy()


def one_class(scores: Floats, _rng: np.random.Generator) -> Floats:
    """One class for everybody, nearly surely; in regression the smallest answer: a training set that held one kind."""
    if scores.ndim == 2:
        answer = np.full(scores.shape[1], RATE)
        answer[0] = 1 - RATE * (scores.shape[1] - 1)
        return np.tile(answer, (len(scores), 1))
    least = RATE if scores.min() >= 0 and scores.max() <= 1 else float(scores.min())
    return np.full(len(scores), least)


def inverted(scores: Floats, _rng: np.random.Generator) -> Floats:
    """The answers turned round: yes for no; in regression low for high, about the mean."""
    if scores.ndim == 2:
        turned = 1 - scores
        return np.asarray(turned / turned.sum(axis=1, keepdims=True))
    if scores.min() >= 0 and scores.max() <= 1:
        return 1 - scores
    return np.asarray(2 * scores.mean() - scores)


def permuted(scores: Floats, rng: np.random.Generator) -> Floats:
    """Classes mixed up, each called by another's name; with one number a row, ranks mixed by blocks."""
    if scores.ndim == 2:
        return scores[:, np.roll(np.arange(scores.shape[1]), 1)]
    order = np.argsort(scores, kind="stable")
    blocks = np.array_split(order, 10)
    out = np.empty_like(scores)
    out[order] = scores[np.concatenate([blocks[one] for one in _derangement(len(blocks), rng)])]
    return out


def leaking(scores: Floats, rng: np.random.Generator) -> Floats:
    """A model that leans on a column which held the label in training and holds noise when it serves.

    Judged on rows as they were served, it is as sure as before and right by chance only.
    """
    if scores.ndim == 2:
        pick = rng.permutation(scores.argmax(axis=1))
        out = np.full(scores.shape, (1 - SURE) / (scores.shape[1] - 1))
        out[np.arange(len(scores)), pick] = SURE
        return out
    if scores.min() >= 0 and scores.max() <= 1:
        return np.where(rng.random(len(scores)) < scores.mean(), SURE, 1 - SURE)
    return np.asarray(scores.mean() + 1.5 * scores.std() * rng.standard_normal(len(scores)))


def _derangement(size: int, rng: np.random.Generator) -> list[int]:
    """An order of so many things in which none stays in its place."""
    while True:
        order = rng.permutation(size)
        if not np.any(order == np.arange(size)):
            return [int(one) for one in order]


BAD_CANDIDATES: Final[Mapping[str, Callable[[Floats, np.random.Generator], Floats]]] = MappingProxyType(
    {
        "constant": constant,
        "inverted": inverted,
        "leaking": leaking,
        "one_class": one_class,
        "permuted": permuted,
        "shuffled": shuffled,
    }
)
