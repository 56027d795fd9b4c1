"""How are rows counted finely? One pass, block by block; what must not be told is left out before anybody sees it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from trueup.profiling.arrays import blocks, levels_of, numbers
from trueup.profiling.fine import FineLevels, FineNumbers, FineProfile, steps
from trueup.profiling.grid import grid
from trueup.profiling.source import column_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from trueup.loop.monitor.profile import ColumnEdges, Edges
    from trueup.profiling.arrays import Block, Values
    from trueup.profiling.fine import FineColumn
    from trueup.stats.arrays import Floats


def fine_reference(table: pa.Table, edges: Edges) -> FineProfile:
    """The fine profile of the rows that others are counted beside, on a grid of their own."""
    columns = tuple(_empty(column, column_of(table, column.name, None)) for column in edges.columns)
    empty = FineProfile(edges_id=edges.edges_id, reference="", rows=0, columns=columns)
    return _told(_counted(table, empty), empty)


def fine_profile(table: pa.Table, reference: FineProfile, name: str) -> FineProfile:
    """The fine profile of a table beside a reference of this content hash."""
    empty = replace(reference, reference=name, rows=0, columns=tuple(_without_rows(one) for one in reference.columns))
    return _told(_counted(table, empty), reference)


def _counted(table: pa.Table, empty: FineProfile) -> FineProfile:
    whole = table.select([column.name for column in empty.columns])
    parts = zip(*(blocks(column) for column in whole.columns), strict=True)
    return sum((_part(part, empty) for part in parts), start=empty)


def _part(part: Sequence[Block], empty: FineProfile) -> FineProfile:
    columns = tuple(_column(one, block) for one, block in zip(empty.columns, part, strict=True))
    return replace(empty, rows=len(part[0]), columns=columns)


def _column(empty: FineColumn, block: Block) -> FineColumn:
    return _numbers(empty, block) if isinstance(empty, FineNumbers) else _levels(empty, block)


def _numbers(empty: FineNumbers, block: Block) -> FineNumbers:
    """Sort the block, then look the edges up in it; sums of whole steps, so that their order does not matter."""
    ordered = _finite(np.sort(numbers(empty.name, empty.kind, block)))
    cuts = np.concatenate(([0], np.searchsorted(ordered, empty.edges, side="right"), [len(ordered)]))
    running = np.concatenate(([0], np.cumsum(steps(ordered, empty.middle, empty.unit))))
    return replace(empty, counts=np.diff(cuts), sums=np.diff(running[cuts]), missing=len(block) - len(ordered))


def _levels(empty: FineLevels, block: Block) -> FineLevels:
    counts = levels_of(block, coded=empty.coded)
    return replace(empty, counts=counts, missing=len(block) - sum(counts.values()))


def _told(exact: FineProfile, reference: FineProfile) -> FineProfile:
    """What may be told of exact counts."""
    pairs = zip(exact.columns, reference.columns, strict=True)
    return replace(exact, columns=tuple(_told_column(one, beside) for one, beside in pairs))


def _told_column(one: FineColumn, beside: FineColumn) -> FineColumn:
    if isinstance(one, FineNumbers) and isinstance(beside, FineNumbers):
        return one.beside(beside.centres)
    if isinstance(one, FineLevels) and isinstance(beside, FineLevels):
        return one.naming(beside.counts)
    return one


def _empty(edges: ColumnEdges, values: Values) -> FineColumn:
    """A column without rows: its grid, or its levels."""
    if not edges.numbers:
        return FineLevels(name=edges.name, kind=edges.kind, coded=edges.coded, counts={}, other=0, missing=0)
    parts = [_finite(numbers(edges.name, edges.kind, block)) for block in blocks(values)]
    cuts = grid(np.sort(np.concatenate([np.empty(0), *parts])), width=edges.unit * 2**20)
    nothing = np.zeros(len(cuts) + 1, np.int64)
    return FineNumbers(
        name=edges.name,
        kind=edges.kind,
        middle=edges.mean,
        unit=edges.unit,
        edges=cuts,
        counts=nothing,
        sums=nothing,
        missing=0,
    )


def _without_rows(column: FineColumn) -> FineColumn:
    if isinstance(column, FineLevels):
        return replace(column, counts={}, other=0, missing=0)
    nothing = np.zeros_like(column.counts)
    return replace(column, counts=nothing, sums=nothing, missing=0)


def _finite(values: Floats) -> Floats:
    return values[np.isfinite(values)]
