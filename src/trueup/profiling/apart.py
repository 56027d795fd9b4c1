"""How far are two fine profiles of one column apart? Each distance with the least and the most it can be.

What lies inside a bin is known by its count and sum alone, so a distance has a bracket, as narrow as the grid is fine.
Source: research/drift-performance.md, sections 3 and 7.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trueup.profiling.fine import FineLevels, FineNumbers
    from trueup.stats.arrays import Flags, Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """A distance."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Furthest:
    """Where two distributions are furthest apart."""

    at: float  # value
    before: float  # share of rows up to it
    after: float
    gap: Bracket  # Kolmogorov-Smirnov: greatest difference of such shares


def quantile(column: FineNumbers, share: float) -> float:
    """The value that this share of the rows is at or below, by even spread inside a bin; the column has rows."""
    upto = np.cumsum(column.counts)
    place = int(np.searchsorted(upto, share * upto[-1], side="left"))
    mean = column.middle + column.unit * float(column.centres[place])
    if not 0 < place < len(column.edges):
        return mean
    low, high = float(column.edges[place - 1]), float(column.edges[place])
    if not _wide(column.edges)[place - 1]:
        return high
    before = float(upto[place] - column.counts[place])
    return low + (high - low) * (share * float(upto[-1]) - before) / float(column.counts[place])


def furthest(before: FineNumbers, after: FineNumbers) -> Furthest:
    """The Kolmogorov-Smirnov distance, and where it is; both have rows, on the same edges."""
    left, right = _upto(before), _upto(after)
    gaps = np.abs(left - right)
    place = int(np.argmax(gaps))
    inside = np.maximum(left[1:] - right[:-1], right[1:] - left[:-1])
    wide = np.concatenate(([True], _wide(before.edges), [True]))
    most = max(float(gaps[place]), float(np.max(inside[wide])))
    at = float(before.edges[min(max(place - 1, 0), len(before.edges) - 1)]) if len(before.edges) else before.middle
    return Furthest(
        at=at, before=float(left[place]), after=float(right[place]), gap=Bracket(low=float(gaps[place]), high=most)
    )


def wasserstein(before: FineNumbers, after: FineNumbers) -> Bracket | None:
    """How far rows were carried by the mean, in standard deviations of the first; None where that has none.

    Both have rows, on the same edges.
    The area between two distribution functions over a bin follows from counts and sums if they do not cross in it.
    """
    spread = _spread(before)
    if not spread:
        return None
    signed, least = _areas(before, after)
    high = np.maximum(np.abs(signed), least)
    return Bracket(low=float(np.sum(np.abs(signed))) / spread, high=float(np.sum(high)) / spread)


def shares(column: FineLevels) -> dict[str, float]:
    """Each told level's share of the rows that have one."""
    present = max(sum(column.counts.values()) + column.other, 1)
    return {level: rows / present for level, rows in column.counts.items()}


def _wide(edges: Floats) -> Flags:
    """Which of the inner bins hold more than one value."""
    return np.diff(edges) > np.spacing(np.abs(edges[1:]))


def _upto(column: FineNumbers) -> Floats:
    """Share of rows up to each bound of the bins, from none to all."""
    return np.concatenate(([0.0], np.cumsum(column.counts) / np.sum(column.counts)))


def _areas(before: FineNumbers, after: FineNumbers) -> tuple[Floats, Floats]:
    """Over each bin the area between the two functions, signed, and the most that it can be without a sign.

    In the first bin it is counted from its upper edge down, in all others from the lower edge up.
    """
    edges, gap = before.edges, (_upto(before) - _upto(after))[1:-1]
    parts = [_own_area(one, edges) for one in (before, after)]
    width = np.concatenate(([0.0], np.diff(edges), [0.0]))
    start = np.concatenate(([0.0], gap))
    signed = start * width + parts[0] - parts[1]
    return signed, np.abs(start) * width + np.abs(parts[0]) + np.abs(parts[1])


def _own_area(column: FineNumbers, edges: Floats) -> Floats:
    """The area that a bin's own rows add to the distribution function above what it was at the bin's lower edge."""
    rows = float(np.sum(column.counts))
    counts, sums = column.counts / rows, (column.middle * column.counts + column.unit * column.sums) / rows
    upper = np.concatenate((edges, edges[-1:]))
    return counts * upper - sums


def _spread(column: FineNumbers) -> float:
    """The standard deviation, from the bins' means."""
    weights = column.counts / np.sum(column.counts)
    centres = column.unit * column.centres.astype(float)
    middle = float(weights @ centres)
    return math.sqrt(float(weights @ (centres - middle) ** 2))
