"""Does every file that cannot be used end in a sentence that names the thing and the mend?"""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from badinput.world import ROWS, YAML, project, refused, run, spoilt, table, values
from trueup.errors import BadData
from trueup.runtime.features import infer_schema
from trueup.runtime.stream import read_stream
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from pathlib import Path

SECONDS = [f"2024-01-01 00:{row // 60:02d}:{row % 60:02d}" for row in range(ROWS)]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (table().drop_columns(["y"]), "label: no column is called 'y'; known: kind, order, x"),
        (table().drop_columns(["order"]), "time: no column is called 'order'; known: kind, x, y"),
        (table(x=spoilt("x", 42, math.inf)), "'x' is inf in row 42"),
        (table(x=spoilt("x", 42, -math.inf)), "'x' is -inf in row 42"),
        (table(y=[1] * ROWS), "label 'y': is '1' in every row; give rows with at least two answers"),
        (table(y=pa.nulls(ROWS, pa.int64())), "label 'y': has no value in any row"),
        (table(order=spoilt("order", 8, None)), "column 'order', row 8: has no time"),
        (table(order=spoilt("order", 8, math.nan)), "column 'order', row 8: is nan"),
        (table(order=[*SECONDS[:7], "yesterday", *SECONDS[8:]]), "row 8: is 'yesterday', which is no time"),
        (table(order=[True] * ROWS), "column 'order': is bool, not a time"),
        (table(x=[[1.0]] * ROWS), "'x' holds list<"),
        (table().slice(0, 0), "rows.parquet: holds no rows; give a file with rows"),
        (table().slice(0, 120), "the table: 120 rows make 1 windows; give more rows, or a shorter window"),
        (table(y=[None] * 300 + values("y")[300:]), "the history: none of its 200 rows has a label"),
    ],
)
def test_a_table_that_cannot_be_used_is_named_with_its_mend(tmp_path: Path, rows: pa.Table, said: str) -> None:
    """Column or row, what is wrong there, and what to do; nothing is kept."""
    folder = project(tmp_path / "p", rows)
    told = refused("backtest", "-p", folder)
    assert said in told
    assert "; " in told
    assert not (folder / ".trueup" / "backtest.html").exists()


@pytest.mark.parametrize("command", ["check", "train", "up"])
def test_all_commands_say_the_same_of_a_bad_file(tmp_path: Path, command: str) -> None:
    """The door does not matter: the sentence is the same."""
    assert "label: no column is called 'y'" in refused(command, "-p", project(tmp_path, table().drop_columns(["y"])))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"PAR1 but then nothing", "is no whole Parquet file"),
        (b"a,b\n1,2,3\n", "is no whole CSV file"),
        (b"a,a\n1,2\n", "has the column 'a' twice; rename one of them"),
    ],
)
def test_bytes_that_are_no_table_are_told(tmp_path: Path, content: bytes, said: str) -> None:
    """An empty, broken or odd file is named by its path."""
    (project(tmp_path) / "rows.parquet").write_bytes(content)
    told = refused("backtest", "-p", tmp_path)
    assert said in told
    assert "rows.parquet" in told


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    """By its path, whichever command wants it."""
    (project(tmp_path) / "rows.parquet").unlink()
    for command in ("check", "backtest", "train"):
        assert "rows.parquet: there is no such file; give the path" in refused(command, "-p", tmp_path)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (table().drop_columns(["x"]), "column 'x': is not in the table; the table has kind, order, y"),
        (table(x=["abc"] * ROWS), "column 'x': row 1 is 'abc', not a finite number"),
        (table(y=spoilt("y", 5, 7)), "label 'y': 7 is not one of its classes; the classes are 0, 1"),
    ],
)
def test_other_rows_must_fit_the_project(tmp_path: Path, rows: pa.Table, said: str) -> None:
    """A later file with a column missing, of another type, or with an unknown class is refused by name."""
    pq.write_table(rows, tmp_path / "later.parquet")
    assert said in refused("backtest", tmp_path / "later.parquet", "-p", project(tmp_path / "p"))


def test_the_row_is_counted_as_the_file_has_it() -> None:
    """Rows are put in order of time; an error still names the row by its place in the file."""
    rows = table(x=spoilt("x", 42, math.inf), order=values("order")[::-1])
    with pytest.raises(BadData, match="row 42 is inf"):
        read_stream(rows, infer_schema(table(), label="y", time="order"), time="order", delay=0.0)


