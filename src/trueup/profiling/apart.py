"""How far are two fine profiles of one column apart? Each distance with the least and the most it can be.

What lies inside a bin is known by its count and sum alone, so a distance has a bracket, as narrow as the grid is fine.
Source: research/drift-performance.md, sections 3 and 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trueup.profiling.brackets import Binned, Bracket, carried, greatest_gap, upto, wide

if TYPE_CHECKING:
    from trueup.profiling.fine import FineLevels, FineNumbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Furthest:
    """Where two distributions are furthest apart."""

    at: float  # value
    before: float  # share of rows up to it
    after: float
    gap: Bracket  # Kolmogorov-Smirnov: greatest difference of such shares


def quantile(column: FineNumbers, share: float) -> float:
    """The value that this share of the rows is at or below, by even spread inside a bin; the column has rows."""
    running = np.cumsum(column.counts)
    place = int(np.searchsorted(running, share * running[-1], side="left"))
    mean = column.middle + column.unit * float(column.centres[place])
    if not 0 < place < len(column.edges):
        return mean
    low, high = float(column.edges[place - 1]), float(column.edges[place])
    if not wide(column.edges)[place - 1]:
        return high
    before = float(running[place] - column.counts[place])
    return low + (high - low) * (share * float(running[-1]) - before) / float(column.counts[place])


def furthest(before: FineNumbers, after: FineNumbers) -> Furthest:
    """The Kolmogorov-Smirnov distance, and where it is; both have rows, on the same edges."""
    left, right = upto(before.counts), upto(after.counts)
    place, gap = greatest_gap(_binned(before), _binned(after))
    at = float(before.edges[min(max(place - 1, 0), len(before.edges) - 1)]) if len(before.edges) else before.middle
    return Furthest(at=at, before=float(left[place]), after=float(right[place]), gap=gap)


def wasserstein(before: FineNumbers, after: FineNumbers) -> Bracket | None:
    """How far rows were carried by the mean, in standard deviations of the first; None where that has none.

    Both have rows, on the same edges.
    """
    spread = _spread(before)
    if not spread:
        return None
    far = carried(_binned(before), _binned(after))
    return Bracket(low=far.low / spread, high=far.high / spread)


def shares(column: FineLevels) -> dict[str, float]:
    """Each told level's share of the rows that have one."""
    present = max(sum(column.counts.values()) + column.other, 1)
    return {level: rows / present for level, rows in column.counts.items()}


def _binned(column: FineNumbers) -> Binned:
    """Sums of values instead of steps."""
    sums = column.middle * column.counts + column.unit * column.sums
    return Binned(edges=column.edges, counts=column.counts, sums=sums)


def _spread(column: FineNumbers) -> float:
    """The standard deviation, from the bins' means."""
    weights = column.counts / np.sum(column.counts)
    centres = column.unit * column.centres.astype(float)
    middle = float(weights @ centres)
    return math.sqrt(float(weights @ (centres - middle) ** 2))
