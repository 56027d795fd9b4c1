"""A world under watch: the monitor learns some of its windows, and reads the ones that follow."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.reference import promote, start
from trueup.loop.policy import MonitorPolicy
from trueup.profiling import edges_of, profile
from trueup.testing.counted import SEEN_ONLY, Counted
from trueup.testing.drifts import CALM
from trueup.testing.worlds import World

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.loop.monitor.profile import Edges, Profile
    from trueup.testing.drifts import Drift
    from trueup.testing.worlds import Habits

SEEDS: Final = int(os.environ.get("TRUEUP_WORLDS", "1"))  # worlds of each kind; more take longer and tell more
POLICY: Final = MonitorPolicy(windows_per_false_alert=90.0)
EDGE_ROWS: Final = 8000  # rows that the edges are drawn from
TRAINED: Final = 6  # windows of a new champion's level


class Watched:
    """One world and its monitor."""

    def __init__(self, seed: int, habits: Habits, *, learn: int = 42, most: int = 200) -> None:
        """Learn the first windows; there are so many after them at most."""
        self.world = World(seed, habits, learn + most)
        self.number = learn
        self.counted = Counted(self.world, self._edges())
        profiles = tuple(self._profile(number) for number in range(learn))
        self.watch = start(profiles, tuple(map(self.world.window, range(learn))), self.counted.edges)

    def calm(self, windows: int) -> int:
        """In how many of the next windows an alert stands although nothing happened."""
        return sum(bool(self.read()) for _ in range(windows))

    def delay(self, drift: Callable[[int], Drift], windows: int = 14) -> int | None:
        """How many windows after its onset a drift is told; None: not within so many."""
        return next((late for late in range(windows) if self.read(drift(late))), None)

    def read(self, drift: Drift = CALM) -> set[str]:
        """The columns that the next window has an alert for, or that break the contract."""
        now, window = self._profile(self.number, drift), self.world.window(self.number)
        self.number += 1
        breaches = broken_contract(now, self.watch, POLICY.quarantine)
        if breaches:
            return {one.column for one in breaches}
        seen = observe(self.watch, window, now, POLICY.windows_per_alert("columns"))
        self.watch = seen.watch
        return {one.column for one in seen.alerts}

    def promote(self) -> Watched:
        """A new champion, trained on the last windows, with edges of its own."""
        self.counted = Counted(self.world, self._edges())
        numbers = range(self.number - TRAINED, self.number)
        profiles = tuple(self._profile(number) for number in numbers)
        self.watch = promote(self.watch, profiles, tuple(map(self.world.window, numbers)), self.counted.edges)
        return self

    def _edges(self) -> Edges:
        few = max(3, EDGE_ROWS // self.world.habits.rows)
        tables = [self.world.table(number) for number in range(max(0, self.number - few), self.number)]
        return edges_of(pa.concat_tables(tables), self.world.schema)

    def _profile(self, number: int, drift: Drift = CALM) -> Profile:
        """Counted without a table where that can be."""
        if drift.kind in SEEN_ONLY:
            return profile(self.world.table(number, drift), self.counted.edges)
        return self.counted.profile(number, drift)
