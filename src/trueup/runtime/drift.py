"""What moved between two files, without a project, a model or a label?"""

from __future__ import annotations

from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup.errors import BadData
from trueup.loop.monitor.two_tables import ColumnMove, compare, gravest_first
from trueup.loop.policy import QuarantinePolicy
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from trueup.loop.schema import Kind


def drift(reference: pa.Table, current: pa.Table) -> dict[str, Any]:
    """Each column's move between two tables, the gravest first; ready for JSON.

    Only sampling noise is known here, since there are no past windows to learn from.
    """
    began = perf_counter()
    shared = [name for name in reference.column_names if name in current.column_names]
    if not shared:
        left, right = ", ".join(reference.column_names), ", ".join(current.column_names)
        raise BadData("the two tables", f"have no column in common ({left}; {right})", "compare files of one kind")
    gone = [name for name in reference.column_names if name not in current.column_names]
    extra = [name for name in current.column_names if name not in reference.column_names]
    pairs = {name: (reference.schema.field(name).type, current.schema.field(name).type) for name in shared}
    retyped = [name for name in shared if _retyped(*pairs[name])]
    read = [name for name in shared if name not in retyped and kind_of(pairs[name][0])]
    moves = gravest_first(
        (
            *(_broken(name, reference.schema.field(name).type, "gone", "the column is missing") for name in gone),
            *(_broken(name, pairs[name][0], str(pairs[name][1]), "another type of values") for name in retyped),
            *(_new(name, current.schema.field(name).type) for name in extra),
            *_compared(read, reference, current),
        )
    )
    results = [one.result for one in moves]
    return {
        "rows": [reference.num_rows, current.num_rows],
        "columns": [asdict(one) for one in moves],
        "changed": results.count("changed"),
        "broken": results.count("broken"),
        "insufficient": results.count("insufficient"),
        "only_reference": gone,
        "only_current": extra,
        "not_compared": [name for name in shared if name not in {*retyped, *read}],
        "noise": "sampling only",
        "seconds": perf_counter() - began,
    }


def _compared(names: Sequence[str], reference: pa.Table, current: pa.Table) -> tuple[ColumnMove, ...]:
    """The moves of columns that both tables have, with values of one kind."""
    columns = tuple(
        Column(name=name, kind=kind) for name in names if (kind := kind_of(reference.schema.field(name).type))
    )
    if not columns:
        return ()
    before, after = reference.select(names), current.select(names)
    edges = edges_of(before, Schema(task="regression", label="", features=columns))
    return compare(edges, profile(before, edges), profile(after, edges), QuarantinePolicy())


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


def _retyped(before: pa.DataType, after: pa.DataType) -> bool:
    """Whether a column's values are of another kind now; nothing but missing values is of no kind."""
    if pa.types.is_null(before) or pa.types.is_null(after):
        return False
    kinds = kind_of(before), kind_of(after)
    return kinds[0] != kinds[1] if any(kinds) else before != after


def _name(kind: pa.DataType) -> str:
    """A kind as we call it, else as the file does."""
    return kind_of(kind) or str(kind)


def _broken(name: str, before: pa.DataType, now: str, cause: str) -> ColumnMove:
    """A column that cannot be read as it was."""
    return ColumnMove(
        column=name, kind=_name(before), psi=None, moved=f"{_name(before)} -> {now}", result="broken", cause=cause
    )


def _new(name: str, now: pa.DataType) -> ColumnMove:
    """A column that was not there."""
    moved = f"none -> {_name(now)}"
    return ColumnMove(column=name, kind=_name(now), psi=None, moved=moved, result="changed", cause="a new column")
