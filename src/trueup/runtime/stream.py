"""What would have been asked and answered, row by row, if the file had been live?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadData
from trueup.ports.prediction_log import HISTORY_ID
from trueup.runtime.columns import WrongValueError, moment
from trueup.runtime.features import conform
from trueup.runtime.labels import normalise
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from trueup.loop.schema import Schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Stream:
    """A table in the order of its event times, with the moments its labels became known."""

    ids: pa.Array[Any]
    times: Floats
    features: pa.Table
    labels: pa.Array[Any]  # as the log has them; null: never known
    known: Floats

    @property
    def rows(self) -> int:
        """How many."""
        return len(self.times)

    def names(self, rows: slice) -> list[str]:
        """The ids of some rows."""
        return [str(name) for name in self.ids.slice(rows.start, rows.stop - rows.start).to_pylist()]

    def between(self, start: float, end: float) -> slice:
        """The rows with a time in [start, end)."""
        low, high = np.searchsorted(self.times, [start, end], side="left")
        return slice(int(low), int(high))


def read_stream(table: pa.Table, schema: Schema, *, time: str, delay: float, ids: str | None = None) -> Stream:
    """Order a table by its time column; rows without a usable time are errors that name the row."""
    if not table.num_rows:
        raise BadData("the table", "has no rows", "give a file with rows")
    moments = read_times(table, time)
    order = np.argsort(moments, kind="stable")
    times = moments[order]
    # read before it is sorted: an error then names the row as the file has it
    features, labels = conform(table, schema).take(order), normalise(schema, table.column(schema.label)).take(order)
    if ids is not None:
        names = table.column(ids).take(order).cast(pa.string()).combine_chunks()
        if pc.count_distinct(names).as_py() < len(names):
            raise BadData(f"column {ids!r}", "holds an id twice", "give every row its own id")
    else:
        width = len(str(len(times)))
        names = pa.array([f"r{place:0{width}d}" for place in range(len(times))], pa.string())
    return Stream(
        ids=names,
        times=times,
        features=features,
        labels=labels,
        known=times + delay,
    )


def as_history(stream: Stream) -> Stream:
    """The same rows under ids that no caller can use: a live row of the same name is another row."""
    names = [f"{HISTORY_ID}{name}" for name in stream.ids.to_pylist()]
    return replace(stream, ids=pa.array(names, pa.string()))


def read_times(table: pa.Table, name: str) -> Floats:
    """Event times as floats: seconds since the epoch, or the plain order number."""
    if name not in table.column_names:
        raise BadData(f"column {name!r}", "is not in the table", f"time is one of {', '.join(table.column_names)}")
    column = table.column(name).combine_chunks()
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _parsed(column, name)
    if column.null_count:
        row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0]) + 1
        raise BadData(f"column {name!r}, row {row:,}", "has no time", "give every row its event time")
    if pa.types.is_date(column.type):
        column = column.cast(pa.timestamp("us"))
    if pa.types.is_timestamp(column.type):
        # safe=False: nanoseconds are cut to microseconds on purpose
        micros = column.cast(pa.timestamp("us", tz=column.type.tz), safe=False).cast(pa.int64()).to_numpy()
        return np.asarray(micros / 1e6, dtype=np.float64)
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise BadData(
            f"column {name!r}", f"is {column.type}, not a time", "give a date, a timestamp or an order number"
        )
    values = np.asarray(column.to_numpy(zero_copy_only=False), dtype=np.float64)
    if not np.isfinite(values).all():
        row = int(np.flatnonzero(~np.isfinite(values))[0]) + 1
        raise BadData(f"column {name!r}, row {row:,}", f"is {values[row - 1]}", "give every row a finite time")
    return values


def _parsed(column: pa.Array[Any], name: str) -> pa.Array[Any]:
    """Text as moments: at once where all have the common form, else one by one, so that the bad row can be named."""
    with suppress(pa.ArrowInvalid):
        return column.cast(pa.timestamp("us"))
    read = []
    for row, text in enumerate(column.to_pylist(), start=1):
        try:
            read.append(moment(text))
        except WrongValueError:
            what = f"is {str(text)[:60]!r}, which is no time"
            raise BadData(f"column {name!r}, row {row:,}", what, "write times as 2009-02-16 10:30:00") from None
    return pa.array(read, pa.timestamp("us"))


def is_clock(table: pa.Table, name: str) -> bool:
    """Whether the time column is a real clock, not an order number."""
    held = table.schema.field(name).type
    return not (pa.types.is_integer(held) or pa.types.is_floating(held))


def predictions(stream: Stream, rows: slice, **columns: pa.Array[Any]) -> pa.Table:
    """A batch for the prediction log; what is not given is null."""
    count = rows.stop - rows.start
    ids = stream.ids.slice(rows.start, count)
    own: dict[str, Any] = {
        "_id": ids,
        "_entity": ids,
        "_time": pa.array(stream.times[rows]),
        "_seen": pa.array(stream.times[rows]),
    }
    features = stream.features.slice(rows.start, count)
    named = {**own, **columns, **{name: features.column(name) for name in features.column_names}}
    return pa.table(named)


def outcomes(stream: Stream, rows: np.ndarray) -> pa.Table:
    """The outcomes of some rows, for the prediction log; rows whose label is never known are left out."""
    places = pa.array(rows)
    told: dict[str, Any] = {
        "_id": stream.ids.take(places),
        "_known": pa.array(stream.known[rows]),
        "_label": stream.labels.take(places),
        "_source": pa.array(["file"] * len(rows), pa.string()),
    }
    table = pa.table(told)
    return table.filter(table.column("_label").is_valid())


def score_lists(scores: Floats) -> pa.Array[Any]:
    """Scores as the log's list column; an empty list where there is no answer (NaN)."""
    flat = scores.reshape(len(scores), -1)
    return pa.array([row[~np.isnan(row)] for row in flat], pa.list_(pa.float64()))
