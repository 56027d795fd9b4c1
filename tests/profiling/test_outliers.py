"""Are rows unlike the reference told from those that are like it, by every method of the catalogue?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as some

from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of
from trueup.profiling.outliers import OUTLIERS
from trueup.profiling.outliers.model import MOST_COLUMNS, Measure, learn
from trueup.profiling.outliers.scores import NumberScores, Scorer, number_scores

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

COLUMNS: Final = (
    Column(name="height", kind="numeric"),
    Column(name="weight", kind="numeric"),
    Column(name="city", kind="categorical"),
    Column(name="member", kind="boolean"),
    Column(name="born", kind="datetime"),
)
SCHEMA: Final = Schema(task="binary", label="y", features=COLUMNS)
CITIES: Final = ("lisbon", "porto", "faro")


def people(seed: int, rows: int = 4000, *, together: float = 0.9) -> pa.Table:
    """People whose weight goes with their height."""
    rng = np.random.default_rng(seed)
    tall = rng.normal(size=rows)
    heavy = together * tall + np.sqrt(1 - together**2) * rng.normal(size=rows)
    cities = rng.choice(CITIES, size=rows, p=[0.6, 0.3, 0.1]).tolist()
    return pa.table(
        {
            "height": pa.array(170 + 10 * tall, mask=rng.random(rows) < 0.02),
            "weight": pa.array(np.exp(4.2 + 0.2 * heavy)),
            "city": pa.array(cities),
            "member": pa.array((rng.random(rows) < 0.4).tolist()),
            "born": pa.array(rng.integers(0, 10**9, rows) * 10**6, pa.timestamp("us")),
        }
    )


@pytest.fixture(scope="module", params=sorted(OUTLIERS))
def measure(request: pytest.FixtureRequest) -> Measure:
    """What each method made of the same people."""
    edges = edges_of(people(1), SCHEMA)
    found = learn(people(1), edges, str(request.param))
    assert found is not None
    assert abs(found.far.mean() - 0.01) < 0.002
    return Measure(found.model, edges)


def share(measure: Measure, table: pa.Table) -> float:
    """The share of far rows."""
    return measure.far(table) / table.num_rows


def test_of_equal_data_about_one_row_in_a_hundred_is_far(measure: Measure) -> None:
    """New rows of the same world, which the reference has not seen."""
    assert 0.004 < share(measure, people(2, 20_000)) < 0.017


def test_the_further_out_the_more_rows_are_far(measure: Measure) -> None:
    """All columns move together, step by step."""
    shares = []
    for step in (0.0, 1.0, 2.0, 3.0):
        table = people(3)
        moved = pa.compute.add(table.column("height"), 10 * step)
        heavier = pa.compute.multiply(table.column("weight"), float(np.exp(0.2 * step)))
        shares.append(share(measure, table.set_column(0, "height", moved).set_column(1, "weight", heavier)))
    assert shares == sorted(shares)
    assert shares[-1] > 0.1


def test_values_of_another_world_are_far(measure: Measure) -> None:
    """Everything beyond the reference at once: every value, level and flag was never seen, or is missing."""
    odd = pa.table(
        {
            "height": pa.array([1e9, np.inf, -np.inf]),
            "weight": pa.array([-5.0, -1e300, 1e300]),
            "city": pa.array(["oslo"] * 3),
            "member": pa.array([True] * 3),
            "born": pa.array([0] * 3, pa.timestamp("us")),
        }
    )
    assert measure.far(odd) == 3
    absent = pa.table({one.name: pa.nulls(50, odd.column(one.name).type) for one in COLUMNS})
    assert measure.far(absent) == 0


def test_columns_that_no_longer_go_together_are_seen() -> None:
    """Each column by itself is as before; only Mahalanobis promises to see this."""
    edges = edges_of(people(1), SCHEMA)
    found = learn(people(1), edges, "mahalanobis")
    assert found is not None
    measure = Measure(found.model, edges)
    assert share(measure, people(4, together=-0.9)) > 0.15
    assert set(measure.measured(people(4, together=-0.9)).columns[:2]) == {"height", "weight"}


def test_a_small_reference_calls_new_rows_no_further_than_its_own() -> None:
    """Thirty columns, six hundred rows: each is judged by the others, so the limit is not too narrow."""
    rng = np.random.default_rng(5)
    columns = tuple(Column(name=f"c{place}", kind="numeric") for place in range(30))
    schema = replace(SCHEMA, features=columns)
    shares = []
    for _ in range(10):
        table, new = (pa.table({one.name: pa.array(rng.normal(size=rows)) for one in columns}) for rows in (600, 5000))
        edges = edges_of(table, schema)
        found = learn(table, edges, "mahalanobis")
        assert found is not None
        shares.append(share(Measure(found.model, edges), new))
    assert 0.005 < np.mean(shares) < 0.02


def test_of_many_columns_those_that_vary_most_are_looked_at() -> None:
    """A picture of 200 pixels, half of them always black: 64 of the others tell it from its negative."""
    rng = np.random.default_rng(6)
    rows, pixels = 1000, 200
    table = {
        f"p{place}": pa.array(rng.integers(0, 255, rows) if place % 2 else np.zeros(rows)) for place in range(pixels)
    }
    schema = replace(SCHEMA, features=tuple(Column(name=name, kind="numeric") for name in table))
    edges = edges_of(pa.table(table), schema)
    found = learn(pa.table(table), edges, "mahalanobis")
    assert found is not None
    assert len(found.model.columns) == MOST_COLUMNS
    assert all(int(one.name[1:]) % 2 for one in found.model.columns)


def test_too_little_is_no_reference() -> None:
    """Fewer than 200 rows, or nothing but moments and empty columns, tell nothing."""
    few = people(1, 199)
    assert learn(few, edges_of(few, SCHEMA), "mahalanobis") is None
    moments = replace(SCHEMA, features=COLUMNS[-1:])
    assert learn(people(1), edges_of(people(1), moments), "mahalanobis") is None


def test_a_constant_column_says_nothing_of_a_row() -> None:
    """Another value in it is told by its own alert; it does not make every row far."""
    table = people(1).set_column(1, "weight", pa.array(np.full(4000, 7.0)))
    edges = edges_of(table, SCHEMA)
    found = learn(table, edges, "mahalanobis")
    assert found is not None
    measure = Measure(found.model, edges)
    assert share(measure, table.set_column(1, "weight", pa.array(np.full(4000, 8.0)))) < 0.02
    constant = replace(SCHEMA, features=COLUMNS[1:2])
    assert learn(table, edges_of(table, constant), "mahalanobis") is None


def test_one_column_alone_seldom_makes_a_row_far() -> None:
    """Twenty independent columns, of which one leaves the reference for good: a few rows in a hundred are far."""
    rng = np.random.default_rng(10)
    columns = tuple(Column(name=f"c{place}", kind="numeric") for place in range(20))
    before, after = (pa.table({one.name: pa.array(rng.normal(size=4000)) for one in columns}) for _ in range(2))
    edges = edges_of(before, replace(SCHEMA, features=columns))
    found = learn(before, edges, "mahalanobis")
    assert found is not None
    measure = Measure(found.model, edges)
    alone = after.set_column(0, "c0", pa.array(np.full(4000, 1e6)))
    assert measure.measured(alone).columns[0] == "c0"
    assert share(measure, after) < 0.02 < share(measure, alone) < 0.15


def scores(column: NumberScores, values: Floats) -> Floats:
    """The scores of some numbers."""
    return np.asarray(Scorer((column,), {}).scores((pa.array(values),))[0], np.float64)


def test_equal_values_get_the_mean_of_their_scores() -> None:
    """Half of a column is zero: it stands for the lower half of a normal, whose mean is -0.8."""
    values = np.concatenate((np.zeros(5000), np.random.default_rng(7).lognormal(size=5000)))
    column = number_scores("x", values)
    assert abs(scores(column, np.array([0.0]))[0] + np.sqrt(2 / np.pi)) < 0.02
    assert scores(column, np.array([np.nan]))[0] == 0.0


def test_scores_are_those_of_the_ranks() -> None:
    """On a skewed column far from zero they agree with the normal quantiles of the exact ranks."""
    values = 1e6 + np.random.default_rng(8).lognormal(size=20_000)
    found = scores(number_scores("x", values), values)
    assert abs(found.mean()) < 0.01
    assert abs(found.std() - 1) < 0.02
    ranks = (np.argsort(np.argsort(values)) + 0.5) / len(values)
    normal = np.sort(np.random.default_rng(9).normal(size=len(values)))
    assert np.corrcoef(found, np.quantile(normal, ranks))[0, 1] > 0.998


@given(some.lists(some.floats(width=64, allow_nan=True), min_size=1, max_size=60))
def test_scores_never_fall_along_a_column(values: list[float]) -> None:
    """Whatever a column holds, a greater value never scores lower, and every score is finite."""
    column = number_scores("x", np.array(values * 30))
    known = np.sort(np.array([value for value in values if not np.isnan(value)]))
    found = scores(column, known)
    assert np.all(np.isfinite(found))
    assert np.all(np.diff(found) >= 0)
