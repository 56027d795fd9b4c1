"""Which column of a table is the time, which the label, and how long is a window there?

Guesses serve `init` only: what is guessed is said, and written into the file where the owner can change it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadData, UnknownName
from trueup.runtime.labels import as_text
from trueup.runtime.stream import is_clock, read_times
from trueup.settings.table import span_of

if TYPE_CHECKING:
    from trueup.loop.schema import Schema

TIME_NAMES: Final = ("timestamp", "time", "datetime", "date", "event_time", "ts", "created_at", "day")
ORDER_NAMES: Final = ("order", "sequence", "seq", "step", "row")
LABEL_NAMES: Final = ("label", "target", "y", "class", "outcome")
LENGTHS: Final = (("1 hour", 3_600.0), ("1 day", 86_400.0), ("1 week", 604_800.0), ("30 days", 2_592_000.0))
THICK: Final = 300.0  # rows of a usual window: enough that few windows stay open
LEAST_WINDOWS: Final = 2  # a file must hold for a length to be taken
FEW_WINDOWS: Final = 40  # windows of rows a file is cut into


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """What a table seems to be, and by what it was told."""

    time: str
    label: str
    clock: bool  # the time column holds moments, not order numbers
    window: str  # as it is written in the project file
    because: tuple[str, ...]  # one sentence a guess; empty where everything was said


def guess(table: pa.Table, *, where: str, time: str | None = None, label: str | None = None) -> Guess:
    """Tell the time and label columns of a table, as far as the caller did not."""
    because: list[str] = []
    if time is None:
        time, why = guess_time(table, where)
        because.append(f"time is {time} ({why})")
    _must_have(table, time, where)
    if label is None:
        label, why = guess_label(table, time, where)
        because.append(f"label is {label} ({why})")
    _must_have(table, label, where)
    clock = is_clock(table, time)
    if clock and _seconds(table, time) == 0.0:
        raise BadData(where, f"every row has the same {time}", "give rows of several moments, or another --time COLUMN")
    window = _window(table, time, clock=clock)
    because.append(f"window is {window} ({_rows_a_window(table, time, window, clock=clock)})")
    return Guess(time=time, label=label, clock=clock, window=window, because=tuple(because))


def described(table: pa.Table, schema: Schema, time: str) -> str:
    """A table in one line, as people read it."""
    share = ""
    if schema.task == "binary":
        labels = [as_text(value) for value in table.column(schema.label).drop_null().to_pylist()]
        share = f", {sum(label == schema.classes[1] for label in labels) / len(labels):.1%}".replace("%", " %")
    if schema.task == "multiclass":
        share = f", {len(schema.classes)} classes"
    count = len(schema.features)
    features = f"{count} feature{'' if count == 1 else 's'}"
    return f"time {time} · label {schema.label} ({schema.task}{share}) · {features} · {span_of(table, time)}"


def guess_task(table: pa.Table, schema: Schema) -> tuple[str, ...]:
    """Whole numbers may be classes or amounts: what they were taken for, where that is not certain."""
    column = table.column(schema.label)
    if not pa.types.is_integer(column.type) or schema.task == "binary":
        return ()
    different = pc.count_distinct(column, mode="only_valid").as_py()
    other = "multiclass, if they are classes" if schema.task == "regression" else "regression, if they are amounts"
    return (f"task is {schema.task} ({schema.label} holds {different:,} different whole numbers; write task: {other})",)


def guess_time(table: pa.Table, where: str) -> tuple[str, str]:
    """The first column of moments, else the first with a telling name, else the first that never falls."""
    moments = [field.name for field in table.schema if pa.types.is_temporal(field.type)]
    if moments:
        return _by_name(moments, TIME_NAMES), "it holds moments"
    lower = {name.lower(): name for name in table.column_names}
    for known in (*TIME_NAMES, *ORDER_NAMES):
        if known in lower:
            return lower[known], "by its name"
    rising = (name for name in table.column_names if _rises(table.column(name)))
    found = next(rising, None)
    if found is None:
        raise BadData(where, "no column looks like a moment or an order", "say which with --time COLUMN")
    return found, "it always rises"


def guess_label(table: pa.Table, time: str, where: str) -> tuple[str, str]:
    """A column with a telling name, else the last one."""
    others = [name for name in table.column_names if name != time]
    if not others:
        raise BadData(where, "there is no column beside the time", "give a file with features and a label")
    lower = {name.lower(): name for name in others}
    for known in LABEL_NAMES:
        if known in lower:
            return lower[known], "by its name"
    return others[-1], "the last column"


def _must_have(table: pa.Table, name: str, where: str) -> None:
    if name not in table.column_names:
        raise UnknownName("column", name, table.column_names, where)


def _by_name(columns: list[str], names: tuple[str, ...]) -> str:
    """The one with the most usual name, else the first."""
    lower = {name.lower(): name for name in columns}
    return next((lower[name] for name in names if name in lower), columns[0])


def _rises(column: pa.ChunkedArray[Any]) -> bool:
    """Whether whole numbers rise from every row to the next."""
    if not pa.types.is_integer(column.type) or column.null_count or len(column) < 2:
        return False
    values = column.combine_chunks()  # as wide as they are: not all of uint64 fits into int64
    return bool(pc.all(pc.less(values.slice(0, len(values) - 1), values.slice(1))).as_py())


def _window(table: pa.Table, time: str, *, clock: bool) -> str:
    """The shortest usual window that is thick enough, else the longest that leaves a few; rows without a clock."""
    if not clock:
        return f"{max(200, _two_digits(table.num_rows / FEW_WINDOWS))} rows"
    seconds = _seconds(table, time)
    usable = [(name, length) for name, length in LENGTHS if seconds >= LEAST_WINDOWS * length] or [LENGTHS[0]]
    thick = (name for name, length in usable if table.num_rows * length / seconds >= THICK)
    return next(thick, usable[-1][0])


def _rows_a_window(table: pa.Table, time: str, window: str, *, clock: bool) -> str:
    """How thick a window is, in words."""
    if not clock:
        return "the time column counts, it holds no moments"
    windows = max(_seconds(table, time) / dict(LENGTHS)[window], 1.0)
    return f"about {table.num_rows / windows:,.0f} rows each"


def _seconds(table: pa.Table, time: str) -> float:
    """From the first to the last moment."""
    times = read_times(table, time)
    return float(times.max() - times.min())


def _two_digits(value: float) -> int:
    """A round number near a value: two digits, then zeros."""
    return round(float(f"{value:.2g}"))
