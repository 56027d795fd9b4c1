"""What moved between two files, without a project, a model or a label?"""

from __future__ import annotations

from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup.errors import BadData
from trueup.loop.monitor.two_tables import ColumnMove, compare
from trueup.loop.policy import QuarantinePolicy
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from typing import Any

    from trueup.loop.schema import Kind
    from trueup.profiling.arrays import Values


def drift(reference: pa.Table, current: pa.Table) -> dict[str, Any]:
    """Each column's move between two tables, the gravest first; ready for JSON.

    Only sampling noise is known here, since there are no past windows to learn from.
    """
    began = perf_counter()
    kinds = {name: kind for name in reference.column_names if (kind := kind_of(reference.schema.field(name).type))}
    shared = [name for name in kinds if name in current.column_names]
    if not shared:
        left, right = ", ".join(reference.column_names), ", ".join(current.column_names)
        raise BadData("the two tables", f"have no column in common ({left}; {right})", "compare files of one kind")
    retyped = {name: text for name in shared if (text := _retyped(kinds[name], current.column(name)))}
    columns = tuple(Column(name=name, kind=kinds[name]) for name in shared if name not in retyped)
    moves = [_unlike(name, kinds[name], text) for name, text in retyped.items()]
    if columns:
        schema = Schema(task="regression", label="", features=columns)
        before = reference.select([one.name for one in columns])
        after = pa.Table.from_arrays(
            [_as(one.kind, current.column(one.name)) for one in columns], names=[one.name for one in columns]
        )
        edges = edges_of(before, schema)
        moves.extend(compare(edges, profile(before, edges), profile(after, edges), QuarantinePolicy()))
    return {
        "rows": [reference.num_rows, current.num_rows],
        "columns": [asdict(one) for one in moves],
        "changed": sum(one.result == "changed" for one in moves),
        "broken": sum(one.result == "broken" for one in moves),
        "only_reference": [name for name in reference.column_names if name not in current.column_names],
        "only_current": [name for name in current.column_names if name not in reference.column_names],
        "not_compared": [name for name in reference.column_names if name not in kinds],
        "noise": "sampling only",
        "seconds": perf_counter() - began,
    }


def kind_of(kind: pa.DataType) -> Kind | None:
    """How a column is read; None for lists, blobs and the like."""
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "numeric"
    if pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        return "datetime"
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return "categorical"
    return None


def _retyped(kind: Kind, values: Values) -> str:
    """What a column is now, if that cannot be read as what it was; empty when it can."""
    try:
        _as(kind, values)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        return str(values.type)
    return ""


def _as(kind: Kind, values: Values) -> Values:
    now = kind_of(values.type)
    if now == kind or pa.types.is_null(values.type):
        return values
    if kind == "boolean" and now != "numeric":
        raise pa.ArrowInvalid("no truth value")
    types = {"numeric": pa.float64(), "categorical": pa.string(), "datetime": pa.timestamp("us"), "boolean": pa.bool_()}
    return values.cast(types[kind])


def _unlike(name: str, kind: Kind, now: str) -> ColumnMove:
    moved = f"{kind} -> {now}"
    return ColumnMove(column=name, kind=kind, psi=0.0, moved=moved, result="broken", cause="another type of values")
