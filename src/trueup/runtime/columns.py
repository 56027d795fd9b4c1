"""Can this column, or this value, be read as the kind of feature the schema says?

Twice, since a table of a million rows and a request of one row want different work: `CASTS` for columns, `READERS`
for single values. Both accept and refuse the same things.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadData
from trueup.ports.prediction_log import ARROW_KINDS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from trueup.loop.schema import Kind

WANTED: Final[Mapping[Kind, str]] = {
    "numeric": "a finite number",
    "boolean": "true or false",
    "categorical": "a text",
    "datetime": "a date or an ISO 8601 time",
}


class WrongValueError(ValueError):
    """A value is not of the kind the schema says; caught here and told with its place."""


def number(value: object) -> float | None:
    """Read one numeric value; NaN is a missing one."""
    if value is None:
        return None
    if isinstance(value, float | int | np.floating | np.integer | Decimal) and not isinstance(value, bool):
        try:
            read = float(value)
        except OverflowError as error:
            raise WrongValueError from error
        if math.isfinite(read):
            return read
        if math.isnan(read):
            return None
    raise WrongValueError


def truth(value: object) -> bool | None:
    """Read one boolean value; 0 and 1 are understood."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, np.bool_):
        return bool(value)
    if isinstance(value, float | int | np.floating | np.integer):
        if value in {0, 1}:
            return bool(value)
        if math.isnan(value):
            return None
    raise WrongValueError


def level(value: object) -> str | None:
    """Read one categorical value; whole numbers are understood, as a text."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float | int | np.floating | np.integer) and not isinstance(value, bool):
        if math.isnan(value):
            return None
        if float(value).is_integer():
            return str(int(value))
    raise WrongValueError


def moment(value: object) -> dt.datetime | None:
    """Read one date or time, as UTC without a zone; ISO 8601 text is understood."""
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, str):
        try:
            value = dt.datetime.fromisoformat(value)
        except ValueError as error:
            raise WrongValueError from error
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is None else value.astimezone(dt.UTC).replace(tzinfo=None)
    if isinstance(value, dt.date):
        return dt.datetime(value.year, value.month, value.day)  # noqa: DTZ001 - the log's times are naive UTC
    raise WrongValueError


READERS: Final[Mapping[Kind, Callable[[object], object]]] = {
    "numeric": number,
    "boolean": truth,
    "categorical": level,
    "datetime": moment,
}


def cast(column: pa.ChunkedArray[Any], kind: Kind, where: str) -> pa.ChunkedArray[Any]:
    """A whole column as the log has its kind; errors.BadData names the first row that cannot be read."""
    fast = _native(column, kind)
    if fast is not None:
        return fast
    read, values = READERS[kind], []
    for row, value in enumerate(column.to_pylist(), start=1):
        try:
            values.append(read(value))
        except WrongValueError:
            raise BadData(where, *refusal(kind, value, f"row {row}")) from None
    return pa.chunked_array([pa.array(values, ARROW_KINDS[kind])])


def unfit(column: pa.ChunkedArray[Any], name: str) -> str:
    """Why a column of a file can be no feature; empty if it can."""
    held = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if name.startswith("_"):
        return "has a name that begins with _, as trueup's own do"
    if pa.types.is_null(held):
        return "holds no value at all"
    if not (pa.types.is_boolean(held) or _is_number(held) or _is_level(held) or _is_dated(held)):
        return f"holds {held}, which no model here reads"
    infinite = pc.is_inf(column).to_pylist() if pa.types.is_floating(column.type) else []
    if True not in infinite:
        return ""
    first, more = infinite.index(True), infinite.count(True) - 1
    return f"is {column[first].as_py()} in row {first + 1:,}{f' and {more:,} more' if more else ''}"


def refusal(kind: Kind, value: object, place: str) -> tuple[str, str]:
    """What is wrong with a value, and the mend."""
    shown = repr(value) if len(repr(value)) <= 60 else repr(value)[:57] + "..."
    mends = {
        bool: "send 1 or 0, or declare the feature boolean",
        str: "send it without quotes, or declare the feature categorical",
    }
    mend = mends.get(type(value), "") if kind == "numeric" else ""
    return f"{place} is {shown}, not {WANTED[kind]}", mend or f"give {WANTED[kind]}, or null where it is missing"


def _native(column: pa.ChunkedArray[Any], kind: Kind) -> pa.ChunkedArray[Any] | None:
    """The column without looking at values one by one, or None where that could not be right."""
    held = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_null(held):
        return column.cast(ARROW_KINDS[kind])
    match kind:
        case "numeric":
            return _finite(column) if _is_number(column.type) else None
        case "boolean":
            return column if pa.types.is_boolean(column.type) else None
        case "categorical":
            return column.cast(pa.string()) if _is_level(held) else None
        case "datetime":
            # safe=False: nanoseconds are cut to microseconds on purpose
            return column.cast(ARROW_KINDS[kind], safe=False) if _is_dated(column.type) else None


def _is_level(held: pa.DataType) -> bool:
    textual = pa.types.is_string(held) or pa.types.is_large_string(held) or pa.types.is_string_view(held)
    return textual or pa.types.is_integer(held)


def _is_number(held: pa.DataType) -> bool:
    return pa.types.is_integer(held) or pa.types.is_floating(held) or pa.types.is_decimal(held)


def _is_dated(held: pa.DataType) -> bool:
    return pa.types.is_timestamp(held) or pa.types.is_date(held)


def _finite(column: pa.ChunkedArray[Any]) -> pa.ChunkedArray[Any] | None:
    """The column as float64, NaN as missing; None if a value is infinite."""
    # safe=False: integers beyond 2**53 lose their last digits, as in every model
    values = column if pa.types.is_float64(column.type) else column.cast(pa.float64(), safe=False)
    if pc.all(pc.is_finite(values), min_count=0).as_py():
        return values
    values = pc.if_else(pc.is_nan(values), None, values)
    return values if pc.all(pc.is_finite(values), min_count=0).as_py() else None
