"""Which columns moved further than they do by themselves?

The distance of a window from the champion's rows is laid beside that of every accepted window, whatever the season they
are from: a column that swings at weekends has been as far before. What sampling adds is taken off and put on again by
the number of rows.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile, Edges, Profile
    from trueup.stats.arrays import Floats

FLOOR: Final = 0.05  # a shorter way is nobody's concern
SWING: Final = 1.2  # how much further than ever still counts as usual
RULE: Final = 0.05  # most that days may be off as a rule, if a repair is to be proof of anything
LEAST_ROWS: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """How far a column is from the reference: the greatest gap of cumulated shares, or half of all levels' gaps."""

    column: str
    kind: str
    distance: float
    limit: float  # within this it has always been
    near: float  # within this it is called restored: sampling, and what an accepted window is off as a rule

    @property
    def moved(self) -> bool:
        """Whether it is further than usual."""
        return self.distance > self.limit


def moves(edges: Edges, accepted: tuple[Profile, ...], now: Profile) -> tuple[Move, ...]:
    """Every column's way; of what was accepted the first is the level."""
    found = []
    for place, column in enumerate(edges.columns):
        sides = [one.columns[place] for one in accepted]
        if column.kind != "datetime" and min(sides[0].present, now.columns[place].present) >= LEAST_ROWS:
            windows = [one for one in sides[1:] if one.present >= LEAST_ROWS]
            found.append(_move(column, sides[0], windows, now.columns[place]))
    return tuple(found)


def _move(edges: ColumnEdges, level: ColumnProfile, windows: list[ColumnProfile], now: ColumnProfile) -> Move:
    rows = np.array([_counts(edges, one) for one in (level, now, *windows)], float)
    totals = rows.sum(axis=1)
    shares = rows / totals[:, None]
    apart = shares[1:] - shares[0]
    far = np.abs(np.cumsum(apart, axis=1)).max(axis=1) if edges.numbers else np.abs(apart).sum(axis=1) / 2
    typical, most = _sampling(edges, shares[0], 1.0 / totals[1:] + 1.0 / totals[0])
    off = np.maximum(far[1:] - typical[1:], 0.0)
    limit = max(FLOOR, SWING * float(np.max(off, initial=0.0)) + float(most[0]))
    rule = min(float(np.median(off)), RULE) if len(off) else 0.0
    near = 0.02 + 0.75 * float(most[0]) + rule
    return Move(column=edges.name, kind=edges.kind, distance=float(far[0]), limit=limit, near=near)


def _counts(edges: ColumnEdges, column: ColumnProfile) -> tuple[int, ...]:
    """Rows per bin; never-seen levels are a bin of their own."""
    return column.counts if edges.numbers else (*column.counts, column.unseen)


def _sampling(edges: ColumnEdges, shares: Floats, together: Floats) -> tuple[Floats, Floats]:
    """What sampling alone brings: on the mean, and nearly at most (one window in thousands is further)."""
    if edges.numbers:
        return 0.8 * np.sqrt(together), 2.0 * np.sqrt(together)  # quantiles of the Kolmogorov distribution
    spread = shares * (1.0 - shares)
    typical = 0.4 * float(np.sum(np.sqrt(spread))) * np.sqrt(together)
    return typical, typical + 1.7 * math.sqrt(float(np.sum(spread))) * np.sqrt(together)
