"""How far apart are two distributions of which only counts and sums between cuts are known? Least and most."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trueup.stats.arrays import Floats, Integers

if TYPE_CHECKING:
    from trueup.stats.arrays import Flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Bracket:
    """A distance: it is not less, and not more."""

    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Binned:
    """The rows of one side; both sides of a distance are on the same edges."""

    edges: Floats  # ascending; a value is in the bin (edge, next edge], the outer ones are open
    counts: Integers  # rows per bin
    sums: Floats  # of their values


def wide(edges: Floats) -> Flags:
    """Which of the inner bins hold more than one value."""
    with np.errstate(over="ignore"):
        return np.diff(edges) > np.spacing(np.abs(edges[1:]))


def upto(counts: Integers) -> Floats:
    """Share of rows up to each bound of the bins, from none to all; there are rows."""
    return np.concatenate(([0.0], np.cumsum(counts) / np.sum(counts)))


def greatest_gap(before: Binned, after: Binned) -> tuple[int, Bracket]:
    """At which bound of the bins shares of rows differ most, and the Kolmogorov-Smirnov distance."""
    left, right = upto(before.counts), upto(after.counts)
    gaps = np.abs(left - right)
    place = int(np.argmax(gaps))
    inside = np.maximum(left[1:] - right[:-1], right[1:] - left[:-1])
    open_ = np.concatenate(([True], wide(before.edges), [True]))
    most = max(float(gaps[place]), float(np.max(inside[open_])))
    return place, Bracket(low=float(gaps[place]), high=most)


def carried(before: Binned, after: Binned) -> Bracket:
    """How far rows were carried by the mean, in the values' own unit (Wasserstein distance); both have rows.

    The area between two distribution functions over a bin follows from counts and sums if they do not cross in it.
    """
    with np.errstate(over="ignore", invalid="ignore"):  # sums too large for a float make a distance that is none
        signed, least = _areas(before, after)
        high = np.maximum(np.abs(signed), least)
    return Bracket(low=float(np.sum(np.abs(signed))), high=float(np.sum(high)))


def _areas(before: Binned, after: Binned) -> tuple[Floats, Floats]:
    """Over each bin the area between the two functions, signed, and the most that it can be without a sign.

    In the first bin it is counted from its upper edge down, in all others from the lower edge up.
    """
    edges, gap = before.edges, (upto(before.counts) - upto(after.counts))[1:-1]
    parts = [_own_area(one) for one in (before, after)]
    width = np.concatenate(([0.0], np.diff(edges), [0.0]))
    start = np.concatenate(([0.0], gap))
    signed = start * width + parts[0] - parts[1]
    return signed, np.abs(start) * width + np.abs(parts[0]) + np.abs(parts[1])


def _own_area(side: Binned) -> Floats:
    """The area that a bin's own rows add to the distribution function above what it was at the bin's lower edge."""
    rows = float(np.sum(side.counts))
    upper = np.concatenate((side.edges, side.edges[-1:]))
    return (side.counts * upper - side.sums) / rows
