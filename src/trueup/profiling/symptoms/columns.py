"""What is remembered of the reference's columns: numbers in order, levels with their shares; and how far rows are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa

from trueup.loop.monitor.profile import ColumnEdges
from trueup.profiling.codes import code
from trueup.stats.arrays import Floats, Integers

if TYPE_CHECKING:
    from collections.abc import Mapping

NONE: Final = -1  # code of a missing level


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Numbers:
    """A column of numbers, row by row; missing ones are NaN."""

    edges: ColumnEdges
    values: Floats

    @property
    def ordered(self) -> Floats:
        """The finite ones, in order."""
        return np.sort(self.values[np.isfinite(self.values)])

    def take(self, rows: Integers) -> Numbers:
        """Some rows."""
        return Numbers(edges=self.edges, values=self.values[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Levels:
    """A column of levels, row by row."""

    edges: ColumnEdges
    names: tuple[str, ...]  # as they may be written: under codes where the column is sensitive
    codes: Integers  # places in the names

    @property
    def counts(self) -> dict[str, int]:
        """Rows per level."""
        rows = np.bincount(self.codes[self.codes >= 0], minlength=len(self.names)).tolist()
        found: dict[str, int] = {}
        for name, count in zip(self.names, rows, strict=True):
            if count:
                found[name] = found.get(name, 0) + count
        return found

    def take(self, rows: Integers) -> Levels:
        """Some rows."""
        return Levels(edges=self.edges, names=self.names, codes=self.codes[rows])


Values = Numbers | Levels


def values(edges: ColumnEdges, column: pa.ChunkedArray[Any]) -> Values | None:
    """A column row by row; None for moments, which move on by themselves, and for what the reference never had."""
    if edges.kind == "datetime" or not edges.known:
        return None
    block = pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
    if edges.numbers:
        return Numbers(edges=edges, values=_floats(block.cast(pa.float64(), safe=False).fill_null(np.nan)))
    both = block.cast(pa.string()).dictionary_encode()
    names = [str(name) for name in both.dictionary.to_pylist()]
    written = tuple(map(code, names) if edges.coded else names)
    return Levels(edges=edges, names=written, codes=_integers(both.indices.cast(pa.int64()).fill_null(NONE)))


def gap(before: Floats, after: Floats) -> float:
    """Kolmogorov-Smirnov distance of two ordered samples.

    >>> gap(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 4.0, 5.0, 6.0]))
    0.5
    """
    if not (len(before) and len(after)):
        return 0.0
    both = np.concatenate((before, after))
    return float(np.max(np.abs(upto(before, both) - upto(after, both))))


def upto(ordered: Floats, at: Floats) -> Floats:
    """Share of an ordered sample at or below each place."""
    return np.searchsorted(ordered, at, side="right") / max(len(ordered), 1)


def shares(counts: Mapping[str, int]) -> dict[str, float]:
    """Each level's share of the rows that have one."""
    total = max(sum(counts.values()), 1)
    return {name: rows / total for name, rows in counts.items()}


def levels_gap(before: Mapping[str, float], after: Mapping[str, float]) -> float:
    """Total variation of two mixes of levels: the share of rows that would have to change.

    >>> levels_gap({"a": 0.5, "b": 0.5}, {"a": 0.7, "b": 0.3})
    0.2
    """
    names = {*before, *after}
    return round(sum(abs(before.get(name, 0.0) - after.get(name, 0.0)) for name in names) / 2, 12)


def _floats(array: pa.Array[Any]) -> Floats:
    return np.asarray(_buffer(array, np.dtype(np.float64)))


def _integers(array: pa.Array[Any]) -> Integers:
    return np.asarray(_buffer(array, np.dtype(np.int64)))


def _buffer(array: pa.Array[Any], kind: np.dtype[Any]) -> Any:  # noqa: ANN401 - floats or integers, as asked for
    """The memory of an array without nulls; pyarrow's own way to numpy would import pandas."""
    memory = array.buffers()[1]
    if memory is None or not len(array):
        return np.empty(0, kind)
    return np.frombuffer(memoryview(memory), kind)[array.offset : array.offset + len(array)]
