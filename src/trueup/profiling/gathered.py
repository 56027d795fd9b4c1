"""What must be kept of a reference's numbers to cut them into quantiles? All, up to a bound; then an even choice.

Beyond the bound each block is sorted and every other value of what is kept is dropped, so memory is fixed. A quantile
of what is left is off by at most one kept value a block. That moves a cut, never a count: rows are counted anew.
Source: as the compactors of Manku, Rajagopalan and Lindsay 1998, without chance.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.profiling.edges import Summary, summary_of
from trueup.profiling.tally import finite_part

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

MOST: Final = 1 << 22  # values that are kept: 32 MiB


class Gathered:
    """The finite numbers of a column, or an even choice of them."""

    def __init__(self, most: int = MOST) -> None:
        """Begin with none."""
        self._most = most
        self._parts: list[Floats] = []
        self._kept = 0
        self._summary: Summary | None = None  # of what was left out of `_parts` in part
        self.every = 1  # of so many values one is kept

    def add(self, values: Floats) -> None:
        """Take a block of values; they are not changed and may be read only."""
        if self.every > 1:
            values = self._thinned(np.sort(values), self.every)
        self._parts.append(values)
        self._kept += len(values)
        while self._kept > self._most:
            self._halve()

    def ordered(self) -> Floats:
        """What is kept in ascending order, NaN last; it is given away."""
        together = np.concatenate([np.empty(0), *self._parts])
        self._parts = []
        together.sort()
        return together

    def summary(self, finite: Floats) -> Summary | None:
        """The summary of all finite values, of which these are the kept ones."""
        return summary_of(finite) if self.every == 1 else self._summary

    def _halve(self) -> None:
        """Keep every other value."""
        if self.every == 1:
            self._parts = [self._thinned(np.sort(part), 2) for part in self._parts]
        else:
            self._parts = [part[1::2] for part in self._parts]
        self.every *= 2
        self._kept = sum(map(len, self._parts))

    def _thinned(self, ordered: Floats, step: int) -> Floats:
        """Every so-many-th of ascending values; all are in the summary."""
        finite, _ = finite_part(ordered)
        found = summary_of(finite)
        if found is not None:
            self._summary = found if self._summary is None else _both(self._summary, found)
        return finite[step // 2 :: step]


def _both(left: Summary, right: Summary) -> Summary:
    """The summary of both; source: Chan, Golub and LeVeque 1983, eq. 2.1."""
    rows = left.known + right.known
    part, gap = right.known / rows, right.mean - left.mean
    return Summary(
        known=rows,
        low=min(left.low, right.low),
        high=max(left.high, right.high),
        mean=left.mean + gap * part,
        sd=math.hypot(left.sd * math.sqrt(1 - part), right.sd * math.sqrt(part), gap * math.sqrt(part * (1 - part))),
    )
