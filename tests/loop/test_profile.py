"""Do profiles add up, stay small, and name nobody?"""

from __future__ import annotations

import dataclasses
import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import BadData, Incompatible
from trueup.loop.monitor.profile import Profile, mean
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from trueup.loop.schema import Kind

NUMBERS = st.one_of(st.none(), st.floats(width=32), st.integers(-3, 3).map(float), st.just(1e300), st.just(-1e300))
ROWS = st.lists(
    st.tuples(NUMBERS, st.sampled_from([None, "a", "b", "rare", "new"]), st.sampled_from([None, True, False])),
    min_size=1,
    max_size=60,
)
KINDS: dict[str, Kind] = {"number": "numeric", "level": "categorical", "truth": "boolean", "moment": "datetime"}


def table(rows: list[tuple[float | None, str | None, bool | None]]) -> pa.Table:
    """Rows of all kinds of columns; the moment is their order."""
    return pa.table(
        {
            "number": pa.array([row[0] for row in rows], pa.float64()),
            "level": pa.array([row[1] for row in rows], pa.string()),
            "truth": pa.array([row[2] for row in rows], pa.bool_()),
            "moment": pa.array(range(len(rows)), pa.timestamp("us")),
        }
    )


def schema(*names: str) -> Schema:
    """A schema of some of the columns."""
    return Schema(task="binary", label="y", features=tuple(Column(name=n, kind=KINDS[n]) for n in names or KINDS))


REFERENCE = table([(float(n % 17), "rare" if n == 7 else "ab"[n % 2], n % 3 == 0) for n in range(200)])
EDGES = edges_of(REFERENCE, schema())


@given(ROWS, st.integers(0, 60), st.integers(0, 60))
def test_profiles_add_in_any_grouping(rows: list[tuple[float | None, str | None, bool | None]], i: int, j: int) -> None:
    """Hours make a day whichever way they are added, and whichever way they are cut."""
    first, last = sorted((min(i, len(rows)), min(j, len(rows))))
    whole = table(rows)
    a, b, c = (
        profile(whole.slice(start, stop - start), EDGES)
        for start, stop in ((0, first), (first, last), (last, len(rows)))
    )

    assert (a + b) + c == a + (b + c) == (c + a) + b == profile(whole, EDGES)
    assert a + Profile.empty(EDGES) == a


@given(ROWS)
def test_every_row_is_counted_once(rows: list[tuple[float | None, str | None, bool | None]]) -> None:
    """A row is in one bin, unseen, or missing; NaN is a missing value."""
    counted = profile(table(rows), EDGES)

    for column in counted.columns:
        assert sum(column.counts) + column.unseen + column.missing == column.total == counted.rows
    number = counted.column("number")
    assert number.missing == sum(row[0] is None or math.isnan(row[0]) for row in rows)
    assert sum(rows for _, rows in number.magnitudes) == number.present


def test_profiles_on_different_edges_do_not_add() -> None:
    """Counts on other edges mean something else, so they refuse to add up."""
    other = edges_of(REFERENCE.slice(0, 100), schema())

    with pytest.raises(Incompatible, match=EDGES.edges_id):
        profile(REFERENCE, EDGES) + profile(REFERENCE, other)


def test_edges_are_named_by_their_content() -> None:
    """The same reference gives the same name, and its floats survive rounding to twelve digits."""
    again = edges_of(REFERENCE, schema())
    floats = [v for one in again.columns for v in (*one.interior, one.low, one.high, one.mean, one.sd)]

    assert again == EDGES
    assert all(value == float(f"{value:.12g}") for value in floats)


def test_the_reference_lies_in_its_own_range() -> None:
    """A reference has no unseen level and no value out of range, and fills every bin about alike."""
    rng = np.random.default_rng(1)
    rows = pa.table({"number": pa.array(rng.normal(size=5000) * 1e-7 + 0.1234567890123)})
    edges = edges_of(rows, schema("number"))
    counted = profile(rows, edges).columns[0]

    assert (counted.unseen, counted.out_of_range) == (0, 0)
    assert len(counted.counts) == 10
    assert min(counted.counts) >= 450


