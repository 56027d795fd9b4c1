"""A world's windows, counted without tables: the rows are cut where their hidden values are.

The counts are those of the rows themselves, give or take a row on an edge, in a fraction of the time.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.profile import ColumnProfile, Profile
from trueup.testing.drifts import CALM
from trueup.testing.worlds import CUTS, SHAPES, levels_of

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import ColumnEdges, Edges
    from trueup.stats.arrays import Floats, Integers
    from trueup.testing.drifts import Drift
    from trueup.testing.worlds import World

GRID: Final = np.linspace(-8.0, 8.0, 16_001)
SEEN_ONLY: Final = frozenset({"unit", "rename"})  # drifts of what is written down, not of hidden values


class Counted:
    """A world, counted on some edges."""

    def __init__(self, world: World, edges: Edges) -> None:
        """Find where the hidden values are cut."""
        self.world, self.edges = world, edges
        self._cuts = [self._cut(place, one) for place, one in enumerate(edges.columns)]

    def profile(self, number: int, drift: Drift = CALM) -> Profile:
        """The counts of a window, numbered from 0; without the sums that tell means and changes of unit."""
        if drift.kind in SEEN_ONLY:
            raise ValueError(f"a {drift.kind} shows in rows only: count World.table")
        hidden, absent = self.world.drawn(number, drift)
        columns = []
        for place, edges in enumerate(self.edges.columns):
            present = hidden[~absent[:, place], place]
            cuts = self._cuts[place]
            counts = np.bincount(np.searchsorted(cuts, present), minlength=len(cuts) + 1)
            columns.append(_column(edges, counts, missing=len(hidden) - len(present)))
        return Profile(edges_id=self.edges.edges_id, rows=len(hidden), columns=tuple(columns))

    def _cut(self, place: int, edges: ColumnEdges) -> Floats:
        """The hidden values between a column's bins: of a number its edges, of a category its levels in their order."""
        if not edges.numbers:
            return CUTS[levels_of(place - self.world.numbers)]
        seen = SHAPES[place % len(SHAPES)](GRID)
        low, high = edges.reach
        where = np.searchsorted(seen, [low, *edges.interior, high], side="right")
        cuts: Floats = GRID[np.clip(where, 0, len(GRID) - 1)]
        return cuts


def _column(edges: ColumnEdges, counts: Integers, *, missing: int) -> ColumnProfile:
    """Bins of a number have what lies outside its reach in the outer ones; rare levels of a category are one bin."""
    if edges.numbers:
        outside = int(counts[0] + counts[-1])
        found = counts[1:-1].copy()
        found[0], found[-1] = found[0] + counts[0], found[-1] + counts[-1]
    else:
        places, outside = {level: place for place, level in enumerate(edges.levels)}, 0
        found = np.zeros(edges.bins, np.int64)
        np.add.at(found, [places.get(f"level {number}", -1) for number in range(len(counts))], counts)
    return ColumnProfile(
        name=edges.name,
        counts=tuple(found.tolist()),
        missing=missing,
        unseen=0,
        out_of_range=outside,
        total=int(counts.sum()) + missing,
    )
