"""A world's windows as counts, without rows: the shares of a column's bins follow from its hidden normal value.

Hundred times as fast as counting rows, and as good for whatever looks at one column at a time; what rows of different
columns have in common is not in it. Knows the drifts of one column's hidden value, and missing values.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.profile import ColumnProfile, Profile
from trueup.testing.drifts import CALM
from trueup.testing.worlds import CUTS, SHAPES, levels_of

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import ColumnEdges, Edges
    from trueup.stats.arrays import Floats
    from trueup.testing.drifts import Drift
    from trueup.testing.worlds import World

GRID: Final = np.linspace(-8.0, 8.0, 16_001)
BELOW: Final = np.cumsum(np.exp(-(GRID**2) / 2)) / np.sum(np.exp(-(GRID**2) / 2))
COUNTED: Final = frozenset({"none", "shift", "spread", "missing"})


class Counted:
    """A world, counted on some edges."""

    def __init__(self, world: World, edges: Edges) -> None:
        """Find where the hidden values are cut."""
        self.world, self.edges = world, edges
        self._cuts = [self._cut(place, one) for place, one in enumerate(edges.columns)]

    def profile(self, number: int, drift: Drift = CALM) -> Profile:
        """The counts of a window, numbered from 0; other counts than those of its rows, but as likely."""
        if drift.kind not in COUNTED:
            raise ValueError(f"a {drift.kind} needs rows: take World.table")
        dice = np.random.default_rng([self.world.seed, number, 3])
        rows, each = self.world.rows(number), self.world.habits.per_user
        absent = np.minimum(self.world.missing + drift.absent(len(self._cuts)), 1.0)
        columns = []
        for place, edges in enumerate(self.edges.columns):
            missing = int(dice.binomial(rows, absent[place]))
            width = drift.size if (drift.kind, drift.column) == ("spread", place) else 1.0
            moved = drift.column <= place < drift.column + drift.columns and drift.kind == "shift"
            centre = width * self.world.effects[number, place] + drift.size * moved
            shares = np.diff(np.interp((self._cuts[place] - centre) / width, GRID, BELOW), prepend=0.0, append=1.0)
            counts = dice.multinomial((rows - missing) // each, shares) * each
            columns.append(_column(edges, counts.tolist(), rows - missing - (rows - missing) % each, missing))
        return Profile(edges_id=self.edges.edges_id, rows=rows, columns=tuple(columns))

    def _cut(self, place: int, edges: ColumnEdges) -> Floats:
        """The hidden values between a column's bins: of a number its edges, of a category its levels in their order."""
        if not edges.numbers:
            return CUTS[levels_of(place - self.world.numbers)]
        seen = SHAPES[place % len(SHAPES)](GRID)
        low, high = edges.reach
        where = np.searchsorted(seen, [low, *edges.interior, high], side="right")
        return GRID[np.clip(where, 0, len(GRID) - 1)]


def _column(edges: ColumnEdges, counts: list[int], present: int, missing: int) -> ColumnProfile:
    if edges.numbers:
        inner = [counts[0] + counts[1], *counts[2:-2], counts[-2] + counts[-1]]
        return _profile(edges, inner, missing, present, outside=counts[0] + counts[-1])
    places = {level: place for place, level in enumerate(edges.levels)}
    found = [0] * edges.bins
    for number, count in enumerate(counts):
        found[places.get(f"level {number}", -1)] += count
    return _profile(edges, found, missing, present, outside=0)


def _profile(edges: ColumnEdges, counts: list[int], missing: int, present: int, *, outside: int) -> ColumnProfile:
    return ColumnProfile(
        name=edges.name,
        counts=tuple(counts),
        missing=missing,
        unseen=0,
        out_of_range=outside,
        total=present + missing,
    )
