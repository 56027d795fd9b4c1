"""How many rows lie between two cuts, and what do their values add up to? One pass, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats, Integers

BLOCK: Final = 131_072  # rows sorted at once: they stay in the processor's cache


class Tally:
    """Counts and sums of numbers between cuts; a value is in the bin (cut, next cut], the outer ones are open.

    Counts are exact however the rows are grouped into blocks; sums are to the last bits of a float.
    """

    __slots__ = ("above", "below", "counts", "cuts", "greatest", "least", "missing", "sums")

    def __init__(self, cuts: Floats) -> None:
        """Begin with no rows; the cuts are ascending, distinct and finite."""
        self.cuts = cuts
        self.counts: Integers = np.zeros(len(cuts) + 1, np.int64)
        self.sums: Floats = np.zeros(len(cuts) + 1)
        self.least, self.greatest = np.inf, -np.inf  # of the values in the bins
        self.missing = 0  # rows without a number, NaN counted as such
        self.below = 0  # rows of minus infinity, in no bin
        self.above = 0  # rows of plus infinity, in no bin

    @property
    def finite(self) -> int:
        """Rows in the bins."""
        return int(self.counts.sum())

    @property
    def one_value(self) -> float | None:
        """The value of all rows in the bins; None where they differ, or there are none."""
        return self.least if self.least == self.greatest else None

    @property
    def infinite(self) -> int:
        """Rows of either infinity."""
        return self.below + self.above

    @property
    def total(self) -> int:
        """All rows."""
        return self.finite + self.infinite + self.missing

    def add(self, values: Floats, *, missing: int = 0) -> None:
        """Count a block of values, and so many rows that have none."""
        self.add_sorted(np.sort(values), missing=missing)

    def add_sorted(self, ordered: Floats, *, missing: int = 0) -> None:
        """Count values in ascending order, NaN last: the cuts are looked up in them, far fewer look-ups than rows."""
        ordered, outside = finite_part(ordered)
        self.missing += missing + outside.nan
        self.below += outside.below
        self.above += outside.above
        if not len(ordered):
            return
        self.least, self.greatest = min(self.least, float(ordered[0])), max(self.greatest, float(ordered[-1]))
        first, last = np.searchsorted(self.cuts, ordered[[0, -1]], side="left").tolist()
        bounds = np.empty(last - first + 2, np.int64)
        bounds[0], bounds[-1] = 0, len(ordered)
        bounds[1:-1] = np.searchsorted(ordered, self.cuts[first:last], side="right")
        counts = np.diff(bounds)
        with np.errstate(over="ignore", invalid="ignore"):
            sums = np.add.reduceat(ordered, bounds[:-1])
            sums[counts == 0] = 0.0  # for an empty bin reduceat gives the next value
            self.sums[first : last + 1] += sums
        self.counts[first : last + 1] += counts

    def upto(self, values: Floats) -> Integers:
        """Rows at or below each of some cuts, minus infinity counted."""
        running = np.cumsum(self.counts) + self.below
        return running[np.searchsorted(self.cuts, values, side="left")]


class Outside:
    """How many values of a block are no finite numbers."""

    __slots__ = ("above", "below", "nan")

    def __init__(self, nan: int = 0, below: int = 0, above: int = 0) -> None:
        """Take the three counts."""
        self.nan, self.below, self.above = nan, below, above


def finite_part(ordered: Floats) -> tuple[Floats, Outside]:
    """The finite ones of ascending values, and how many are not."""
    if not len(ordered) or (np.isfinite(ordered[0]) and np.isfinite(ordered[-1])):
        return ordered, Outside()
    known = int(np.searchsorted(ordered, np.inf, side="right"))
    low = int(np.searchsorted(ordered[:known], -np.inf, side="right"))
    high = int(np.searchsorted(ordered[:known], np.inf, side="left"))
    return ordered[low:high], Outside(len(ordered) - known, low, known - high)
