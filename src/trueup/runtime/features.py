"""What does the model see, and is this table, or this request, fit to be seen?"""

from __future__ import annotations

from difflib import get_close_matches
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadData
from trueup.loop.schema import Column, Schema
from trueup.ports.prediction_log import ARROW_KINDS
from trueup.runtime.columns import READERS, cast, refusal
from trueup.runtime.labels import as_text

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from typing import Any

    from trueup.loop.schema import Kind, Task

MOST_CLASSES: Final = 200
FEW_INTEGERS: Final = 20  # more different whole numbers than that are amounts, not classes


def infer_schema(
    table: pa.Table, *, label: str, time: str | None, ignore: Sequence[str] = (), task: Task | None = None
) -> Schema:
    """The schema a table suggests: kinds by type, task by the label's values, every other column a feature."""
    for name in (label, *([time] if time else []), *ignore):
        _column(table, name)
    task, classes = _task(table.column(label), label, task)
    left_out = {label, time, *ignore}
    features = tuple(Column(name=field.name, kind=_kind(field)) for field in table.schema if field.name not in left_out)
    if not features:
        raise BadData("table", "no column is left as a feature", "add columns, or ignore fewer")
    return Schema(task=task, label=label, features=features, classes=classes)


def conform(table: pa.Table, schema: Schema) -> pa.Table:
    """The schema's columns, in its order and typed as the log has them; errors.BadData says what is wrong and where.

    NaN becomes missing; infinities are refused; columns the schema does not know are left out.
    """
    columns = [cast(_column(table, one.name), one.kind, f"column {one.name!r}") for one in schema.features]
    return pa.Table.from_arrays(columns, schema=arrow_schema(schema))


def to_table(rows: Sequence[Mapping[str, object]], schema: Schema) -> pa.Table:
    """A request's rows as `conform` would have them; nothing is guessed: each feature is named in each row.

    Null and NaN are missing values; a feature that is left out, or unknown, is an error.
    """
    names, readers = _readers(schema)
    if all(row.keys() == names for row in rows):
        try:
            columns = [pa.array([read(row[name]) for row in rows], ARROW_KINDS[kind]) for name, read, kind in readers]
            return pa.Table.from_arrays(columns, schema=arrow_schema(schema))
        except ValueError:  # ours, Arrow's, and a text that is no Unicode
            raise _misfit(rows, schema, whole=True) from None
    raise _misfit(rows, schema, whole=True)


def to_partial_table(rows: Sequence[Mapping[str, object]], schema: Schema) -> pa.Table:
    """As `to_table`, but a row may leave features out; they are null."""
    names, readers = _readers(schema)
    if all(row.keys() <= names for row in rows):
        try:
            columns = [
                pa.array([read(row[name]) if name in row else None for row in rows], ARROW_KINDS[kind])
                for name, read, kind in readers
            ]
            return pa.Table.from_arrays(columns, schema=arrow_schema(schema))
        except ValueError:  # ours, Arrow's, and a text that is no Unicode
            raise _misfit(rows, schema, whole=False) from None
    raise _misfit(rows, schema, whole=False)


@lru_cache(maxsize=128)
def arrow_schema(schema: Schema) -> pa.Schema:
    """The names and types of the schema's features as the log has them."""
    return pa.schema([pa.field(one.name, ARROW_KINDS[one.kind]) for one in schema.features])


@lru_cache(maxsize=128)
def _readers(schema: Schema) -> tuple[frozenset[str], tuple[tuple[str, Callable[[object], object], Kind], ...]]:
    """What one request needs of a schema, worked out once."""
    return frozenset(schema.names), tuple((one.name, READERS[one.kind], one.kind) for one in schema.features)


def _misfit(rows: Sequence[Mapping[str, object]], schema: Schema, *, whole: bool) -> BadData:
    """What is wrong with the first row that does not fit, whichever feature it is."""
    names, readers = _readers(schema)
    for place, row in enumerate(rows, start=1):
        if not row.keys() <= names or (whole and row.keys() != names):
            return misnamed(row, schema, place)
        for name, read, kind in readers:
            try:
                pa.array([read(row.get(name))], ARROW_KINDS[kind])
            except ValueError:
                return BadData(f"row {place}", *refusal(kind, row[name], f"feature {name!r}"))
    return BadData("rows", "cannot be read together", "send each row by itself to find the bad one")


