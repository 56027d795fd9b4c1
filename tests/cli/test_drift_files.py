"""Does `trueup drift` take what people have: folders, patterns, CSV, Arrow, and files that do not fit?"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import csv, feather
from typer.testing import CliRunner

from trueup.cli.app import app
from trueup.cli.machine import sort_fast
from trueup.cli.moves import LEAST_PLAYED
from trueup.settings.table import LEAST_ROWS

if TYPE_CHECKING:
    from pathlib import Path

ROWS = 600


def rows(seed: int) -> pa.Table:
    """Rows of a number, a level, a truth and a moment."""
    rng = np.random.default_rng(seed)
    return pa.table(
        {
            "amount": pa.array(rng.lognormal(5, 1, size=ROWS)),
            "plan": rng.choice(["gold", "basic"], size=ROWS).tolist(),
            "member": pa.array(rng.random(ROWS) < 0.4),
            "at": pa.array(rng.integers(0, 10**9, size=ROWS), pa.timestamp("s")),
        }
    )


def told(before: Path, after: Path) -> dict[str, Any]:
    """The answer, without how long it took."""
    answer = CliRunner().invoke(app, ["drift", str(before), str(after), "--json"])
    assert answer.exit_code == 0, answer.stderr
    return {name: value for name, value in json.loads(answer.output).items() if name != "seconds"}


def refused(before: Path, after: Path) -> str:
    """What is said of files that do not fit."""
    answer = CliRunner().invoke(app, ["drift", str(before), str(after)])
    assert answer.exit_code == 2
    return answer.stderr


@pytest.fixture
def before(tmp_path: Path) -> Path:
    """A file of the time before."""
    pq.write_table(rows(1), tmp_path / "before.parquet")
    return tmp_path / "before.parquet"


@pytest.fixture
def days(tmp_path: Path) -> Path:
    """A folder of a file a day, one of them with its columns in another order."""
    folder = tmp_path / "days"
    folder.mkdir()
    for day in range(3):
        part = rows(2).slice(200 * day, 200)
        pq.write_table(part.select(part.column_names[::-1]) if day == 1 else part, folder / f"day-{day}.parquet")
    return folder


def test_a_folder_and_a_pattern_are_one_table(before: Path, days: Path, tmp_path: Path) -> None:
    """Three days say what one file of the same rows does."""
    pq.write_table(rows(2), tmp_path / "after.parquet")
    whole = told(before, tmp_path / "after.parquet")
    assert told(before, days) == told(before, days / "day-*.parquet") == told(before, tmp_path / "d*" / "*") == whole


def test_every_format_says_the_same(before: Path, tmp_path: Path) -> None:
    """Parquet, Arrow, Arrow stream and CSV of the same rows."""
    table = rows(2)
    pq.write_table(table, tmp_path / "a.parquet")
    feather.write_feather(table, str(tmp_path / "a.feather"), compression="lz4")
    with pa.OSFile(str(tmp_path / "a.stream"), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table, max_chunksize=100)
    csv.write_csv(table, tmp_path / "a.csv")
    whole = told(before, tmp_path / "a.parquet")
    assert all(told(before, tmp_path / name) == whole for name in ("a.feather", "a.stream", "a.csv"))


@pytest.mark.parametrize(
    ("name", "values", "said"),
    [
        ("plan", pa.array(range(ROWS)), "column 'plan' holds int64, not string"),
        ("more", pa.array(range(ROWS)), "has a column 'more' more"),
        ("plan", None, "has no column 'plan'"),
    ],
)
def test_files_that_make_no_table_are_told(
    before: Path, days: Path, name: str, values: pa.Array[Any] | None, said: str
) -> None:
    """The file, the column, and what is wrong with it."""
    odd = rows(3)
    odd = odd.drop_columns([name]) if name in odd.column_names else odd
    pq.write_table(odd if values is None else odd.append_column(name, values), days / "day-9.parquet")
    message = refused(before, days)
    assert f"day-9.parquet: {said}; give files of one kind" in message


def test_other_things_are_told(before: Path, days: Path, tmp_path: Path) -> None:
    """An empty folder, a pattern without files, a CSV among Parquet, half a file."""
    (tmp_path / "nothing").mkdir()
    assert "holds no file that ends in .parquet" in refused(before, tmp_path / "nothing")
    assert "fits no file" in refused(before, tmp_path / "*.feather")
    (days / "day-3.csv").write_text("a,b\n1,2\n")
    assert "day-3.csv: is no Parquet file, and only those make a table together" in refused(before, days / "*")
    (days / "day-2.parquet").write_bytes((days / "day-2.parquet").read_bytes()[:-100])
    assert "day-2.parquet: is no whole Parquet file" in refused(before, days)


def test_a_csv_is_read_as_all_of_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Types that only later blocks tell: whole numbers that become others, nothing that becomes text."""
    monkeypatch.setattr("trueup.adapters.tables.csv.BLOCK", 4_096)
    lines = [
        f"{n},{n if n < 1_900 else n / 7},{'' if n < 1_900 else n},{n if n < 1_900 else 'x'}" for n in range(2_000)
    ]
    (tmp_path / "rows.csv").write_text("\n".join(["whole,real,late,word", *lines]) + "\n")
    answer = told(tmp_path / "rows.csv", tmp_path / "rows.csv")
    kinds = {one["column"]: one["kind"] for one in answer["columns"]}
    assert kinds == {"whole": "numeric", "real": "numeric", "late": "numeric", "word": "categorical"}
    assert (answer["rows"], answer["changed"], answer["broken"]) == ([2_000, 2_000], 0, 0)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"a;b\n1;2\n", "has its columns set apart by semicolons"),
        (b"a,b\n1,2,3\n", "is no whole CSV file"),
        (b"a,a\n1,2\n", "has the column 'a' twice"),
        (b"a,b\n1,\xe9\n", "is not UTF-8"),
        (b"\xff\xfea\x00", "is not UTF-8"),
    ],
)
def test_a_csv_that_is_none_is_told(before: Path, tmp_path: Path, content: bytes, said: str) -> None:
    """In the same words as for every other command."""
    (tmp_path / "rows.csv").write_bytes(content)
    assert said in refused(before, tmp_path / "rows.csv")