def test_time_that_goes_backwards_is_put_in_order() -> None:
    """The order of the rows in the file does not matter."""
    schema = infer_schema(table(), label="y", time="order")
    shuffled = table().take(np.random.default_rng(1).permutation(ROWS))
    straight, sorted_again = (read_stream(one, schema, time="order", delay=3.0) for one in (table(), shuffled))
    assert np.array_equal(straight.times, sorted_again.times)
    assert straight.features.equals(sorted_again.features)
    assert straight.labels.equals(sorted_again.labels)


def test_times_as_text_are_read_with_or_without_a_zone() -> None:
    """ISO 8601 text is a clock."""
    schema = infer_schema(table(), label="y", time="order")
    plain, zoned = (
        read_stream(table(order=texts), schema, time="order", delay=0.0)
        for texts in (SECONDS, [f"{text}Z" for text in SECONDS])
    )
    assert np.array_equal(plain.times, zoned.times)


def test_holes_are_lived_with(tmp_path: Path) -> None:
    """NaN, missing labels, rows out of order and one more column cost no window; a column that vanishes is kept out."""
    x = np.array(values("x"))
    x[::17] = math.nan
    x[900:1000] = math.nan
    labels: list[Any] = [None if row % 11 == 0 else label for row, label in enumerate(values("y"))]
    rows = table(x=x.tolist(), y=labels, one_more=[1.0] * ROWS).take(np.random.default_rng(1).permutation(ROWS))
    told = open_project(project(tmp_path, rows)).backtest().json()
    assert told["windows"] == 10
    assert told["audit"] == "equal"
    assert told["quarantined_windows"] == [10]
    assert told["metric"]["trueup"] > 0.75


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("roc_auc", "roc_acu", "trueup.yaml:6:1: metric: no metric is called 'roc_acu'; did you mean 'roc_auc'?"),
        ("window:", "widnow:", "trueup.yaml:7:1: no key is called 'widnow'; did you mean 'window'?"),
        ("label: y", "label: yy", "trueup.yaml:5:1: label: no column is called 'yy'; did you mean 'y'?"),
        ("100 rows", "100 rwos", "window: '100 rwos' has the unknown unit 'rwos'"),
        ("mode: act", "mode: atc", "did you mean 'act'?"),
        ("model: toy", "model: [toy", "this is no YAML"),
    ],
)
def test_a_typo_in_the_project_file_is_found(tmp_path: Path, before: str, after: str, said: str) -> None:
    """File, line, column, and the nearest name that is known."""
    assert said in refused("backtest", "-p", project(tmp_path, yaml=YAML.replace(before, after)))


def test_several_typos_are_told_together(tmp_path: Path) -> None:
    """Nobody mends a file one error at a time."""
    told = refused("check", "-p", project(tmp_path, yaml=YAML.replace("window:", "widnow:").replace("mode:", "moed:")))
    assert "'widnow'" in told
    assert "'moed'" in told


@pytest.mark.parametrize("command", ["backtest", "train", "up", "status", "decisions", "audit"])
def test_a_folder_that_cannot_be_written_is_told_before_any_work(tmp_path: Path, command: str) -> None:
    """A file stands where the project's own folder should be."""
    folder = project(tmp_path)
    (folder / ".trueup").write_text("in the way", encoding="utf-8")
    told = refused(command, "-p", folder)
    assert f"{folder / '.trueup'}: cannot be written" in told
    assert "choose a folder" in told


def test_a_backtest_without_a_project_needs_a_folder_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes its report where it was called, and says so before any work if it cannot."""
    monkeypatch.chdir(project(tmp_path))
    (tmp_path / "rows.backtest.html").mkdir()
    told = refused("backtest", "rows.parquet", "--time", "order", "--label", "y")
    assert "rows.backtest.html: cannot be written" in told


def test_init_says_where_it_cannot_write(tmp_path: Path) -> None:
    """A path below a file is no folder."""
    told = refused("init", project(tmp_path) / "rows.parquet", "-p", "/dev/null/x")
    assert "/dev/null/x: cannot be written (Not a directory)" in told


def test_drift_tells_what_it_could_not_compare(tmp_path: Path) -> None:
    """A missing or an extra column is no fault of the two files: both are named in the answer."""
    pq.write_table(table(), tmp_path / "before.parquet")
    pq.write_table(table(one_more=values("x")).drop_columns(["kind"]), tmp_path / "after.parquet")
    told = json.loads(run("drift", tmp_path / "before.parquet", tmp_path / "after.parquet", "--json").stdout)
    assert told["only_reference"] == ["kind"]
    assert told["only_current"] == ["one_more"]