def test_a_rare_level_is_known_and_not_named() -> None:
    """A level of fewer than 20 rows stands nowhere by name, and yet is not taken for a new one."""
    levels = EDGES.column("level")
    counted = profile(table([(0.0, "rare", True), (0.0, "new", True)]), EDGES).column("level")

    assert levels.levels == ("a", "b")
    assert "rare" not in json.dumps(dataclasses.asdict(EDGES))
    assert (counted.counts, counted.unseen) == ((0, 0, 1), 1)


def test_a_column_of_names_is_open_ended() -> None:
    """Where nearly every row has a level of its own, no level is called unseen and none is named."""
    names = pa.table({"level": [f"person {n}" for n in range(5000)]})
    edges = edges_of(names, schema("level"))
    counted = profile(pa.table({"level": ["somebody else"]}), edges).columns[0]

    assert (edges.columns[0].levels, edges.columns[0].open_ended) == ((), True)
    assert (counted.counts, counted.unseen) == ((1,), 0)


def test_a_value_held_by_many_rows_has_its_own_bin() -> None:
    """Half zeros and half else: the zeros are counted apart, and no bin of the reference is empty."""
    rows = pa.table({"number": [0.0] * 500 + [float(n) for n in range(1, 501)]})
    edges = edges_of(rows, schema("number"))
    counts = profile(rows, edges).columns[0].counts

    assert counts[0] == 500
    assert min(counts) > 0


def test_dictionaries_and_strings_count_alike() -> None:
    """How a file stores its texts changes nothing, sliced or not."""
    plain = REFERENCE.select(["level"])
    coded = pa.Table.from_arrays([plain.column("level").dictionary_encode()], names=["level"])

    assert profile(plain.slice(3, 50), EDGES_OF_LEVEL) == profile(coded.slice(3, 50), EDGES_OF_LEVEL)


EDGES_OF_LEVEL = edges_of(REFERENCE, schema("level"))


def test_the_mean_is_that_of_the_rows() -> None:
    """The fixed-point sum gives the mean to a millionth of a standard deviation."""
    rng = np.random.default_rng(2)
    rows = pa.table({"number": pa.array(np.exp(rng.normal(8, 2, size=3000)))})
    edges = edges_of(rows, schema("number"))
    values = np.asarray(rows.column("number"))

    assert abs(mean(edges.columns[0], profile(rows, edges).columns[0]) - values.mean()) < 1e-6 * values.std()


def test_a_column_takes_at_most_two_kilobytes() -> None:
    """What the journal keeps of a window is small, for values over 15 orders of magnitude and both signs too."""
    rng = np.random.default_rng(3)
    wild = np.exp(rng.normal(0, 4, size=20_000)) * rng.choice([-1, 1], size=20_000)
    rows = pa.table({"number": pa.array(wild), "level": [f"a rather long level {n % 30}" for n in range(20_000)]})
    edges = edges_of(rows, schema("number", "level"))
    counted = profile(rows, edges)

    for one in zip(edges.columns, counted.columns, strict=True):
        assert all(len(json.dumps(dataclasses.asdict(side))) <= 2048 for side in one)


def test_the_score_is_a_column_too() -> None:
    """The model's answers are profiled beside the features, under the name score."""
    score = np.linspace(0, 1, len(REFERENCE))
    edges = edges_of(REFERENCE, schema("level"), score=score)

    assert profile(REFERENCE, edges, score=score).column("score").present == len(REFERENCE)
    with pytest.raises(BadData, match="score"):
        profile(REFERENCE, edges)


def test_a_missing_column_is_named() -> None:
    """A table without one of the columns is refused with its name and with what there is."""
    with pytest.raises(BadData, match="'number': is not in the table"):
        profile(REFERENCE.select(["level"]), EDGES)
