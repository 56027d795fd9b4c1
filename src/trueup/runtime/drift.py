"""What moved between two tables, without a project, a model or a label?"""

from __future__ import annotations

from dataclasses import asdict
from time import perf_counter
from typing import TYPE_CHECKING

import pyarrow as pa

from trueup.errors import BadData
from trueup.loop.monitor.profile import Edges, Profile
from trueup.loop.monitor.two_tables import ColumnMove, compare, gravest_first
from trueup.loop.policy import QuarantinePolicy
from trueup.profiling.rows import TableRows
from trueup.profiling.tally import BLOCK
from trueup.runtime.by_column import beside, reads_as
from trueup.runtime.wide import EXACT, is_wide

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from trueup.ports.tables import Rows
    from trueup.profiling.beside import Beside
    from trueup.profiling.brackets import Bracket


def drift(reference: Rows | pa.Table, current: Rows | pa.Table) -> dict[str, Any]:
    """Each column's move between two tables, the gravest first; ready for JSON.

    Only sampling noise is known here, since there are no past windows to learn from.
    """
    began = perf_counter()
    left, right = _rows(reference), _rows(current)
    before, after = left.schema, right.schema
    shared = [name for name in before.names if name in after.names]
    if not shared:
        what = f"have no column in common ({', '.join(before.names)}; {', '.join(after.names)})"
        raise BadData("the two tables", what, "compare files of one kind")
    gone = [name for name in before.names if name not in after.names]
    extra = [name for name in after.names if name not in before.names]
    pairs = {name: (before.field(name).type, after.field(name).type) for name in shared}
    retyped = [name for name in shared if _retyped(*pairs[name])]
    read = [name for name in shared if name not in retyped and any(map(reads_as, pairs[name]))]
    found = beside(read, left, right)
    moves = gravest_first(
        (
            *(_broken(name, before.field(name).type, "gone", "the column is missing") for name in gone),
            *(_broken(name, pairs[name][0], str(pairs[name][1]), "another type of values") for name in retyped),
            *(_new(name, after.field(name).type) for name in extra),
            *_compared(found, left.rows, right.rows),
        )
    )
    results = [one.result for one in moves]
    distances = {one.edges.name: one for one in found}
    return {
        "rows": [left.rows, right.rows],
        "columns": [{**asdict(one), **_distances(distances.get(one.column))} for one in moves],
        "changed": results.count("changed"),
        "broken": results.count("broken"),
        "insufficient": results.count("insufficient"),
        "only_reference": gone,
        "only_current": extra,
        "not_compared": [name for name in shared if name not in {*retyped, *read}],
        "wide": [one.edges.name for one in found if _is_wide(one, left, right)],
        "noise": "sampling only",
        "seconds": perf_counter() - began,
    }


def _rows(table: Rows | pa.Table) -> Rows:
    return TableRows(table) if isinstance(table, pa.Table) else table


def _compared(found: Sequence[Beside], before: int, after: int) -> tuple[ColumnMove, ...]:
    """The moves of columns that both tables have, with values of one kind."""
    edges = Edges(edges_id="", rows=before, columns=tuple(one.edges for one in found))
    left = Profile(edges_id="", rows=before, columns=tuple(one.before for one in found))
    right = Profile(edges_id="", rows=after, columns=tuple(one.after for one in found))
    infinite = {one.edges.name: one.infinite for one in found}
    still = {one.edges.name: one.one_value for one in found if one.one_value is not None}
    return compare(edges, left, right, QuarantinePolicy(), infinite, still)


def _is_wide(one: Beside, left: Rows, right: Rows) -> bool:
    """Whether either side has such numbers; what lies within the reference's range need not be read again."""
    name = one.edges.name
    if name not in left.schema.names or not one.edges.numbers:
        return False
    if max(-one.edges.low, one.edges.high) >= EXACT and is_wide(left.column(name, BLOCK)):
        return True
    return bool(one.after.out_of_range or not one.edges.known) and is_wide(right.column(name, BLOCK))


def _distances(one: Beside | None) -> dict[str, Any]:
    """How far the numbers of a column are apart: the least and the most that each distance can be."""
    if one is None:
        return {"ks": None, "wasserstein": None, "infinite": [0, 0]}
    told = {"ks": _told(one.gap), "wasserstein": _told(one.carried), "infinite": list(one.infinite)}
    return {**told, "kind": one.read_as} if one.read_as else told


def _told(distance: Bracket | None) -> list[float] | None:
    """Nine digits: what the order of the rows does not change."""
    return None if distance is None else [float(f"{side:.9g}") for side in (distance.low, distance.high)]


def _retyped(before: pa.DataType, after: pa.DataType) -> bool:
    """Whether a column's values are of another kind now; nothing but missing values is of no kind."""
    if pa.types.is_null(before) or pa.types.is_null(after):
        return False
    ways = reads_as(before), reads_as(after)
    return ways[0] != ways[1] if any(ways) else before != after


def _name(kind: pa.DataType) -> str:
    """A kind as we call it, else as the file does."""
    return reads_as(kind) or str(kind)


def _broken(name: str, before: pa.DataType, now: str, cause: str) -> ColumnMove:
    """A column that cannot be read as it was."""
    return ColumnMove(
        column=name, kind=_name(before), psi=None, moved=f"{_name(before)} -> {now}", result="broken", cause=cause
    )


def _new(name: str, now: pa.DataType) -> ColumnMove:
    """A column that was not there."""
    moved = f"none -> {_name(now)}"
    return ColumnMove(column=name, kind=_name(now), psi=None, moved=moved, result="changed", cause="a new column")
