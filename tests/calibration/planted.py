"""Ways to break a window, or to change its world, each of some magnitude."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import numpy as np

from calibration.causes_world import LEVELS, NUMBERS, WIDTH, Rows, columns

if TYPE_CHECKING:
    from collections.abc import Callable

    from calibration.causes_world import Values, World

NAMES: Final = [*(f"n{place}" for place in range(NUMBERS)), *(f"c{place}" for place in range(len(LEVELS)))]
FACTORS: Final = (1000.0, 100.0, 60.0, 10.0, 2.54, 2.2046226, 0.001, 0.01)


def some(world: World, share: float) -> Values:
    """Some of a window's rows."""
    return world.rng.random(world.rows) < share


def number(world: World) -> str:
    """The name of a numeric column."""
    return f"n{world.rng.integers(NUMBERS)}"


def put(rows: Rows, name: str, hit: Values, values: Any) -> Rows:
    """Other values in some rows of one column."""
    column = rows.columns[name].copy()
    column[hit] = values
    rows.columns[name] = column
    return rows


def nulls(world: World, m: float) -> Rows:
    """Values are missing, of any column."""
    name = str(world.rng.choice(NAMES))
    return put(world.window(), name, some(world, 0.3 * m), None if name[0] == "c" else np.nan)


def stuck(world: World, m: float) -> Rows:
    """A sensor stands still in some rows."""
    rows, name = world.window(), number(world)
    return put(rows, name, some(world, 0.6 * m), world.rng.choice(rows.columns[name]))


def sentinel(world: World, m: float) -> Rows:
    """A number stands for no value."""
    return put(world.window(), number(world), some(world, 0.1 * m), world.rng.choice([-999.0, -1e6, 9999999.0]))


def unit(world: World, m: float) -> Rows:
    """Another unit, in all rows or in some."""
    rows, name = world.window(), number(world)
    hit = some(world, 1.0 if world.rng.random() < 0.5 else m)
    return put(rows, name, hit, rows.columns[name][hit] * world.rng.choice(FACTORS))


def rename(world: World, m: float) -> Rows:
    """A frequent level has another name, in all its rows or in some."""
    rows, name = world.window(), f"c{world.rng.choice([0, 1, 2, 3, 4, 7])}"
    names, counts = np.unique(rows.columns[name], return_counts=True)
    old = str(world.rng.choice(names[counts >= 0.05 * world.rows]))
    hit = (rows.columns[name] == old) & some(world, 1.0 if world.rng.random() < 0.5 else m)
    return put(rows, name, hit, world.rng.choice([old.upper(), f"lvl-{old[6:]}", "brand new"]))


def repeat(world: World, m: float) -> Rows:
    """A part of the rows came in twice."""
    rows = world.window()
    extra = int(0.5 * m * world.rows)
    place = np.concatenate([np.arange(world.rows - extra), np.arange(extra)])
    held = {name: one[place] for name, one in rows.columns.items()}
    return Rows(hidden=rows.hidden[place], columns=held, label=rows.label[place])


def swap(world: World, m: float) -> Rows:
    """Two numbers changed places, in all rows or in some."""
    rows = world.window()
    a, b = (f"n{place}" for place in world.rng.choice(NUMBERS, 2, replace=False))
    hit = some(world, 1.0 if world.rng.random() < 0.5 else m)
    left, right = rows.columns[a][hit], rows.columns[b][hit]
    return put(put(rows, a, hit, right), b, hit, left)


def sensor(world: World, m: float) -> Rows:
    """One number drifts away alone."""
    rows, name = world.window(), number(world)
    column = rows.columns[name]
    rows.columns[name] = column + m * column.std() * world.rng.choice([-1, 1])
    return rows


def segment(world: World, m: float) -> Rows:
    """Rows of a new kind, with a level that was never there or far out in some numbers."""
    rows, hit = world.window(), some(world, 0.15 * m)[:, None]
    if world.rng.random() < 0.5:
        rows.columns = columns(rows.hidden + np.where(hit, world.rng.normal(0, 1.0, WIDTH), 0.0))
        return put(rows, f"c{world.rng.integers(len(LEVELS))}", hit[:, 0], "segment new")
    way = np.where(world.rng.random(WIDTH) < 0.4, world.rng.choice([-3, 3], WIDTH), 0.0)
    rows.columns = columns(rows.hidden + np.where(hit, way, 0.0))
    return rows


def labels(world: World, m: float) -> Rows:
    """Another mix of outcomes."""
    return world.window(odds=float(np.exp(1.5 * m * world.rng.choice([-1, 1]))))


def concept(world: World, m: float) -> Rows:
    """Another rule."""
    other = world.rng.permutation(world.rule) * world.rng.choice([-1, 1])
    return world.window(rule=(1 - m) * world.rule + m * other)


def together(world: World, m: float) -> Rows:
    """All columns move together, and the rule stays."""
    return world.window(factor=m * world.rng.choice([-1, 1]))


PLANTED: Final[dict[str, tuple[Callable[[World, float], Rows], frozenset[str]]]] = {
    "null burst": (nulls, frozenset({"block"})),
    "stuck value": (stuck, frozenset({"block"})),
    "sentinel value": (sentinel, frozenset({"block"})),
    "unit change": (unit, frozenset({"block"})),
    "category rename": (rename, frozenset({"block"})),
    "duplicated partition": (repeat, frozenset({"block"})),
    "swapped columns": (swap, frozenset({"block"})),
    "sensor shift": (sensor, frozenset({"ask", "block"})),  # research/decision-quality.md section 6: block or hold, ask
    "new segment": (segment, frozenset({"retrain"})),
    "label shift": (labels, frozenset({"recalibrate"})),
    "concept drift": (concept, frozenset({"retrain"})),
    "covariate shift": (together, frozenset({"watch"})),
}
