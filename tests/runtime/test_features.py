"""Does every table and request become the schema's columns, or an error that says the mend?"""

from __future__ import annotations

import datetime as dt
import math
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import BadData
from trueup.loop.schema import Column, Schema
from trueup.runtime.features import arrow_schema, conform, infer_schema, to_table

SCHEMA: Final = Schema(
    task="binary",
    label="y",
    features=(
        Column(name="age", kind="numeric"),
        Column(name="job", kind="categorical"),
        Column(name="owner", kind="boolean"),
        Column(name="since", kind="datetime"),
    ),
    classes=("0", "1"),
)
NOON: Final = dt.datetime.fromisoformat("2026-11-24T12:00:00")
ROW: Final[dict[str, object]] = {"age": 41, "job": "cook", "owner": True, "since": NOON}


def table(**changes: Any) -> pa.Table:
    """Two good rows, but for some columns."""
    columns: dict[str, Any] = {"age": [41, 30], "job": ["cook", None], "owner": [True, None], "since": [NOON, None]}
    return pa.table({**columns, **changes})


def test_kinds_follow_the_types() -> None:
    """Numbers, booleans, texts and times are told apart; label, time and ignored columns are no features."""
    levels = pa.dictionary(pa.int8(), pa.string())
    types: tuple[Any, ...] = (pa.int8(), pa.float32(), pa.bool_(), pa.string(), levels, pa.timestamp("ms"),
                              pa.date32(), pa.large_string(), pa.decimal128(8, 2))  # fmt: skip
    columns: dict[str, Any] = {name: pa.nulls(2, held) for name, held in zip("abcdefghi", types, strict=True)}
    schema = infer_schema(
        pa.table({**columns, "t": [1, 2], "y": [0, 1], "id": ["x", "y"]}), label="y", time="t", ignore=["id"]
    )
    kinds = [(one.name, one.kind[0]) for one in schema.features]
    assert kinds == list(zip("abcdefghi", "nnbccddcn", strict=True))


@pytest.mark.parametrize(
    ("labels", "task", "classes"),
    [
        ([True, False, None], "binary", ("false", "true")),
        ([0, 1, 1], "binary", ("0", "1")),
        ([0.0, 1.0, math.nan], "binary", ("0", "1")),
        (["yes", "no", "yes"], "binary", ("no", "yes")),
        (["a", "c", "b"], "multiclass", ("a", "b", "c")),
        ([3, 1, 2], "multiclass", ("1", "2", "3")),
        (list(range(50)), "regression", ()),
        ([0.5, 1.5, 2.5], "regression", ()),
    ],
)
def test_the_task_follows_the_labels(labels: list[object], task: str, classes: tuple[str, ...]) -> None:
    """Two answers are binary, texts and few whole numbers are classes, other numbers are amounts."""
    rows = pa.table({"x": list(range(len(labels))), "y": labels})
    schema = infer_schema(rows, label="y", time=None)
    assert (schema.task, schema.classes) == (task, classes)


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"y": pa.nulls(3, pa.int8())}, "label 'y': has no value in any row"),
        ({"y": [1, 1, 1]}, "label 'y': is '1' in every row; give rows with at least two answers"),
        ({"yy": [1, 0, 1]}, "column 'y': is not in the table; did you mean 'yy'?"),
        ({"y": [[1], [2], [3]]}, "holds list"),
        ({"y": [0, 1, 0], "x": pa.nulls(3)}, "column 'x': holds no value at all"),
        ({"y": [0, 1, 0], "x": [[1], [2], [3]]}, "column 'x': holds list<.*>, which no model here reads"),
        ({"y": [0, 1, 0], "_x": [1, 2, 3]}, "column '_x': names that begin with _ are trueup's own; rename it"),
        ({"y": [0, 1, 0]}, "no column is left as a feature"),
    ],
)
def test_tables_that_cannot_be_learnt_from_are_told(columns: dict[str, Any], words: str) -> None:
    """What is wrong with a first table is said with the column's name and the mend."""
    with pytest.raises(BadData, match=words):
        infer_schema(pa.table(columns), label="y", time=None)


