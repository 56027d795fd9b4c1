"""How far up its column does a value stand? As a normal score, so that columns of any unit and shape can be compared.

Numbers: the score is a step function of the reference's ranks; equal values get the mean of their scores, missing ones
0, values beyond the reference more than any row of it, and no score is further out than 3. A step holds at least 20
rows, so none tells a value of its own.
Levels are ranked by how rare they are: the most frequent one lowest, one that was never seen beyond all.

A value is looked up by the sign, the exponent and six more bits of its distance from the column's middle: cells that
are 1 to 1.6 % of that distance wide, and one memory access a value.
Source: van der Waerden 1952 (normal scores); research/decision-quality.md, section 3.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from trueup.errors import BadData
from trueup.profiling import known
from trueup.profiling.codes import code
from trueup.profiling.fine import LEAST_ROWS
from trueup.stats.arrays import Floats, Integers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.monitor.profile import ColumnEdges
    from trueup.profiling.arrays import Block

Small = NDArray[np.float32]
Number = TypeVar("Number", np.float64, np.int64)

FURTHEST: Final = 3.0  # a score is not further out, so that one column alone seldom makes a row far
MOST_STEPS: Final = 1000
SHIFT: Final = 17  # bits of a float32 that are not looked at
CELLS: Final = 1 << (32 - SHIFT)
HALF: Final = CELLS // 2
OCTAVE: Final = 1 << (23 - SHIFT)  # cells of one exponent
INFINITE: Final = 255 * OCTAVE  # cell of infinity; those above it are not numbers
NORMAL: Final = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NumberScores:
    """How a column of numbers is scored."""

    name: str
    centre: float  # what distances are measured from
    steps: (
        Integers  # place at which each step begins, ascending, the first is 0; places are cells in the order of values
    )
    scores: Floats  # one a step

    def table(self) -> Small:
        """The score of every cell."""
        ordered = np.repeat(self.scores.astype(np.float32), np.diff(self.steps, append=CELLS))
        sides = ordered[HALF:], ordered[:HALF][::-1]
        for side in sides:
            side[INFINITE + 1 :] = 0.0
        return np.concatenate(sides)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LevelScores:
    """How a column of levels is scored."""

    name: str
    scores: Floats  # one a bin of the column's edges, then one for levels that were never seen


ColumnScores = NumberScores | LevelScores


def number_scores(name: str, values: Floats) -> NumberScores:
    """The scores that a column's values get by their own ranks; missing ones are NaN."""
    present = values[~np.isnan(values)]
    finite = present[np.isfinite(present)]
    centre = float(f"{np.partition(finite, len(finite) // 2)[len(finite) // 2]:.12g}") if len(finite) else 0.0
    cells = _cells(present, centre).astype(np.int64)
    places = np.where(cells < HALF, HALF + cells, CELLS - 1 - cells)
    rows = np.bincount(places, minlength=CELLS)
    first, last, counts = _groups(rows, max(LEAST_ROWS, len(present) // MOST_STEPS))
    low, high = first[0] // OCTAVE * OCTAVE, (last[-1] // OCTAVE + 1) * OCTAVE
    between = last[:-1] + (first[1:] - last[:-1] + 1) // 2
    beyond = _beyond(len(present))
    steps = np.concatenate(([0], [low], between, [high]))
    scores = np.concatenate(([-beyond], _mean_scores(counts), [beyond]))
    return NumberScores(name=name, centre=centre, steps=steps.astype(np.int64), scores=_rounded(scores))


def level_scores(edges: ColumnEdges, bins: Integers) -> LevelScores:
    """The scores of a column's levels, from the reference's rows per bin: rare ones high, never-seen ones highest."""
    order = np.argsort(-bins, kind="stable")
    scores = np.zeros(len(bins) + 1)
    used = order[bins[order] > 0]
    if len(used):
        scores[:-1] = _beyond(int(bins.sum()))
        scores[used] = _mean_scores(bins[used])
        scores[-1] = _beyond(int(bins.sum()))
    return LevelScores(name=edges.name, scores=_rounded(scores))


def aligned(name: str, block: Block) -> Floats:
    """The numbers of a block, one a row; missing ones are NaN."""
    try:
        values = block.cast(pa.float64(), safe=False)
    except pa.ArrowInvalid as problem:
        what = f"holds values that are no number ({problem})"
        raise BadData(f"column {name!r}", what, "correct them or change the column's kind") from problem
    return _memory(cast("Block", pc.fill_null(values, pa.scalar(np.nan))), np.float64)


def bins_of(edges: ColumnEdges, block: Block) -> Integers:
    """Which bin of its edges each row's level is in: one past the last for a level never seen, -1 for a missing one."""
    if pa.types.is_boolean(block.type):
        return _memory(cast("Block", pc.fill_null(block.cast(pa.int64()), pa.scalar(-1))), np.int64)
    place = {level: number for number, level in enumerate(edges.levels)}
    if not pa.types.is_dictionary(block.type):
        block = block.cast(pa.string()).dictionary_encode()
    codes = cast("pa.DictionaryArray[Any, Any]", block)
    others, name = bytes.fromhex(edges.others), code if edges.coded else str
    levels = [_bin(name(str(level)), edges, place, others) for level in codes.dictionary.to_pylist()]
    indices = cast("Block", pc.fill_null(codes.indices.cast(pa.int64()), pa.scalar(len(levels))))
    return np.array([*levels, -1], np.int64)[_memory(indices, np.int64)]


class Scorer:
    """Scores blocks of rows; the tables are made once."""

    def __init__(self, columns: tuple[ColumnScores, ...], edges: Mapping[str, ColumnEdges]) -> None:
        """Take the columns' scores and the edges that their levels are counted on."""
        self.columns = columns
        self._edges = edges
        self._tables = [one.table() if isinstance(one, NumberScores) else _with_missing(one) for one in columns]

    def scores(self, blocks: tuple[Block, ...]) -> Small:
        """The scores of some rows: one line a column."""
        found = np.empty((len(self.columns), len(blocks[0]) if blocks else 0), np.float32)
        for line, (column, table, block) in enumerate(zip(self.columns, self._tables, blocks, strict=True)):
            if isinstance(column, NumberScores):
                np.take(table, _cells(aligned(column.name, block), column.centre), out=found[line], mode="clip")
            else:
                np.take(table, bins_of(self._edges[column.name], block), out=found[line], mode="wrap")
        return found


def _with_missing(column: LevelScores) -> Small:
    """The scores with that of a missing value at the end, where -1 leads to."""
    return np.append(column.scores, 0.0).astype(np.float32)


def _bin(level: str, edges: ColumnEdges, place: Mapping[str, int], others: bytes) -> int:
    if level in place:
        return place[level]
    return edges.bins - 1 if edges.open_ended or known.knows(others, level) else edges.bins


def _cells(values: Floats, centre: float) -> NDArray[np.uint32]:
    with np.errstate(over="ignore", invalid="ignore"):
        cells: NDArray[np.uint32] = (values - centre).astype(np.float32).view(np.uint32) >> np.uint32(SHIFT)
    return cells


def _memory(block: Block, kind: type[Number]) -> NDArray[Number]:
    """The memory of an array without nulls."""
    memory = block.buffers()[1]
    if memory is None or not len(block):
        return np.empty(0, kind)
    return np.frombuffer(memoryview(memory), kind)[block.offset : block.offset + len(block)]


def _groups(rows: Integers, least: int) -> tuple[Integers, Integers, Integers]:
    """First and last place and the rows of neighbouring places that hold at least so many rows together."""
    used = np.flatnonzero(rows)
    if not len(used):
        return np.array([HALF]), np.array([HALF]), np.array([1])
    ends: list[int] = []
    pending = 0
    for place, count in enumerate(rows[used].tolist()):
        pending += count
        if pending >= least:
            ends.append(place)
            pending = 0
    if pending and ends:
        ends.pop()
    if not ends or ends[-1] != len(used) - 1:
        ends.append(len(used) - 1)
    starts = np.array([0, *(end + 1 for end in ends[:-1])])
    return used[starts], used[np.array(ends)], np.add.reduceat(rows[used], starts)


def _mean_scores(counts: Integers) -> Floats:
    """The mean of a standard normal between a group's ranks: what its rows have in common."""
    total = float(counts.sum())
    bounds = [NORMAL.inv_cdf(one / total) for one in np.cumsum(counts)[:-1].tolist()]
    density = np.array([0.0, *(NORMAL.pdf(one) for one in bounds), 0.0])
    return -np.diff(density) * total / counts


def _beyond(rows: int) -> float:
    """The score of what lies beyond the reference: the outer half of its outermost row."""
    part = 0.5 / max(rows, 1)
    return float(NORMAL.pdf(NORMAL.inv_cdf(part)) / part)


def _rounded(scores: Floats) -> Floats:
    return np.asarray(np.round(np.clip(scores, -FURTHEST, FURTHEST), 4), np.float64)