def test_a_file_without_rows_has_too_few_to_tell(before: Path, tmp_path: Path) -> None:
    """Nothing is as before of a file that is empty but for its columns."""
    pq.write_table(rows(1).slice(0, 0), tmp_path / "none.parquet")
    (tmp_path / "none.csv").write_text("amount,plan,member,at\n")
    for name in ("none.parquet", "none.csv"):
        assert {one["result"] for one in told(before, tmp_path / name)["columns"]} == {"insufficient"}


@pytest.mark.parametrize("count", [0, 19])
@pytest.mark.parametrize("fail_on", ["changed", "broken"])
def test_too_few_rows_fail_where_a_failure_is_asked_for(before: Path, tmp_path: Path, count: int, fail_on: str) -> None:
    """An empty extract is no pass, whichever side it is; without the question it is no failure."""
    thin = tmp_path / "thin.parquet"
    pq.write_table(rows(1).slice(0, count), thin)
    for sides in ((before, thin), (thin, before)):
        words = ["drift", *map(str, sides)]
        assert CliRunner().invoke(app, words).exit_code == 0
        assert CliRunner().invoke(app, [*words, "--fail-on", fail_on]).exit_code == 1
    assert CliRunner().invoke(app, ["drift", str(before), str(before), "--fail-on", fail_on]).exit_code == 0


def test_only_what_works_is_next(before: Path, days: Path, tmp_path: Path) -> None:
    """A backtest reads one file with rows: no folder, no pattern, no empty file."""
    assert LEAST_PLAYED == LEAST_ROWS
    pq.write_table(rows(1).slice(0, 50), tmp_path / "thin.parquet")
    pq.write_table(rows(1), tmp_path / "two words.parquet")
    for current in (days, days / "day-*.parquet", tmp_path / "thin.parquet"):
        assert "Next:" not in CliRunner().invoke(app, ["drift", str(before), str(current)]).output
    output = CliRunner().invoke(app, ["drift", str(before), str(tmp_path / "two words.parquet")]).output
    assert f"Next: trueup backtest '{tmp_path}/two words.parquet' --time" in output


def test_a_columns_name_gives_the_terminal_no_orders(tmp_path: Path) -> None:
    """Escapes and line ends of names are written out, in the table and below it."""
    name = "red\x1b[31m\nnext\r"
    table = pa.table({name: range(ROWS), f"{name} list": [[1]] * ROWS})
    pq.write_table(table, tmp_path / "odd.parquet")
    output = CliRunner().invoke(app, ["drift", str(tmp_path / "odd.parquet"), str(tmp_path / "odd.parquet")]).output
    assert "\x1b" not in output
    assert "\r" not in output
    assert output.count(r"red\x1b[31m\nnext\r") == 2


def test_the_processor_is_asked_before_numpy_is_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once numpy is there the way it sorts cannot be chosen, and nothing is set."""
    monkeypatch.delenv("NPY_DISABLE_CPU_FEATURES", raising=False)
    sort_fast()
    assert "NPY_DISABLE_CPU_FEATURES" not in os.environ
