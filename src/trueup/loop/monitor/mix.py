"""Which part of a mix of labels moved, is it worth a word, and in which words?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.moved import percent, plain

if TYPE_CHECKING:
    from trueup.loop.schema import Schema
    from trueup.stats.arrays import Floats

POINTS: Final = 0.05  # of all labels; a smaller move is nobody's concern
TIMES: Final = 1.5  # unless a share grew or shrank by so much
LITTLE: Final = 0.01  # a rarer class is told about as if it were so frequent
ROWS: Final = 20  # labels more or fewer than usual, which a share that did so must amount to


@dataclass(frozen=True, slots=True, kw_only=True)
class Mix:
    """The labels of one window beside what is usual."""

    before: tuple[float, ...]  # usual shares by class or bin
    now: tuple[int, ...]  # labels by class or bin

    @property
    def shares(self) -> Floats:
        """Today's shares."""
        return np.asarray(self.now, float) / max(sum(self.now), 1)


def worth_a_word(mix: Mix) -> bool:
    """Whether a class moved by points that matter, or is far more or less frequent than it was.

    >>> worth_a_word(Mix(before=(0.5, 0.5), now=(52, 48))), worth_a_word(Mix(before=(0.99, 0.01), now=(970, 30)))
    (False, True)
    """
    usual, now, total = np.asarray(mix.before), mix.shares, sum(mix.now)
    apart = np.abs(now - usual)
    times = np.maximum(now, usual) / np.maximum(np.minimum(now, usual), 1e-9)
    return bool(np.any((apart >= POINTS) | ((times >= TIMES) & (apart * total >= ROWS))))


def moved(mix: Mix, schema: Schema, edges: tuple[float, ...], what: str = "labels") -> str:
    """The plainest words for what moved: the class that did most for its size, or where numbers are furthest apart."""
    if schema.task == "regression":
        return _beyond(mix, edges)
    usual = np.asarray(mix.before)
    told = (mix.shares - usual) ** 2 / np.maximum(usual, LITTLE)
    place = 1 if len(told) == 2 else int(np.argmax(told))
    return f'"{schema.classes[place]}" {percent(mix.before[place])} -> {percent(float(mix.shares[place]))} of {what}'


def _beyond(mix: Mix, edges: tuple[float, ...]) -> str:
    """The share of labels above the edge at which the two are furthest apart."""
    before, now = 1 - np.cumsum(mix.before)[:-1], 1 - np.cumsum(mix.shares)[:-1]
    if not len(edges):
        return "all labels are one number"
    place = int(np.argmax(np.abs(now - before)))
    usual, today = (min(max(float(side[place]), 0.0), 1.0) for side in (before, now))
    return f"labels above {plain(edges[place])}: {percent(usual)} -> {percent(today)}"