def test_too_many_classes_are_no_classes() -> None:
    """More than 200 different texts are a wrong column, unless the owner means amounts."""
    rows = pa.table({"x": list(range(201)), "y": [f"c{place}" for place in range(201)]})
    with pytest.raises(BadData, match="has 201 different answers, 200 is the limit"):
        infer_schema(rows, label="y", time=None)
    with pytest.raises(BadData, match="is not a number, and the task is regression"):
        infer_schema(rows, label="y", time=None, task="regression")


def test_the_owner_may_name_the_task() -> None:
    """Few whole numbers may be amounts; three answers are never binary."""
    rows = pa.table({"x": [1, 2, 3], "y": [1, 2, 3]})
    assert infer_schema(rows, label="y", time=None, task="regression").classes == ()
    with pytest.raises(BadData, match="has 3 answers, and the task is binary"):
        infer_schema(rows, label="y", time=None, task="binary")


def test_a_table_is_typed_as_the_log_has_it() -> None:
    """Order, types and missing values are the log's, whatever the file had."""
    since = pd.Series([NOON, None], dtype="datetime64[ns]")
    frame = pd.DataFrame({"since": since, "owner": [1, 0], "age": [math.nan, 3], "more": [1, 2]})
    given_rows = pa.Table.from_pandas(frame).append_column("job", pa.array(["a", "b"]).dictionary_encode())
    made = conform(given_rows, SCHEMA)
    assert made.schema == arrow_schema(SCHEMA)
    assert made.to_pylist() == [
        {"age": None, "job": "a", "owner": True, "since": NOON},
        {"age": 3.0, "job": "b", "owner": False, "since": None},
    ]


def test_times_with_a_zone_become_utc() -> None:
    """A moment is one moment, however it is written."""
    berlin = pa.array([NOON, None], pa.timestamp("ns", "Europe/Berlin"))
    for column in (berlin, ["2026-11-24T13:00:00+01:00", None], ["2026-11-24T12:00:00Z", None]):
        assert conform(table(since=column), SCHEMA)["since"].to_pylist() == [NOON, None]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"age": [1.0, math.inf]}, "column 'age': row 2 is inf, not a finite number"),
        ({"age": ["41", "30"]}, "column 'age': row 1 is '41', not a finite number; send it without quotes"),
        ({"age": [True, False]}, "column 'age': row 1 is True, not a finite number; send 1 or 0"),
        ({"owner": [1, 2]}, "column 'owner': row 2 is 2, not true or false"),
        ({"job": [1.0, 1.5]}, "column 'job': row 2 is 1.5, not a text"),
        ({"job": [True, False]}, "column 'job': row 1 is True, not a text"),
        ({"since": ["2026-11-24", "yesterday"]}, "column 'since': row 2 is 'yesterday', not a date"),
        ({"since": [1, 2]}, "column 'since': row 1 is 1, not a date"),
        ({"age": ["x" * 100, None]}, r"row 1 is 'x{56}\.\.\., not"),
    ],
)
def test_a_column_that_cannot_be_read_names_its_first_bad_row(changes: dict[str, Any], words: str) -> None:
    """The message holds the column, the row, the value and the mend."""
    with pytest.raises(BadData, match=words):
        conform(table(**changes), SCHEMA)


def test_missing_and_doubled_columns_are_told() -> None:
    """A column that is not there once is named, with the nearest one that is."""
    with pytest.raises(BadData, match="column 'job': is not in the table; did you mean 'jobs'"):
        conform(table().rename_columns(["age", "jobs", "owner", "since"]), SCHEMA)
    with pytest.raises(BadData, match="column 'age': is there 2 times; rename all but one"):
        conform(table().append_column("age", pa.array([1, 2])), SCHEMA)


