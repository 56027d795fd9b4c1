"""Is broken data told from a changed world?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from loop.monitored import POLICY, SCHEMA, Stream
from trueup.errors import Incompatible
from trueup.loop.monitor.contract import breaches, broken_contract
from trueup.loop.monitor.rules import RuleCount
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.loop.monitor.contract import Breach
    from trueup.loop.monitor.profile import Edges, Profile

LIMITS = POLICY.quarantine


def beside(before: pa.Table, after: pa.Table) -> tuple[Breach, ...]:
    """What is broken after, beside before."""
    edges = edges_of(before, SCHEMA)
    return breaches(edges, (profile(before, edges),), profile(after, edges), LIMITS)


def rows(amounts: np.ndarray[tuple[int, ...], np.dtype[np.float64]], plan: str = "basic") -> pa.Table:
    """Some amounts; every second row has the plan gold."""
    return pa.table({"amount": pa.array(amounts), "plan": [plan if n % 2 else "gold" for n in range(len(amounts))]})


def lognormal(seed: int, count: int = 600, middle: float = 5.0) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Positive amounts over two orders of magnitude."""
    return np.exp(np.random.default_rng(seed).normal(middle, 1.0, size=count))


@pytest.mark.parametrize("factor", [1e6, 1000.0, 100.0, 10.0, 0.1, 0.01, 0.001])
def test_a_change_of_unit_is_named(factor: float) -> None:
    """All values times a usual factor: broken, and the factor is told."""
    (breach,) = beside(rows(lognormal(1, 3000)), rows(lognormal(2) * factor))

    assert (breach.kind, breach.value) == ("unit_change", factor)
    assert "of rows fit at" in breach.sentence


@pytest.mark.parametrize("factor", [3600.0, 60.0, 24.0, 1 / 60])
def test_a_less_usual_change_of_unit_is_found(factor: float) -> None:
    """Minutes for hours: broken all the same, though a more usual factor near by may be named."""
    (breach,) = beside(rows(lognormal(1, 3000)), rows(lognormal(2) * factor))

    assert breach.kind == "unit_change"
    assert 0.5 <= breach.value / factor <= 2.0


def test_half_of_the_rows_in_another_unit_is_found() -> None:
    """One of two sources sends cents: that half is told from the rest."""
    mixed = lognormal(2)
    mixed[::2] *= 1000
    (breach,) = beside(rows(lognormal(1, 3000)), rows(mixed))

    assert (breach.kind, breach.value) == ("unit_change", 1000.0)
    assert breach.limit == pytest.approx(0.5, abs=0.1)


@pytest.mark.parametrize("stuck", [1.0, 2.0, 15.0, 17.5])
def test_a_sensor_that_stands_still_is_no_change_of_unit(stuck: float) -> None:
    """Whole numbers up to 199, then one of them in every row, or in most rows: no factor makes that."""
    before = np.arange(2000.0) % 200
    assert "unit_change" not in {one.kind for one in beside(rows(before), rows(np.full(600, stuck)))}
    mostly = np.where(np.arange(600) % 4, stuck, before[:600])
    assert "unit_change" not in {one.kind for one in beside(rows(before), rows(mostly))}


@pytest.mark.parametrize("months", [(9, 10), (8, 9, 10, 11), (7, 8, 9, 10, 11, 12)])
def test_few_values_have_no_unit(months: tuple[int, ...]) -> None:
    """January is not October divided by 10; times 1000 is out of range all the same."""
    chance = np.random.default_rng(3)
    before = rows(chance.choice(months, 3000).astype(float))

    assert beside(before, rows(np.ones(600))) == ()
    assert [one.kind for one in beside(before, rows(1000.0 * chance.choice(months, 600)))] == ["out_of_range"]


@pytest.mark.parametrize("middle", [4.0, 4.6, 5.4, 6.0])
def test_a_changed_world_is_not_broken(middle: float) -> None:
    """Amounts that became two times larger or smaller are change, not damage."""
    assert beside(rows(lognormal(1, 3000)), rows(lognormal(2, middle=middle))) == ()