def misnamed(row: Mapping[str, object], schema: Schema, place: int) -> BadData:
    """The first feature that is unknown or left out of a request's row."""
    extra = [name for name in row if name not in schema.names]
    absent = [name for name in schema.names if name not in row]
    where = f"row {place}"
    if extra:
        near = get_close_matches(str(extra[0]), absent or schema.names, n=1)
        mend = f"did you mean {near[0]!r}?" if near else "leave it out"
        return BadData(where, f"{extra[0]!r} is not a feature", mend)
    return BadData(where, f"feature {absent[0]!r} is left out", "send it, as null where it is missing")


def _column(table: pa.Table, name: str) -> pa.ChunkedArray[Any]:
    """The one column of that name."""
    found = table.schema.get_all_field_indices(name)
    if len(found) == 1:
        return table.column(found[0])
    if found:
        raise BadData(f"column {name!r}", f"is there {len(found)} times", "rename all but one")
    raise BadData(f"column {name!r}", "is not in the table", _nearest(name, table.column_names))


def _nearest(name: str, known: Collection[str]) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"the table has {', '.join(sorted(known)[:20])}"


def _kind(field: pa.Field[Any]) -> Kind:
    """How a column is read, by its type."""
    held = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
    if field.name.startswith("_"):
        raise BadData(f"column {field.name!r}", "names that begin with _ are trueup's own", "rename it, or ignore it")
    if pa.types.is_boolean(held):
        return "boolean"
    if pa.types.is_integer(held) or pa.types.is_floating(held) or pa.types.is_decimal(held):
        return "numeric"
    if _is_text(held):
        return "categorical"
    if pa.types.is_timestamp(held) or pa.types.is_date(held):
        return "datetime"
    what = "holds no value at all" if pa.types.is_null(held) else f"holds {held}, which no model here reads"
    raise BadData(f"column {field.name!r}", what, "turn it into numbers, texts or times, or ignore it")


def _is_text(held: pa.DataType) -> bool:
    return pa.types.is_string(held) or pa.types.is_large_string(held) or pa.types.is_string_view(held)


def _task(column: pa.ChunkedArray[Any], label: str, task: Task | None) -> tuple[Task, tuple[str, ...]]:
    """What is predicted, and the classes as sorted text."""
    where, known = f"label {label!r}", column.drop_null()
    if pa.types.is_floating(known.type):
        known = known.filter(pc.invert(pc.is_nan(known)))
    if not len(known):
        raise BadData(where, "has no value in any row", "name the column that holds the right answers")
    if pa.types.is_dictionary(known.type):
        known = known.cast(known.type.value_type)
    held = known.type
    numbers = pa.types.is_integer(held) or pa.types.is_floating(held) or pa.types.is_decimal(held)
    if not (numbers or pa.types.is_boolean(held) or _is_text(held)):
        raise BadData(where, f"holds {held}", "a label is a number, a text or a boolean")
    values = pc.unique(known)
    if len(values) == 1:
        raise BadData(where, f"is {as_text(values[0].as_py())!r} in every row", "give rows with at least two answers")
    task = task or _likely(held, len(values), numbers=numbers)
    if task == "regression":
        return _regression(where, numbers=numbers)
    classes = tuple(sorted({as_text(value) for value in values.to_pylist()}))
    return task, _counted(classes, task, where)


def _likely(held: pa.DataType, different: int, *, numbers: bool) -> Task:
    """The task that a label's type and number of different values suggest."""
    if different == 2:
        return "binary"
    if not numbers or (pa.types.is_integer(held) and different <= FEW_INTEGERS):
        return "multiclass"
    return "regression"


def _regression(where: str, *, numbers: bool) -> tuple[Task, tuple[str, ...]]:
    if not numbers:
        raise BadData(where, "is not a number, and the task is regression", "declare task: multiclass")
    return "regression", ()


def _counted(classes: tuple[str, ...], task: Task, where: str) -> tuple[str, ...]:
    """The classes, if their number suits the task."""
    if len(classes) > MOST_CLASSES:
        mend = "name the column that holds the answers, or group the rare ones"
        raise BadData(where, f"has {len(classes):,} different answers, {MOST_CLASSES} is the limit", mend)
    if task == "binary" and len(classes) != 2:
        raise BadData(where, f"has {len(classes)} answers, and the task is binary", "declare task: multiclass")
    return classes
