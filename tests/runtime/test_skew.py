"""Is a value that was served otherwise than it is trained found, in every kind of column, and nothing else?"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pytest

from trueup.errors import BadData
from trueup.loop.actions import Notify
from trueup.loop.intake import SkewMeasured
from trueup.loop.schema import Column, Schema
from trueup.runtime.skew import counts, skew
from trueup.testing.scenario import Scenario

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Final = Schema(
    task="binary",
    label="y",
    features=(
        Column(name="amount", kind="numeric"),
        Column(name="plan", kind="categorical"),
        Column(name="member", kind="boolean"),
        Column(name="since", kind="datetime"),
    ),
)
ROWS: Final = 100
DAY: Final = dt.datetime(2024, 5, 1)  # noqa: DTZ001 - the log's times are naive UTC


def table(name: str, **changed: Mapping[int, object]) -> pa.Table:
    """A hundred rows, with some values changed by their place."""
    columns: dict[str, list[Any]] = {
        name: [f"r{place}" for place in range(ROWS)],
        "amount": [float(place) for place in range(ROWS)],
        "plan": ["gold" if place % 2 else "basic" for place in range(ROWS)],
        "member": [place % 3 == 0 for place in range(ROWS)],
        "since": [DAY + dt.timedelta(days=place) for place in range(ROWS)],
    }
    for column, values in changed.items():
        for place, value in values.items():
            columns[column][place] = value
    return pa.table(columns)


LOGGED: Final = table("_id")


def compared(offline: pa.Table, *, tolerance: float = 1e-6, above: float = 0.01) -> dict[str, Any]:
    """The answer, its columns by name."""
    answer = skew(LOGGED, offline, SCHEMA, ids="id", tolerance=tolerance, above=above)
    return {**answer, "columns": {one["column"]: one for one in answer["columns"]}}


def test_equal_rows_are_equal_in_any_order() -> None:
    """The table is shuffled, its numbers are whole, a rounding error is no difference."""
    offline = table("id", amount={7: 7.0 + 1e-7}).take(pa.array(range(ROWS - 1, -1, -1)))
    answer = compared(offline)
    assert (answer["rows"], answer["differing"], answer["skewed"], answer["not_compared"]) == (ROWS, 0, 0, [])
    assert {one["result"] for one in answer["columns"].values()} == {"equal"}


def test_every_kind_of_column_tells_its_differences() -> None:
    """Another number, level, truth and moment; missing on one side only is a difference, on both it is none."""
    offline = table(
        "id",
        amount={1: 11.0, 2: 12.0, 3: None},
        plan={1: "silver"},
        member={1: True, 2: None},
        since={5: DAY},
    )
    answer = compared(offline)
    found = {name: (one["differing"], one["missing_offline"]) for name, one in answer["columns"].items()}
    assert found == {"amount": (3, 1), "plan": (1, 0), "member": (2, 1), "since": (1, 0)}
    assert (answer["differing"], answer["columns"]["amount"]["shift"]) == (4, -10.0)
    assert answer["columns"]["amount"]["examples"] == ["r1", "r2", "r3"]
    assert [name for name, one in answer["columns"].items() if one["result"] == "skewed"] == ["amount", "member"]
    logged = table("_id", amount={3: None})
    both = skew(logged, table("id", amount={3: None}), SCHEMA, ids="id", tolerance=0.0, above=0.01)
    assert both["differing"] == 0


def test_tolerance_is_relative_to_the_larger_number() -> None:
    """One in a hundred at ninety: within 2 %, beyond 1/2 %."""
    offline = table("id", amount=dict.fromkeys((90, 91, 92), 91.0))
    assert compared(offline, tolerance=0.02)["differing"] == 0
    assert compared(offline, tolerance=0.005)["columns"]["amount"]["differing"] == 2


def test_only_rows_and_columns_of_both_are_compared() -> None:
    """What the log has not, and what the table has not, is counted and named."""
    offline = pa.table({"id": ["r1", "r2", "new"], "amount": [1.0, 9.0, 0.0]})
    answer = compared(offline)
    assert (answer["rows"], answer["not_in_log"]) == (2, 1)
    assert answer["not_compared"] == ["plan", "member", "since"]
    assert answer["columns"]["amount"]["result"] == "insufficient"


@pytest.mark.parametrize(
    ("offline", "said"),
    [
        (pa.table({"amount": [1.0]}), "say which holds the ids: --id COLUMN; it has amount"),
        (pa.table({"id": ["a", "a"], "amount": [1.0, 1.0]}), "holds an id twice"),
        (pa.table({"id": ["r1"], "other": [1.0]}), "has no column that is a feature"),
        (pa.table({"id": ["zz"], "amount": [1.0]}), "none of its 1 ids is in the prediction log"),
        (pa.table({"id": ["r1"], "amount": ["much"]}), "column 'amount'"),
    ],
)
def test_what_cannot_be_compared_is_said(offline: pa.Table, said: str) -> None:
    """One sentence with the mend."""
    with pytest.raises(BadData, match=said):
        compared(offline)


def test_the_loop_tells_the_columns_beyond_the_limit() -> None:
    """The worst first, each with its share; too few rows and small shares are silent."""
    offline = table("id", amount=dict.fromkeys(range(30), -1.0), plan={1: "silver", 3: "silver", 5: "silver"})
    answer = skew(LOGGED, offline, SCHEMA, ids="id", tolerance=0.0, above=0.01)
    scenario = Scenario().start()
    scenario.take(SkewMeasured(time=scenario.now, source="offline.parquet", above=0.01, counts=counts(answer)))
    told = [one for one in scenario.last.actions if isinstance(one, Notify)]
    assert [(one.kind, one.subject, one.severity) for one in told] == [
        ("skew", "amount", "major"),
        ("skew", "plan", "minor"),
    ]
    assert told[0].sentence.startswith("amount was served otherwise than offline.parquet has it in 30 % of 100 rows")
    few = skew(LOGGED, offline.slice(0, 19), SCHEMA, ids="id", tolerance=0.0, above=0.01)
    scenario.take(SkewMeasured(time=scenario.now, source="x", above=0.01, counts=counts(few)))
    assert scenario.last.actions == ()
