"""What is the right answer, as the schema writes it?

A label reaches us as 1, 1.0, true or "1", from files, requests and people. In the log it is one text per class; in
memory it is 0 or 1, the class's position, or the value.
"""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadData

if TYPE_CHECKING:
    from typing import Any

    from trueup.loop.schema import Schema
    from trueup.stats.arrays import Floats, Integers

    Column = pa.Array[Any] | pa.ChunkedArray[Any]


def as_text(value: object) -> str:
    """How a label value is written as class text.

    >>> as_text(1), as_text(1.0), as_text(True), as_text("yes")
    ('1', '1', 'true', 'yes')
    """
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def class_text(schema: Schema, value: object) -> str:
    """The class a value stands for, as in `schema.classes`; errors.BadData if it is none of them."""
    for text in _spellings(value):
        if text in schema.classes:
            return text
    near = get_close_matches(as_text(value), schema.classes, n=1)
    shown = ", ".join(schema.classes[:10]) + (", ..." if len(schema.classes) > 10 else "")
    mend = (f"did you mean {near[0]!r}? " if near else "") + f"the classes are {shown}"
    raise BadData(f"label {schema.label!r}", f"{value!r} is not one of its classes", mend)


def normalise(schema: Schema, column: Column) -> pa.Array[Any]:
    """A label column as the log has it: class text, or float64; missing stays missing."""
    flat = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    if schema.task == "regression":
        return _numbers(schema, flat)
    if pa.types.is_floating(flat.type):
        flat = pc.if_else(pc.is_nan(flat), None, flat)
    flat = flat if pa.types.is_dictionary(flat.type) else flat.dictionary_encode()
    coded = cast("pa.DictionaryArray[Any, Any]", flat)
    levels = [None if level is None else class_text(schema, level) for level in coded.dictionary.to_pylist()]
    return pa.array(levels, pa.string()).take(coded.indices)


def encode(schema: Schema, column: Column) -> Floats | Integers:
    """Labels in memory: 0.0 or 1.0 for two classes, the class's position for many, else the value.

    Rows without a label must be left out before; errors.BadData names the first one.
    """
    labels = normalise(schema, column)
    if labels.null_count:
        row = _first(pc.is_null(labels))
        raise BadData(f"label {schema.label!r}", f"row {row} has none", "leave out the rows without a label")
    if schema.task == "regression":
        return np.asarray(labels.to_numpy(zero_copy_only=False), dtype=np.float64)
    codes = np.asarray(pc.index_in(labels, pa.array(schema.classes, pa.string())).to_numpy(zero_copy_only=False))
    return codes.astype(np.float64) if schema.task == "binary" else codes.astype(np.int64)


def decode(schema: Schema, values: Floats | Integers) -> pa.Array[Any]:
    """The way back from `encode`: class text, or float64."""
    if schema.task == "regression":
        return pa.array(values, pa.float64())
    return pa.array(schema.classes, pa.string()).take(values.astype(np.int64))


_SAME: Final = {
    "0": ("0", "false", "False"),
    "1": ("1", "true", "True"),
    "false": ("false", "False", "0"),
    "true": ("true", "True", "1"),
}


def _spellings(value: object) -> tuple[str, ...]:
    """The texts under which a schema may know a value, the most literal first."""
    text = as_text(value)
    if not isinstance(value, str):
        return _SAME.get(text, (text,))
    stripped = text.strip()
    try:
        number = float(stripped)
    except ValueError:
        return (text, stripped, stripped.lower(), stripped.capitalize())
    return (text, stripped, as_text(number)) if math.isfinite(number) else (text, stripped)


def _numbers(schema: Schema, column: pa.Array[Any]) -> pa.Array[Any]:
    """A regression label as float64, NaN as missing."""
    where, held = f"label {schema.label!r}", column.type
    if pa.types.is_null(held):
        return pa.nulls(len(column), pa.float64())
    if not (pa.types.is_integer(held) or pa.types.is_floating(held) or pa.types.is_decimal(held)):
        raise BadData(where, f"holds {held}, not numbers", "give numbers, or declare a classification task")
    floats = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    values = pa.array(np.asarray(floats, dtype=np.float64), from_pandas=True)
    infinite = pc.is_inf(values)
    if pc.any(infinite).as_py():
        raise BadData(where, f"row {_first(infinite)} is infinite", "leave that row out or give a finite value")
    return values


def _first(mask: pa.Array[Any]) -> int:
    """The first row, counted from 1, for which a mask holds."""
    return int(np.argmax(mask.fill_null(False).to_numpy(zero_copy_only=False))) + 1  # noqa: FBT003 - Arrow's signature