def test_whole_numbers_are_levels() -> None:
    """A code that pandas turned into floats is the same level."""
    assert conform(table(job=[3, None]), SCHEMA)["job"].to_pylist() == ["3", None]
    assert conform(table(job=[3.0, math.nan]), SCHEMA)["job"].to_pylist() == ["3", None]


def test_columns_without_any_value_are_missing_everywhere() -> None:
    """A column of nulls fits every kind."""
    empty = {name: pa.nulls(2) for name in SCHEMA.names}
    assert conform(pa.table(empty), SCHEMA).to_pylist() == [dict.fromkeys(SCHEMA.names)] * 2


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"age": "41"}, "row 1: feature 'age' is '41', not a finite number; send it without quotes"),
        ({"age": math.inf}, "row 1: feature 'age' is inf"),
        ({"age": 10**400}, "row 1: feature 'age' is 10000.*, not a finite number"),
        ({"job": ["cook"]}, r"row 1: feature 'job' is \['cook'\], not a text"),
        ({"job": "\ud800"}, r"row 1: feature 'job' is '\\ud800', not a text"),
        ({"owner": "yes"}, "row 1: feature 'owner' is 'yes', not true or false"),
        ({"since": 5}, "row 1: feature 'since' is 5, not a date"),
        ({"shoe_size": 3}, "row 1: 'shoe_size' is not a feature; leave it out"),
    ],
)
def test_a_request_that_cannot_be_read_is_told(changes: dict[str, object], words: str) -> None:
    """One bad value names its row and feature."""
    with pytest.raises(BadData, match=words):
        to_table([{**ROW, **changes}], SCHEMA)


def test_a_request_names_every_feature() -> None:
    """A feature left out is an error, an explicit null is a missing value; a slip of the pen gets a hint."""
    without = {name: value for name, value in ROW.items() if name != "age"}
    with pytest.raises(BadData, match="row 2: feature 'age' is left out; send it, as null"):
        to_table([ROW, without], SCHEMA)
    with pytest.raises(BadData, match="row 1: 'agge' is not a feature; did you mean 'age'"):
        to_table([{**without, "agge": 1}], SCHEMA)
    nothing = to_table([dict.fromkeys(SCHEMA.names), dict.fromkeys(SCHEMA.names, math.nan)], SCHEMA)
    assert nothing.to_pylist() == [dict.fromkeys(SCHEMA.names)] * 2


EARLY, LATE = dt.datetime.fromisoformat("1700-01-01"), dt.datetime.fromisoformat("2200-01-01")
VALUES: Final = st.fixed_dictionaries(
    {
        "age": st.none() | st.integers(-(2**40), 2**40) | st.floats(allow_infinity=False),
        "job": st.none() | st.text(st.characters(exclude_categories=["Cs"]), max_size=5),
        "owner": st.none() | st.booleans(),
        "since": st.none() | st.datetimes(EARLY, LATE),
    }
)


@given(st.lists(VALUES, min_size=1, max_size=5))
def test_a_request_and_a_table_become_the_same(rows: list[dict[str, Any]]) -> None:
    """What a model is asked over HTTP is what it was trained on."""
    asked = to_table(rows, SCHEMA)
    whole = pa.table({one.name: pa.array([row[one.name] for row in rows]) for one in SCHEMA.features})
    assert asked.equals(conform(whole, SCHEMA))
    assert asked.equals(conform(asked, SCHEMA))


def test_numpy_values_are_read() -> None:
    """Rows out of numpy and pandas need no conversion first."""
    row = {"age": np.float32(1.5), "job": np.int64(3), "owner": np.bool_(1), "since": pd.Timestamp(NOON)}
    assert to_table([row], SCHEMA).to_pylist() == [{"age": 1.5, "job": "3", "owner": True, "since": NOON}]
