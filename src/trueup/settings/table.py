"""What rows are in the owner's file, and from when to when?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.adapters.tables import first_bytes
from trueup.adapters.tables.csv import must_have_commas, not_utf8
from trueup.errors import BadData
from trueup.runtime.stream import is_clock, read_times

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

LEAST_ROWS: Final = 100  # fewer tell nothing: of 85 answers a share is known to within 11 points


def read_table(path: Path) -> pa.Table:
    """Read a Parquet, Arrow or CSV file, told apart by its first bytes."""
    start = first_bytes(path)
    kind, read = next((format_ for magic, format_ in FORMATS.items() if start.startswith(magic)), ("CSV", _csv))
    try:
        table = read(path)
    except UnicodeDecodeError:
        raise not_utf8(path) from None
    except (pa.ArrowException, OSError) as error:
        what = f"is no whole {kind} file ({str(error).splitlines()[0]})"
        raise BadData(str(path), what, "write it again as Parquet, Arrow or CSV with one header line") from error
    if not table.num_rows:
        raise BadData(str(path), "holds no rows", "give a file with rows")
    twice = sorted({name for name in table.column_names if table.column_names.count(name) > 1})
    if twice:
        raise BadData(str(path), f"has the column {twice[0]!r} twice", "rename one of them")
    return table


def span_of(table: pa.Table, time: str) -> str:
    """From when to when, as people read it; years alone where they differ."""
    times = read_times(table, time)
    if not is_clock(table, time):
        return f"{time} {times.min():.0f} to {times.max():.0f}"
    first, last = (str(np.datetime64(int(moment), "s"))[:10] for moment in (times.min(), times.max()))
    return f"{first} to {last}" if first[:4] == last[:4] else f"{first[:4]} to {last[:4]}"


def _parquet(path: Path) -> pa.Table:
    """Read Parquet as this one file says, whatever its folder is called."""
    from pyarrow import parquet

    return parquet.ParquetFile(path).read()


def _arrow(path: Path) -> pa.Table:
    """Read an Arrow IPC file, which Feather is another name of."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_file(file) as reader:
        return _plain(reader.read_all())


def _arrow_stream(path: Path) -> pa.Table:
    """Read an Arrow IPC stream that was kept in a file."""
    with pa.OSFile(str(path), "rb") as file, pa.ipc.open_stream(file) as reader:
        return _plain(reader.read_all())


def _plain(table: pa.Table) -> pa.Table:
    """Text views, as Polars writes them, as plain text."""
    viewed = [pa.types.is_string_view(field.type) for field in table.schema]
    kinds = [pa.string() if view else field.type for view, field in zip(viewed, table.schema, strict=True)]
    return table.cast(pa.schema([field.with_type(kind) for field, kind in zip(table.schema, kinds, strict=True)]))


def _csv(path: Path) -> pa.Table:
    """Read CSV; the first line names the columns."""
    from pyarrow import csv

    must_have_commas(path)
    table = csv.read_csv(path)
    if any(pa.types.is_binary(field.type) for field in table.schema):  # what Arrow takes for no text
        raise not_utf8(path)
    empty = [name for name, kind in zip(table.column_names, table.schema.types, strict=True) if pa.types.is_null(kind)]
    return table.drop_columns(empty) if empty else table


def enough_rows(rows: int, where: str) -> None:
    """Refuse so few rows that every figure about them would be chance."""
    if rows < LEAST_ROWS:
        raise BadData(where, f"has {rows:,} labelled rows, too few to say anything", f"give {LEAST_ROWS} or more")


def must_have_features(table: pa.Table, besides: Collection[str], where: str) -> None:
    """A model needs a column to look at."""
    if not set(table.column_names) - set(besides):
        raise BadData(where, "no column is left as a feature", "add columns, or ignore fewer")


FORMATS: Final[Mapping[bytes, tuple[str, Callable[[Path], pa.Table]]]] = {
    b"PAR1": ("Parquet", _parquet),
    b"ARROW1": ("Arrow", _arrow),
    b"\xff\xff\xff\xff": ("Arrow", _arrow_stream),
}
