"""How many rows fell into each bin? What every distance is computed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Rows per bin and, for numbers, where each bin lies."""

    rows: Floats  # per bin
    places: Floats | None = None  # per bin, in standard deviations of the reference; None: categories have none

    @classmethod
    def of(cls, rows: Sequence[float], places: Sequence[float] | None = None) -> Self:
        """Counts from plain numbers."""
        return cls(np.asarray(rows, float), None if places is None else np.asarray(places, float))

    @classmethod
    def column(cls, edges: ColumnEdges, column: ColumnProfile) -> Self:
        """A column's counts; never-seen levels are a bin of their own, missing values are none."""
        if not edges.numbers:
            return cls(np.array((*column.counts, column.unseen), float))
        ends = np.array((edges.low, *edges.interior, edges.high))
        return cls(np.array(column.counts, float), (ends[1:] + ends[:-1]) / 2 / (edges.sd or 1.0))

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
