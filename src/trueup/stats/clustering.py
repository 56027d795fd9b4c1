"""By how much do rows that come in days count less than as many independent ones?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats, Integers

UNIT: Final = 1 << 32  # sums are kept as integers in parts of this, so that adding is exact and order free
FEWEST_DAYS: Final = 14  # before that, nothing is said about days
MOST_DAYS: Final = 366  # the newest are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class DaySums:
    """One variable summed by day: all that an analysis of variance needs; adds up."""

    days: tuple[int, ...] = ()  # day numbers, rising
    units: tuple[int, ...] = ()  # units per day
    sums: tuple[int, ...] = ()  # sum of the variable per day, times UNIT
    squares: tuple[int, ...] = ()  # sum of its squares per day, times UNIT

    def __add__(self, other: DaySums) -> DaySums:
        """The same days' sums together; only the newest year is kept."""
        days = tuple(sorted({*self.days, *other.days})[-MOST_DAYS:])
        left, right = self._by_day(), other._by_day()
        rows = [tuple(map(sum, zip(left.get(day, _NOTHING), right.get(day, _NOTHING), strict=True))) for day in days]
        units, sums, squares = zip(*rows, strict=True) if rows else ((), (), ())
        return DaySums(days=days, units=units, sums=sums, squares=squares)

    def _by_day(self) -> dict[int, tuple[int, int, int]]:
        return dict(zip(self.days, zip(self.units, self.sums, self.squares, strict=True), strict=True))

    @property
    def correlation(self) -> float:
        """The share of the variance that the rows of a day have in common; 0 while there are too few days."""
        if len(self.days) < FEWEST_DAYS:
            return 0.0
        sums, square = np.array(self.sums) / UNIT, sum(self.squares) / UNIT
        return intraclass_correlation(np.array(self.units), sums, square)

    @property
    def design_effect(self) -> float:
        """How many rows of such days are worth one independent one; 1 while there are too few days.

        Source: Kish 1965, with the size-weighted mean of the days' sizes.
        """
        total = sum(self.units)
        size = sum(units * units for units in self.units) / total if total else 1.0
        return max(1.0, 1.0 + (size - 1.0) * self.correlation)


_NOTHING: Final = (0, 0, 0)


def day_sums(days: Integers, values: Floats) -> DaySums:
    """Sum a variable by day.

    >>> day_sums(np.array([3, 3, 4]), np.array([0.5, 0.5, -1.0])).units
    (2, 1)
    """
    found, place = np.unique(days, return_inverse=True)
    if not found.size:
        return DaySums()
    totals = [np.bincount(place, weights=np.rint(part * UNIT)) for part in (values, values * values)]
    return DaySums(
        days=tuple(found.tolist()),
        units=tuple(np.bincount(place).tolist()),
        sums=tuple(int(total) for total in totals[0]),
        squares=tuple(int(total) for total in totals[1]),
    )


def intraclass_correlation(units: Integers, sums: Floats, square: float) -> float:
    """The share of the variance that the members of a cluster have in common; negative estimates are 0.

    Args:
        units: members per cluster.
        sums: sum of the variable per cluster.
        square: sum of its squares over all members.

    Source: one-way analysis of variance for unequal clusters (Donner 1986).

    >>> intraclass_correlation(np.array([2, 2]), np.array([2.0, -2.0]), 4.0)
    1.0
    """
    total, groups = float(units.sum()), len(units)
    if groups < 2 or total <= groups:
        return 0.0
    explained = float(np.sum(sums**2 / units)) - float(sums.sum()) ** 2 / total
    between = explained / (groups - 1)
    within = max(0.0, square - float(np.sum(sums**2 / units))) / (total - groups)
    size = (total - float(np.sum(units.astype(np.float64) ** 2)) / total) / (groups - 1)
    spread = between + (size - 1) * within
    return min(1.0, max(0.0, (between - within) / spread)) if spread > 0 else 0.0
