"""Was a row served with the features that it is trained with?

The prediction log has what the model saw; the owner's table has what the same rows look like when they are worked out
again, offline. They are compared by id, cell by cell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.errors import BadData
from trueup.loop.monitor.skew import LEAST_ROWS, SkewCount
from trueup.runtime.columns import cast as read

if TYPE_CHECKING:
    Values = pa.ChunkedArray[Any]

    from trueup.loop.schema import Column, Schema
    from trueup.stats.arrays import Flags, Floats

Json = dict[str, Any]
SHOWN: Final = 3  # ids of rows that differ


def skew(logged: pa.Table, offline: pa.Table, schema: Schema, *, ids: str, tolerance: float, above: float) -> Json:
    """How many rows differ, by column; numbers may differ by the tolerance, relative to the larger of both."""
    left, right = _matched(logged, offline, ids)
    names = set(offline.column_names) - {ids}
    compared = [column for column in schema.features if column.name in names]
    if not compared:
        wanted = ", ".join(schema.names[:8])
        raise BadData("the table", "has no column that is a feature", f"name columns as the model does: {wanted}")
    if not left.num_rows:
        what = f"none of its {offline.num_rows:,} ids is in the prediction log"
        raise BadData(f"column {ids!r}", what, "give the ids that predictions were asked or logged with")
    flags = {column.name: _differ(column, left, right, tolerance) for column in compared}
    whole = np.zeros(left.num_rows, bool)
    for one in flags.values():
        whole |= one
    names_of = left.column("_id")
    columns = [_told(column, left, right, flags[column.name], names_of, above) for column in compared]
    return {
        "rows": left.num_rows,
        "not_in_log": offline.num_rows - left.num_rows,
        "differing": int(whole.sum()),
        "tolerance": tolerance,
        "above": above,
        "skewed": sum(one["result"] == "skewed" for one in columns),
        "columns": sorted(columns, key=lambda one: (-one["share"], one["column"])),
        "not_compared": [column.name for column in schema.features if column.name not in names],
    }


def counts(answer: Json) -> tuple[SkewCount, ...]:
    """What the journal keeps of it: numbers, no value and no id."""
    return tuple(
        SkewCount(column=one["column"], rows=answer["rows"], differing=one["differing"]) for one in answer["columns"]
    )


def _matched(logged: pa.Table, offline: pa.Table, ids: str) -> tuple[pa.Table, pa.Table]:
    """The rows of both that have the same id, side by side."""
    if ids not in offline.column_names:
        has = ", ".join(offline.column_names[:20])
        raise BadData(f"column {ids!r}", "is not in the table", f"say which holds the ids: --id COLUMN; it has {has}")
    names = offline.column(ids).cast(pa.string())
    if pc.count_distinct(names).as_py() < len(names):
        raise BadData(f"column {ids!r}", "holds an id twice, or more than one empty one", "give each row once")
    places = pc.index_in(names, value_set=logged.column("_id").combine_chunks())
    there = places.is_valid()
    return logged.take(places.filter(there)), offline.filter(there)


def _differ(column: Column, left: pa.Table, right: pa.Table, tolerance: float) -> Flags:
    """Which rows differ; missing on both sides is equal, on one side is not."""
    seen, again = (_column(side, column) for side in (left, right))
    absent = [_flags(one.is_null()) for one in (seen, again)]
    if column.kind in {"numeric", "datetime"}:
        one, other = _numbers(seen), _numbers(again)
        scale = np.maximum(np.abs(one), np.abs(other)) if column.kind == "numeric" else np.zeros(len(one))
        differ = np.abs(one - other) > np.maximum(tolerance * scale, 1e-12 if column.kind == "numeric" else 0.0)
    else:
        differ = _flags(cast("Values", pc.not_equal(seen, again)))  # null where either is missing: told below
    return np.where(absent[0] | absent[1], absent[0] != absent[1], differ)


def _told(column: Column, left: pa.Table, right: pa.Table, differ: Flags, ids: Values, above: float) -> Json:
    rows, count = len(differ), int(differ.sum())
    seen, again = (_column(side, column) for side in (left, right))
    only = [int(_flags(one.is_null())[differ].sum()) for one in (seen, again)]
    return {
        "column": column.name,
        "differing": count,
        "share": count / rows,
        "missing_in_log": only[0],
        "missing_offline": only[1],
        "shift": _shift(column, seen, again, differ),
        "examples": ids.filter(pa.array(differ)).slice(0, SHOWN).to_pylist(),
        "result": "insufficient" if rows < LEAST_ROWS else "skewed" if count / rows > above else "equal",
    }


def _shift(column: Column, seen: Values, again: Values, differ: Flags) -> float | None:
    """The middle difference, log minus table, of the numbers that differ."""
    if column.kind != "numeric":
        return None
    gaps = (_numbers(seen) - _numbers(again))[differ]
    gaps = gaps[np.isfinite(gaps)]
    return float(f"{np.median(gaps):.6g}") if len(gaps) else None


def _column(table: pa.Table, column: Column) -> Values:
    return read(table.column(column.name), column.kind, f"column {column.name!r}")


def _numbers(values: Values) -> Floats:
    """Numbers, and moments in seconds; missing ones are NaN."""
    if pa.types.is_timestamp(values.type):
        seconds = pc.divide(values.cast(pa.int64()).cast(pa.float64()), pa.scalar(1e6))
        return _numbers(cast("Values", seconds))
    filled = cast("Values", pc.fill_null(values.cast(pa.float64()), pa.scalar(np.nan)))
    return np.asarray(filled.to_numpy(), np.float64)


def _flags(values: Values) -> Flags:
    return np.array(values.to_pylist(), bool)
