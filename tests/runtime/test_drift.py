"""Does `drift` say what moved between two tables, and what merely wobbled?"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trueup.errors import BadData
from trueup.loop.monitor.moved import plain
from trueup.runtime.drift import drift

if TYPE_CHECKING:
    from pathlib import Path


def table(seed: int, *, gold: float = 0.3, rows: int = 3000) -> pa.Table:
    """Some rows of every kind of column."""
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "amount": pa.array(np.exp(rng.normal(5, 1, size=rows))),
            "count": pa.array(rng.integers(0, 9, size=rows)),
            "plan": np.where(rng.random(rows) < gold, "gold", "basic").tolist(),
            "member": pa.array(rng.random(rows) < 0.4),
            "at": pa.array((rng.integers(0, 1000, size=rows) + 10_000 * seed).tolist(), pa.timestamp("s")),
        }
    )


def by_name(answer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The answer's columns under their names."""
    return {one["column"]: one for one in answer["columns"]}


def test_two_draws_of_one_world_are_as_before() -> None:
    """Sampling is not called change, and the answer is ready for JSON."""
    answer = drift(table(1), table(2))

    assert (answer["changed"], answer["broken"], answer["rows"]) == (0, 0, [3000, 3000])
    assert {one["result"] for one in answer["columns"]} == {"as before"}
    assert json.loads(json.dumps(answer))["noise"] == "sampling only"


def test_false_changes_are_rare() -> None:
    """Of 100 pairs in which nothing moved at most three have a changed column, in thin tables too."""
    assert sum(drift(table(n, rows=150), table(n + 1000, rows=150))["changed"] > 0 for n in range(100)) <= 3


def test_a_changed_level_is_told() -> None:
    """The level that moved is named, with its share before and after."""
    moved = by_name(drift(table(1), table(2, gold=0.6)))["plan"]

    assert moved["result"] == "changed"
    assert moved["psi"] > 0.3
    assert moved["moved"] == '"gold" 28 % -> 60 %'


@pytest.mark.parametrize("value", [22.4, 2240.0, 0.0])
def test_a_number_that_stands_still_is_stuck(value: float) -> None:
    """Wherever it stopped, far off a narrow range or inside it: no change of unit, and its value is told."""
    rng = np.random.default_rng(5)
    before = pa.table({"heat": pa.array(rng.normal(22.4, 0.3, 2000))})
    first = drift(before, pa.table({"heat": pa.array(np.full(2000, value))}))["columns"][0]

    assert (first["result"], first["cause"]) == ("broken", "stuck value")
    assert first["moved"].endswith(f"-> {plain(value)} in all rows")
    times = drift(before, pa.table({"heat": pa.array(100 * np.asarray(before.column("heat")))}))["columns"][0]
    assert times["cause"] == "unit change? (x100)"


def test_a_change_of_unit_is_broken_and_stands_first() -> None:
    """A thousandfold column is the first line, with its cause."""
    after = table(2, gold=0.6)
    after = after.set_column(0, "amount", pa.array(1000 * np.asarray(after.column("amount"))))
    answer = drift(table(1), after)
    first = answer["columns"][0]

    assert (answer["changed"], answer["broken"]) == (1, 1)
    assert (first["column"], first["result"], first["cause"]) == ("amount", "broken", "unit change? (x1000)")
    assert first["moved"].endswith("of rows fit at 1/1000")


@pytest.mark.parametrize(
    ("name", "now", "moved"),
    [
        ("count", pa.array(["many"] * 3000), "numeric -> string"),
        ("count", pa.array(["7"] * 3000), "numeric -> string"),
        ("at", pa.array(range(3000)), "datetime -> int64"),
        ("plan", pa.array([1.5] * 3000), "categorical -> double"),
        ("member", pa.array([0, 1] * 1500), "boolean -> int64"),
    ],
)
def test_a_column_of_another_type_is_broken(name: str, now: pa.Array[Any], moved: str) -> None:
    """Another type breaks who reads the column, even where its values could be read as what they were."""
    answer = drift(table(1), table(2).set_column(table(2).column_names.index(name), name, now))
    found = by_name(answer)[name]

    assert (answer["broken"], answer["columns"][0]["column"]) == (1, name)
    assert (found["result"], found["moved"], found["psi"]) == ("broken", moved, None)


