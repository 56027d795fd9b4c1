"""Small worlds for the monitor's tests: two columns, day by day, by a seed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.reference import promote, start
from trueup.loop.policy import MonitorPolicy
from trueup.loop.schema import Column, Schema
from trueup.loop.window import Window
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from trueup.loop.monitor.alert import Observed
    from trueup.loop.monitor.profile import Profile

SCHEMA: Final = Schema(
    task="binary",
    label="y",
    features=(Column(name="amount", kind="numeric"), Column(name="plan", kind="categorical")),
)
POLICY: Final = MonitorPolicy()
WINDOWS: Final = POLICY.windows_per_alert("columns")


def day(number: int) -> Window:
    """The window of a day, counted from 1."""
    return Window(number=number, start=float(number), end=number + 1.0, name=f"day {number}")


class Stream:
    """A model's days: learn some, then watch; every day's rows are drawn anew."""

    def __init__(self, days: int, *, rows: int = 500, seed: int = 1, learn: list[int] | None = None) -> None:
        """Learn so many days of so many rows, or days of these numbers of rows."""
        self.rng = np.random.default_rng(seed)
        self.rows = rows
        tables = [self.table(rows=count) for count in learn or [rows] * days]
        self.number = days = len(tables)
        self.edges = edges_of(pa.concat_tables(tables), SCHEMA)
        profiles = tuple(profile(one, self.edges) for one in tables)
        self.watch = start(profiles, tuple(day(n + 1) for n in range(days)), self.edges)
        self.seen: list[Observed] = []

    def table(self, *, shift: float = 0.0, missing: float = 0.0, gold: float = 0.3, rows: int = 0) -> pa.Table:
        """One day's rows, moved as told; a day has a small effect of its own."""
        count = rows or self.rows
        effect = 0.05 * self.rng.normal()
        amounts = self.rng.normal(100 + 20 * (shift + effect), 20, size=count)
        absent = self.rng.random(count) < missing
        plans = np.where(self.rng.random(count) < gold + effect / 4, "gold", "basic")
        return pa.table({"amount": pa.array(amounts, mask=absent), "plan": pa.array(plans.tolist())})

    def days(self, count: int, *, shift: float = 0.0, missing: float = 0.0, gold: float = 0.3, rows: int = 0) -> Stream:
        """Watch some days of one kind."""
        for _ in range(count):
            self.day(profile(self.table(shift=shift, missing=missing, gold=gold, rows=rows), self.edges))
        return self

    def day(self, counted: Profile) -> Observed:
        """Watch one day."""
        self.number += 1
        self.seen.append(observe(self.watch, day(self.number), counted, WINDOWS))
        self.watch = self.seen[-1].watch
        return self.seen[-1]

    def promote(self, last: int) -> Stream:
        """A new champion, trained on the last days."""
        numbers = range(self.number - last + 1, self.number + 1)
        kept = [one for one in self.watch.kept if one.window.number in numbers] or list(self.watch.kept)
        profiles, windows = tuple(one.profile for one in kept), tuple(one.window for one in kept)
        self.watch = promote(self.watch, profiles, windows, self.edges)
        return self

    @property
    def opened(self) -> list[tuple[str, int]]:
        """Columns and days of the alerts that were opened."""
        return [(alert.column, alert.window.number) for one in self.seen for alert in one.alerts if alert.opened]
