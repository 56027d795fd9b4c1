"""How many rows of a table fall into each bin? One pass, block by block."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.profile import ColumnProfile, Profile
from trueup.profiling import known
from trueup.profiling.arrays import blocks, levels_of, numbers
from trueup.profiling.source import column_of

if TYPE_CHECKING:
    import pyarrow as pa

    from trueup.loop.monitor.profile import ColumnEdges, Edges
    from trueup.profiling.arrays import Block, Values
    from trueup.stats.arrays import Floats, Integers

STEPS: Final = np.exp2(np.arange(-63, 128) / 2)  # where the second half octave begins, and so on; the first is open
FAR: Final = float(1 << 40)  # steps of the fixed-point sum at which a value is cut


def profile(table: pa.Table, edges: Edges, *, score: Floats | None = None) -> Profile:
    """The counts of a table on these edges; those of its batches, added up, are the same."""
    columns = tuple(_column(one, column_of(table, one.name, score)) for one in edges.columns)
    return Profile(edges_id=edges.edges_id, rows=table.num_rows, columns=columns)


def _column(edges: ColumnEdges, values: Values) -> ColumnProfile:
    counted = [_numbers(edges, block) if edges.numbers else _levels(edges, block) for block in blocks(values)]
    empty = ColumnProfile(name=edges.name, counts=(0,) * edges.bins, missing=0, unseen=0, out_of_range=0, total=0)
    return sum(counted, start=empty)


def _numbers(edges: ColumnEdges, block: Block) -> ColumnProfile:
    """Sort the block, then look the edges up in it: far fewer look-ups than the other way round."""
    ordered = np.sort(numbers(edges.name, edges.kind, block))
    cuts = np.searchsorted(ordered, np.array(edges.interior, float), side="right")
    low, high = edges.reach
    inside = np.searchsorted(ordered, high, side="right") - np.searchsorted(ordered, low, side="left")
    finite = ordered[np.isfinite(ordered)]
    steps = np.rint(np.clip((finite - edges.mean) / edges.unit, -FAR, FAR)).astype(np.int64)
    return ColumnProfile(
        name=edges.name,
        counts=tuple(np.diff(cuts, prepend=0, append=len(ordered)).tolist()),
        missing=len(block) - len(ordered),
        unseen=0,
        out_of_range=len(ordered) - int(inside) if edges.known else 0,
        total=len(block),
        sum=int(steps.sum()),
        magnitudes=_magnitudes(ordered),
    )


def _magnitudes(ordered: Floats) -> tuple[tuple[int, int], ...]:
    """Rows per half octave of the absolute value, signed: what a change of unit moves as a whole."""
    first, last = np.searchsorted(ordered, 0.0, side="left"), np.searchsorted(ordered, 0.0, side="right")
    below, above = _per_step(-ordered[:first][::-1]), _per_step(ordered[last:])
    rows = np.concatenate((below[::-1], [last - first], above))
    used = np.flatnonzero(rows)
    return tuple(zip((used - len(below)).tolist(), rows[used].tolist(), strict=True))


def _per_step(ordered: Floats) -> Integers:
    return np.diff(np.searchsorted(ordered, STEPS, side="left"), prepend=0, append=len(ordered))


def _levels(edges: ColumnEdges, block: Block) -> ColumnProfile:
    place = {level: number for number, level in enumerate(edges.levels)}
    others = bytes.fromhex(edges.others)
    counts, unseen = [0] * edges.bins, 0
    rows = levels_of(block, coded=edges.coded)
    for level, count in rows.items():
        if level in place:
            counts[place[level]] += count
        elif edges.open_ended or known.knows(others, level):
            counts[-1] += count
        else:
            unseen += count
    return ColumnProfile(
        name=edges.name,
        counts=tuple(counts),
        missing=len(block) - sum(rows.values()),
        unseen=unseen if edges.known else 0,
        out_of_range=0,
        total=len(block),
    )
