"""How many rows fell into each bin? What every distance is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from trueup.loop.monitor.profile import mean
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile


MOVING_RANGE: Final = 1.128  # mean of the absolute difference of two standard normal numbers
THIN: Final = 20  # rows; a thinner window's mean says nothing


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Rows per bin and, for numbers, where each bin lies."""

    rows: Floats  # per bin
    places: Floats | None = None  # per bin, in standard deviations of the reference; None: categories have none
    mean: float | None = None  # in standard deviations of the reference; None: categories have none
    wobble: float = 0.0  # of a reference: standard deviation of its windows' means, in the same unit; 0: not known

    @classmethod
    def of(cls, rows: Sequence[float], places: Sequence[float] | None = None) -> Self:
        """Counts from plain numbers."""
        counts = np.asarray(rows, float)
        if places is None:
            return cls(counts)
        return cls(counts, np.asarray(places, float), float(counts @ np.asarray(places, float) / max(counts.sum(), 1)))

    @classmethod
    def column(cls, edges: ColumnEdges, column: ColumnProfile, windows: Sequence[ColumnProfile] = ()) -> Self:
        """A column's counts; never-seen levels are a bin of their own, missing values are none.

        Of a reference, `windows` are those that its mean's wobble is read from, in their order.
        """
        if not edges.numbers:
            return cls(np.array((*column.counts, column.unseen), float))
        ends, sd = np.array((edges.low, *edges.interior, edges.high)), edges.sd or 1.0
        places = (ends[1:] / 2 + ends[:-1] / 2) / sd
        return cls(np.array(column.counts, float), places, mean(edges, column) / sd, _wobble(edges, windows))

    @property
    def total(self) -> float:
        """Rows in all bins."""
        return float(self.rows.sum())

    def shares(self) -> Floats:
        """Share of rows per bin; zeros where there is no row."""
        return self.rows / max(self.total, 1e-300)


def occupied(reference: Counts, current: Counts) -> tuple[Floats, Floats]:
    """The rows of both sides in the bins that either of them uses."""
    used = (reference.rows > 0) | (current.rows > 0)
    return reference.rows[used], current.rows[used]


def shrunk(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Shares without zeros: half a row more per bin of the reference, as many rows drawn to it on the other side."""
    bins = len(before)
    if not bins:
        return np.ones(1), np.ones(1)
    p = (before + 0.5) / (before.sum() + bins / 2)
    return p, (after + bins / 2 * p) / (after.sum() + bins / 2)


def _wobble(edges: ColumnEdges, windows: Sequence[ColumnProfile]) -> float:
    """The standard deviation of the windows' means, from the moves between neighbours; 0 where there are none."""
    means = np.array([mean(edges, one) for one in windows if one.present >= THIN])
    if len(means) < 2:
        return 0.0
    return float(np.mean(np.abs(np.diff(means)))) / MOVING_RANGE / (edges.sd or 1.0)