def test_many_missing_values_are_broken() -> None:
    """More missing values than the owner allows, over those that were always missing."""
    stream = Stream(20)

    assert broken_contract(profile(stream.table(missing=0.15), stream.edges), stream.watch, LIMITS) == ()
    (breach,) = broken_contract(profile(stream.table(missing=0.3), stream.edges), stream.watch, LIMITS)
    assert (breach.column, breach.kind) == ("amount", "missing")
    assert breach.sentence.startswith("amount looks broken: missing values rose by more than 20 points, missing 0 % ->")


def test_a_renamed_level_is_broken() -> None:
    """Half of the rows with a level that was never seen, where two levels were usual."""
    (breach,) = beside(rows(lognormal(1)), rows(lognormal(2), plan="BASIC"))

    assert (breach.column, breach.kind, breach.value) == ("plan", "unseen", 0.5)


def test_a_column_that_always_said_the_same_has_no_contract() -> None:
    """A first second level is news for the alerts; there was no range to break."""
    always = pa.table({"amount": pa.array(lognormal(1)), "plan": ["gold"] * 600})

    assert beside(always, rows(lognormal(2))) == ()


def test_values_far_out_of_range_are_broken() -> None:
    """A sensor's error code in every third row."""
    coded = lognormal(2)
    coded[::3] = -999_999.0
    (breach,) = beside(rows(lognormal(1, 3000)), rows(coded))

    assert (breach.kind, round(breach.value, 2)) == ("out_of_range", 0.33)


def test_a_counter_may_grow() -> None:
    """A month that goes on beyond the reference is no broken value, as long as it goes step by step."""
    stream = Stream(3)
    edges = edges_of(rows(np.full(200, 1.0) + np.arange(200) % 2), SCHEMA)
    months = [profile(rows(np.full(200, float(month))), edges) for month in range(1, 13)]
    accepted = [months[0] + months[1], months[0], months[1]]

    for month in months[2:]:
        assert breaches(edges, tuple(accepted), month, LIMITS) == ()
        accepted.append(month)
    assert stream.watch.incidents == ()


def test_no_rows_break_nothing() -> None:
    """A window without rows keeps the contract."""
    assert beside(rows(lognormal(1)), rows(lognormal(2)).slice(0, 0)) == ()


@pytest.mark.data
class TestBank:
    """Real calls of a bank, with strong change: levels and values appear that were never seen."""

    def load(self, folder: Path) -> tuple[pa.Table, Edges, Profile]:
        """The rows, and the edges and profile of the first 15 %."""
        table = pq.ParquetFile(folder / "bank_marketing.parquet").read()
        words = {name for name in table.column_names if pa.types.is_dictionary(table.schema.field(name).type)}
        names = [name for name in table.column_names if name not in {"timestamp", "subscribed"}]
        columns = tuple(Column(name=name, kind="categorical" if name in words else "numeric") for name in names)
        first = table.slice(0, int(0.15 * table.num_rows))
        edges = edges_of(first, Schema(task="binary", label="subscribed", features=columns))
        return table, edges, profile(first, edges)

    def test_ordinary_weeks_are_not_broken(self, shared_data: Path) -> None:
        """None of the later windows of 570 rows is called broken, however much has changed in it."""
        table, edges, level = self.load(shared_data)
        starts = range(int(0.15 * table.num_rows), table.num_rows, 570)

        assert [at for at in starts if breaches(edges, (level,), profile(table.slice(at, 570), edges), LIMITS)] == []

    def test_a_balance_times_1000_is_always_found(self, shared_data: Path) -> None:
        """The same windows with one column in another unit are all caught, and that column is named."""
        table, edges, level = self.load(shared_data)
        place = table.column_names.index("balance")
        thousandfold = pa.array(1000.0 * np.asarray(table.column("balance"), dtype=float))
        planted = table.set_column(place, "balance", thousandfold)

        for at in range(int(0.15 * table.num_rows), table.num_rows - 570, 570):
            found = breaches(edges, (level,), profile(planted.slice(at, 570), edges), LIMITS)
            assert [(one.column, one.kind) for one in found] == [("balance", "unit_change")]


def test_counts_of_a_rule_add_up() -> None:
    """Ticks make a day; counts of two rules have no sum."""
    one = RuleCount(name="positive", rows=10, broken=1)

    assert one + one == RuleCount(name="positive", rows=20, broken=2)
    with pytest.raises(Incompatible, match="positive"):
        _ = one + RuleCount(name="other", rows=1, broken=0)
