"""Is nothing claimed where nothing can be known: thin windows, empty, constant and near-unique columns?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from loop.monitored import POLICY, WINDOWS, day
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.reference import promote, start
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from trueup.loop.monitor.alert import Observed, Watch
    from trueup.loop.monitor.profile import Edges

NAMES = ("number", "constant", "empty", "unique", "two", "word", "one_word")
KINDS = ("numeric", "numeric", "numeric", "categorical", "numeric", "categorical", "categorical")
SCHEMA = Schema(
    task="binary",
    label="y",
    features=tuple(Column(name=name, kind=kind) for name, kind in zip(NAMES, KINDS, strict=True)),  # type: ignore[arg-type]  # kinds are spelt out above
)


def rows(count: int, seed: int, **instead: Any) -> pa.Table:
    """Columns of every awkward kind."""
    dice = np.random.default_rng(seed)
    columns = {
        "number": pa.array(dice.normal(size=count)),
        "constant": pa.array(np.full(count, 7.0)),
        "empty": pa.nulls(count, pa.float64()),
        "unique": pa.array([f"row {seed} {number}" for number in range(count)]),
        "two": pa.array(dice.integers(0, 2, count).astype(float)),
        "word": pa.array(dice.choice(["a", "b", "c"], count).tolist()),
        "one_word": pa.array(["same"] * count),
    }
    return pa.table({**columns, **instead})


def learnt(windows: int, count: int = 300) -> tuple[Edges, Watch]:
    """A watch over some windows of them."""
    tables = [rows(count, seed) for seed in range(windows)]
    edges = edges_of(pa.concat_tables(tables), SCHEMA)
    profiles = tuple(profile(table, edges) for table in tables)
    return edges, start(profiles, tuple(day(number + 1) for number in range(windows)), edges)


def see(watch: Watch, edges: Edges, table: pa.Table, number: int = 99) -> Observed:
    """One window more."""
    return observe(watch, day(number), profile(table, edges), WINDOWS)


@pytest.mark.parametrize("windows", [1, 5, 20])
@pytest.mark.parametrize("count", [0, 1, 19])
def test_a_thin_window_is_no_evidence(windows: int, count: int) -> None:
    """It fails nowhere, blames no column, and says that it is not enough."""
    edges, watch = learnt(windows)
    seen = see(watch, edges, rows(count, 98))

    assert (seen.readings, seen.watch.status) == ((), "insufficient")
    assert {alert.kind for alert in seen.alerts} <= {"rows"}
    assert see(seen.watch, edges, rows(300, 97), 100).watch.status != "insufficient"


@pytest.mark.parametrize("windows", [1, 5, 20])
def test_awkward_columns_are_calm_while_they_stay_as_they_are(windows: int) -> None:
    """Constant, empty, near-unique: nothing is certain about them, and nothing is made up."""
    edges, watch = learnt(windows)
    for number in range(100, 130):
        seen = see(watch, edges, rows(300, number), number)
        watch = seen.watch
        assert seen.alerts == ()
        assert all(0.0 <= reading.p <= 1.0 for reading in seen.readings)
        assert "empty" not in {reading.column for reading in seen.readings}
    assert watch.status == "watching"


@pytest.mark.parametrize("name", ["number", "two", "word", "constant", "one_word"])
def test_a_column_that_is_all_missing_now_is_major(name: str) -> None:
    """Only its missing values speak, at once; the contract keeps the window out."""
    edges, watch = learnt(20)
    table = rows(300, 98, **{name: pa.nulls(300, pa.string() if "word" in name else pa.float64())})
    alerts = see(watch, edges, table).alerts

    assert [(alert.column, alert.kind, alert.severity) for alert in alerts] == [(name, "missing", "major")]
    assert {one.column for one in broken_contract(profile(table, edges), watch, POLICY.quarantine)} == {name}


def test_a_constant_that_changes_is_told() -> None:
    """A value that was never there before is news, however little is known about its noise."""
    edges, watch = learnt(20)
    found: list[str] = []
    for number in range(100, 104):
        table = rows(300, number, constant=pa.array(np.full(300, 8.0)), one_word=pa.array(["other"] * 300))
        seen = see(watch, edges, table, number)
        watch, found = seen.watch, [*found, *(alert.column for alert in seen.alerts if alert.opened)]

    assert sorted(found) == ["constant", "one_word"]


def test_a_promotion_on_awkward_columns_fails_nowhere() -> None:
    """Edges may be others, a column may have come to life."""
    _, watch = learnt(20)
    tables = [rows(300, seed, empty=pa.array(np.arange(300.0))) for seed in range(50, 56)]
    after = edges_of(pa.concat_tables(tables), SCHEMA)
    profiles = tuple(profile(table, after) for table in tables)
    watch = promote(watch, profiles, tuple(day(number) for number in range(15, 21)), after)
    seen = see(watch, after, rows(300, 99, empty=pa.array(np.arange(300.0))))

    assert seen.alerts == ()
    assert "empty" in {reading.column for reading in seen.readings}
