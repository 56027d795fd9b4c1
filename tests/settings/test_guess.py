"""What does `init` see in a table?"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trueup.errors import BadData, UnknownName
from trueup.runtime.features import infer_schema
from trueup.settings.guess import described, guess, guess_task
from trueup.settings.table import read_table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

START = datetime(2024, 3, 1, tzinfo=UTC)


def dated(*, hours: float, rows: int = 1000) -> pa.Table:
    """A table with a row every so many hours."""
    moments = pa.array([(START + timedelta(hours=hours * n)).replace(tzinfo=None) for n in range(rows)])
    return pa.table({"amount": [n % 7 for n in range(rows)], "at": moments, "bought": [n % 2 for n in range(rows)]})


@pytest.mark.parametrize(
    ("hours", "window"), [(1 / 600, "1 hour"), (0.05, "1 day"), (0.5, "1 week"), (24.0, "30 days")]
)
def test_the_window_is_the_shortest_that_is_thick_enough(hours: float, window: str) -> None:
    """A window of a handful of rows would stay open for ever."""
    assert guess(dated(hours=hours), where="t").window == window


def test_moments_are_the_time_and_the_last_column_is_the_label() -> None:
    """Both guesses say by what they were made."""
    found = guess(dated(hours=1.0), where="t")
    assert (found.time, found.label, found.clock) == ("at", "bought", True)
    assert found.because[:2] == ("time is at (it holds moments)", "label is bought (the last column)")


def test_telling_names_win() -> None:
    """`target` is the label wherever it stands, `order` the time without a clock."""
    table = pa.table({"target": [0, 1] * 50, "order": list(range(100)), "age": [1, 2] * 50})
    found = guess(table, where="t")
    assert (found.time, found.label, found.clock, found.window) == ("order", "target", False, "200 rows")


def test_a_column_that_always_rises_may_be_the_order() -> None:
    """Without moments and names, an order is what never falls."""
    table = pa.table({"age": [1, 2] * 50, "nr": list(range(100)), "bought": [0, 1] * 50})
    assert guess(table, where="t").because[0] == "time is nr (it always rises)"


def test_what_was_said_is_not_guessed() -> None:
    """A column that is named is taken, or refused with the nearest name."""
    table = dated(hours=1.0)
    assert len(guess(table, where="t", time="at", label="amount").because) == 1
    with pytest.raises(UnknownName, match="did you mean 'bought'"):
        guess(table, where="t", label="bougth")


def test_a_window_never_claims_more_rows_than_there_are() -> None:
    """A short file gets a window it holds several of; one moment is no time at all."""
    assert guess(dated(hours=1.0, rows=120), where="t").because[-1] == "window is 1 day (about 24 rows each)"
    with pytest.raises(BadData, match="every row has the same at"):
        guess(dated(hours=0.0), where="t")


def test_whole_numbers_that_may_be_classes_are_told() -> None:
    """Classes or amounts is a guess, and the mend stands beside it."""
    table = dated(hours=1.0).append_column("grade", pa.array([n % 25 for n in range(1000)]))
    found = guess_task(table, infer_schema(table, label="grade", time="at"))
    assert found == (
        "task is regression (grade holds 25 different whole numbers; write task: multiclass, if they are classes)",
    )
    assert guess_task(table, infer_schema(table, label="bought", time="at")) == ()


def test_without_any_time_the_reader_is_asked() -> None:
    """A guess that would be a lie is not made."""
    with pytest.raises(BadData, match="--time COLUMN"):
        guess(pa.table({"age": [1.5, 1.0], "bought": [1, 0]}), where="t")


def test_a_table_is_described_in_one_line() -> None:
    """Label, share, features and span are the four things an owner checks."""
    table = dated(hours=1.0)
    schema = infer_schema(table, label="bought", time="at")
    wanted = "time at · label bought (binary, 50.0 %) · 1 feature · 2024-03-01 to 2024-04-11"
    assert described(table, schema, "at") == wanted


def test_parquet_and_csv_are_told_apart_by_content(tmp_path: Path) -> None:
    """A wrong ending does not matter."""
    pq.write_table(dated(hours=1.0), tmp_path / "rows.csv")
    (tmp_path / "rows.parquet").write_text("a,b\n1,2\n", encoding="utf-8")
    assert read_table(tmp_path / "rows.csv").num_rows == 1000
    assert read_table(tmp_path / "rows.parquet").column_names == ["a", "b"]


def write_arrow(table: pa.Table, path: Path) -> None:
    """As an Arrow IPC file: what Feather files are, here with compressed buffers."""
    with pa.OSFile(str(path), "wb") as file:
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        with pa.ipc.new_file(file, table.schema, options=options) as writer:
            writer.write_table(table)


def write_stream(table: pa.Table, path: Path) -> None:
    """As an Arrow IPC stream."""
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)


def write_polars(table: pa.Table, path: Path) -> None:
    """As Polars writes it, texts as views."""
    pl.DataFrame(table).write_ipc(path)


@pytest.mark.parametrize(
    ("name", "write"), [("a.arrow", write_arrow), ("a.ipc", write_stream), ("a.feather", write_polars)]
)
def test_an_arrow_file_is_read_like_the_same_rows_in_parquet(
    tmp_path: Path, name: str, write: Callable[[pa.Table, Path], None]
) -> None:
    """File, stream and what another library writes give the same rows, of which the same is guessed."""
    job = pa.array([("cook", "clerk", None)[n % 3] for n in range(1000)])
    table = dated(hours=1.0).append_column("job", job)
    write(table, tmp_path / name)
    read = read_table(tmp_path / name)
    assert read.equals(table)
    assert guess(read, where="t") == guess(table, where="t")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no such file"),
        (b"", "is empty"),
        (b"a,b\n", "holds no rows"),
        (b"a;b\n1;2\n", "has its columns set apart by semicolons; save it with commas"),
        (b"gr\xf6sse,b\n1,2\n", "is not UTF-8; save it as UTF-8"),
        (b"a,b\n1,gr\xf6sse\n", "is not UTF-8; save it as UTF-8"),
        (b"\xff\xfea\x00", "is not UTF-8; save it as UTF-8"),
        (b"a,b\n1\n", "is no whole CSV file"),
        (b"PAR1nonsense", "is no whole Parquet file"),
        (b"ARROW1nonsense", "is no whole Arrow file"),
        (b"\xff\xff\xff\xffnonsense", "is no whole Arrow file"),
        (b"a,a\n1,2\n", "has the column 'a' twice"),
    ],
)
def test_a_file_that_is_no_table_is_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    """Missing, empty, torn and doubled are each told as what they are."""
    path = tmp_path / "rows"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(BadData, match=words):
        read_table(path)


def test_whole_numbers_of_every_width_may_rise() -> None:
    """Identifiers beyond 2**63 are no reason to stop, whether they rise or not."""
    rising = pa.array([2**63 + n for n in range(1000)], pa.uint64())
    both = pa.table({"hash": rising[::-1], "number": rising, "y": [n % 2 for n in range(1000)]})
    assert guess(both, where="t").time == "number"