def test_another_width_of_the_same_kind_is_as_before() -> None:
    """Integers that came as floats, days as moments and dictionaries as texts say the same."""
    before = table(1).append_column("day", pa.array([1, 2] * 1500, pa.date32()))
    after = before.set_column(1, "count", before.column("count").cast(pa.float32()))
    after = after.set_column(2, "plan", after.column("plan").dictionary_encode())
    after = after.set_column(5, "day", after.column("day").cast(pa.timestamp("us")))

    assert {one["result"] for one in drift(before, after)["columns"]} == {"as before"}


@pytest.mark.parametrize(("before", "after"), [(1, 3000), (3000, 1), (19, 3000)])
def test_a_handful_of_rows_is_too_few_to_tell(before: int, after: int) -> None:
    """Neither changed nor as before, whichever side is thin; what every row shows is told all the same."""
    left, right = table(1).slice(0, before), table(2, gold=0.9).slice(0, after)
    answer = drift(left, right)

    assert {one["result"] for one in answer["columns"]} == {"insufficient"}
    assert (answer["changed"], answer["broken"], answer["insufficient"]) == (0, 0, 5)
    assert answer["columns"][0]["cause"] == f"too few rows to tell: {before:,} -> {after:,}"
    assert drift(left, right.drop_columns(["plan"]))["broken"] == 1


def test_an_empty_column_is_broken() -> None:
    """All values gone is more missing than the contract allows."""
    gone = table(2).set_column(1, "count", pa.nulls(3000))

    assert by_name(drift(table(1), gone))["count"]["cause"] == "missing values rose by more than 20 points"


def test_columns_of_one_side_are_told() -> None:
    """A column that is missing is broken; one that is new is a change."""
    answer = drift(table(1).drop_columns(["plan"]), table(2).drop_columns(["count"]))
    found = by_name(answer)

    assert (answer["only_reference"], answer["only_current"]) == (["count"], ["plan"])
    assert (answer["broken"], answer["changed"]) == (1, 1)
    assert (found["count"]["result"], found["count"]["moved"]) == ("broken", "numeric -> gone")
    assert (found["plan"]["result"], found["plan"]["cause"]) == ("changed", "a new column")


def test_a_missing_column_of_an_unread_type_is_broken_too() -> None:
    """A list that stays is not compared; one that is gone, or holds something else, is told."""
    lists = table(1).append_column("tags", pa.array([[1]] * 3000))
    words = table(2).append_column("tags", pa.array([["a"]] * 3000))

    assert drift(lists, lists)["not_compared"] == ["tags"]
    assert by_name(drift(lists, table(2)))["tags"]["result"] == "broken"
    assert by_name(drift(lists, words))["tags"]["result"] == "broken"


def test_tables_without_a_common_column_are_refused() -> None:
    """There is nothing to compare, and the message names both sides' columns."""
    with pytest.raises(BadData, match="no column in common"):
        drift(table(1).select(["plan"]), table(2).select(["count"]))


@pytest.mark.data
def test_a_real_file_takes_less_than_a_second_and_a_half(tmp_path: Path, shared_data: Path) -> None:
    """Two files of 45,211 rows, the process's start included; and neither pandas nor scipy is loaded for it."""
    bank = shared_data / "bank_marketing.parquet"
    pq.write_table(pq.ParquetFile(bank).read(), tmp_path / "after.parquet")
    program = (
        "import sys, time; from pyarrow.parquet import ParquetFile; from trueup.runtime.drift import drift;"
        f"answer = drift(ParquetFile({str(bank)!r}).read(), ParquetFile({str(tmp_path / 'after.parquet')!r}).read());"
        "print(answer['changed'], time.process_time(), [n for n in ('pandas', 'scipy', 'polars') if n in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    changed, seconds, heavy = said.stdout.split(maxsplit=2)

    assert (changed, heavy.strip()) == ("0", "[]")
    assert float(seconds) < 1.5
