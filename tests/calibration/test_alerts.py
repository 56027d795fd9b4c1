"""Does the alert keep its budget in worlds that wobble, and does it see what really moved?

Worlds: 12 numbers of several shapes and 8 categories, each with its own day-to-day effect (lag-one correlation 0.6),
half of it shared by all; half of the columns have a weekend of their own, and weekends have half the rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pytest

from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.reference import start
from trueup.loop.policy import MonitorPolicy
from trueup.loop.schema import Column, Schema
from trueup.loop.window import Window
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.loop.monitor.alert import Alert, Watch
    from trueup.loop.monitor.profile import Edges

Values = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

NUMBERS: Final = 12
LEVELS: Final = (2, 3, 3, 8, 8, 20, 60, 5)
REFERENCE: Final = 42  # windows
POLICY: Final = MonitorPolicy(windows_per_false_alert=90.0)
SHAPES: Final[tuple[Callable[[Values], Values], ...]] = (
    lambda x: x,
    lambda x: np.exp(0.8 * x),
    lambda x: np.sinh(1.2 * x),
    lambda x: np.maximum(0.0, x),
    lambda x: np.floor(np.exp(0.7 * x + 0.5)),
    lambda x: x + 3 * np.sign(x),
)


@dataclass(frozen=True, slots=True)
class World:
    """A stream of windows in which nothing happens beside its own wobble."""

    rng: np.random.Generator
    rows: int
    sd: Values  # of the day effect, per column
    weekend: Values  # per column
    shared: bool = True

    def days(self, count: int) -> list[Values]:
        """The effect on every column, day by day."""
        effects, own, common = [], np.zeros(len(self.sd)), 0.0
        for day in range(count):
            own = 0.6 * own + 0.8 * self.rng.normal(size=len(self.sd))
            common = 0.6 * common + 0.8 * float(self.rng.normal())
            effects.append(self.sd * (own + common) / np.sqrt(2) + self.weekend * (day % 7 >= 5))
        return effects

    def window(self, effect: Values, day: int, shift: Values | float = 0.0) -> pa.Table:
        """One day's rows; `shift` is added to a column's hidden normal values."""
        rows = self.rows // (2 if day % 7 >= 5 else 1)
        factor = self.rng.normal(size=(rows, 1))
        hidden = 0.5 * factor + np.sqrt(0.75) * self.rng.normal(size=(rows, len(self.sd))) + effect + shift
        columns: dict[str, pa.Array[Any]] = {}
        for place in range(NUMBERS):
            columns[f"n{place}"] = pa.array(SHAPES[place % len(SHAPES)](hidden[:, place]))
        for place, levels in enumerate(LEVELS):
            cuts = np.sqrt(2) * 1.2 * (np.arange(1, levels) / levels * 2 - 1)
            codes = np.searchsorted(cuts, hidden[:, NUMBERS + place])
            columns[f"c{place}"] = pa.array([f"level {code}" for code in codes.tolist()])
        return pa.table(columns)


def world(seed: int, rows: int, *, wobble: float) -> World:
    """A world by its seed; without wobble its windows differ by sampling alone."""
    rng = np.random.default_rng(seed)
    columns = NUMBERS + len(LEVELS)
    sd = wobble * rng.uniform(0.02, 0.12, size=columns)
    weekend = wobble * rng.uniform(0.1, 0.6, size=columns) * (rng.random(columns) < 0.5)
    return World(rng=rng, rows=rows, sd=sd, weekend=weekend)


def day(number: int) -> Window:
    """The window of a day."""
    return Window(number=number + 1, start=float(number), end=number + 1.0, name=f"day {number}")


def learnt(one: World, effects: list[Values]) -> tuple[Edges, Watch]:
    """The watch over a world's first days."""
    tables = [one.window(effect, number) for number, effect in enumerate(effects)]
    columns = (Column(name=n, kind="numeric" if n[0] == "n" else "categorical") for n in tables[0].column_names)
    schema = Schema(task="binary", label="", features=tuple(columns))
    edges = edges_of(pa.concat_tables(tables), schema)
    profiles = tuple(profile(table, edges) for table in tables)
    return edges, start(profiles, tuple(day(number) for number in range(len(tables))), edges)


def quiet(seed: int, rows: int, windows: int, *, wobble: float) -> int:
    """How many of a quiet world's windows have an alert."""
    one = world(seed, rows, wobble=wobble)
    effects = one.days(REFERENCE + windows)
    edges, watch = learnt(one, effects[:REFERENCE])
    alarmed = 0
    for number in range(REFERENCE, REFERENCE + windows):
        seen = observe(watch, day(number), profile(one.window(effects[number], number), edges), POLICY)
        watch, alarmed = seen.watch, alarmed + bool(seen.alerts)
    return alarmed


@pytest.mark.parametrize(("seed", "rows"), [(910, 1000), (911, 1000), (912, 200), (913, 200), (914, 50)])
def test_a_quiet_world_keeps_the_budget(seed: int, rows: int) -> None:
    """With day effects and weekends, at most 1 window in 90 has an alert, give or take chance."""
    alarmed = quiet(seed, rows, 180, wobble=1.0)

    assert alarmed <= 2 + 3 * np.sqrt(2)


def test_a_world_of_sampling_alone_keeps_the_budget() -> None:
    """Without any day effect there is next to nothing to alert on."""
    assert quiet(920, 200, 180, wobble=0.0) <= 2


@pytest.mark.parametrize("column", [0, 3, 4, 9, 11])
def test_a_standard_deviation_is_found(column: int) -> None:
    """One number of twenty columns moves by its standard deviation: found within three windows, under its name."""
    one = world(700 + column, 1000, wobble=1.0)
    effects = one.days(REFERENCE + 3)
    edges, watch = learnt(one, effects[:REFERENCE])
    shift = np.zeros(NUMBERS + len(LEVELS))
    shift[column] = 1.0

    alerts: list[Alert] = []
    for number in range(REFERENCE, REFERENCE + 3):
        seen = observe(watch, day(number), profile(one.window(effects[number], number, shift), edges), POLICY)
        watch = seen.watch
        alerts.extend(seen.alerts)

    assert f"n{column}" in {alert.column for alert in alerts}


@pytest.mark.parametrize("column", ["n0", "n1", "n2", "n5"])
def test_a_unit_change_is_found_at_once(column: str) -> None:
    """A column times 1000 breaks the contract in its first window, and no other column does."""
    one = world(730, 500, wobble=1.0)
    effects = one.days(REFERENCE + 1)
    edges, watch = learnt(one, effects[:REFERENCE])
    table = one.window(effects[-1], REFERENCE)
    place = table.column_names.index(column)
    planted = table.set_column(place, column, pa.array(1000.0 * np.asarray(table.column(column))))

    assert broken_contract(profile(table, edges), watch, POLICY.quarantine) == ()
    breaches = broken_contract(profile(planted, edges), watch, POLICY.quarantine)
    assert [(one.column, one.kind) for one in breaches] == [(column, "unit_change")]
    assert breaches[0].value == 1000.0
