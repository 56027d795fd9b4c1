"""How many rows has each level? Counted by the codes that the file itself keeps, names are looked at once a block."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa

from trueup.loop.monitor.profile import ColumnProfile
from trueup.profiling.edges import level_edges
from trueup.profiling.plain import memory_of, present

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from trueup.loop.monitor.profile import ColumnEdges
    from trueup.loop.schema import Column
    from trueup.profiling.arrays import Block
    from trueup.stats.arrays import Integers

MOST: Final = 100_000  # levels of a reference that are counted one by one; the rarest of more are let go
MANY: Final = 4_000  # names of a block from which on Arrow looks them up
UNSEEN: Final = -1


class Levels:
    """The levels of a reference and their rows; of more than `most` at least the frequent ones.

    A level that has more than its share of 2 in `most` rows is never let go, and no count is too high.
    Source: Misra and Gries 1982.
    """

    def __init__(self, column: Column, most: int = MOST) -> None:
        """Begin with none."""
        self._column = column
        self._most = most
        self._counts: dict[str, int] = {}
        self._total = 0
        self._let_go = False

    def add(self, block: Block) -> None:
        """Count a block."""
        names, rows = level_rows(block)
        counts = self._counts
        if len(names) > MANY:
            used = np.flatnonzero(rows)
            names, rows = names.take(pa.array(used.tolist(), pa.int64())), rows[used]
        for name, count in zip(names.to_pylist(), rows.tolist(), strict=True):
            if count and name is not None:
                counts[name] = counts.get(name, 0) + count
                self._total += count
        if len(counts) > 2 * self._most:
            self._prune()

    def edges(self) -> ColumnEdges:
        """How the column is counted."""
        edges = level_edges(self._column, self._counts, self._total)
        return replace(edges, others="", open_ended=True) if self._let_go else edges

    def places(self, edges: ColumnEdges) -> dict[str, int]:
        """In which bin each known level is counted; the last one is for those without a name."""
        if edges.kind == "boolean" or edges.open_ended:
            return {level: place for place, level in enumerate(edges.levels)}
        other = len(edges.levels)
        named = {level: place for place, level in enumerate(edges.levels)}
        return {level: named.get(level, other) for level in self._counts}

    def _prune(self) -> None:
        """Let the rarest go: all counts are lowered by that of the first one that has no place."""
        self._let_go = True
        rows = np.fromiter(self._counts.values(), np.int64, len(self._counts))
        cut = int(np.partition(rows, -self._most - 1)[-self._most - 1])
        self._counts = {name: count - cut for name, count in self._counts.items() if count > cut}


def counted(edges: ColumnEdges, places: Mapping[str, int], blocks: Iterable[Block]) -> ColumnProfile:
    """The profile of some rows; a level that is in no place is unseen, or `other` where no column could know all."""
    bins = np.zeros(edges.bins, np.int64)
    unseen = missing = total = 0
    for block in blocks:
        names, rows = level_rows(block)
        where = _looked_up(names, places)
        known, strange = where >= 0, where == UNSEEN
        bins += np.bincount(where[known], rows[known], edges.bins).astype(np.int64)
        unseen += int(rows[strange].sum())
        total += len(block)
        missing += len(block) - int(rows[known].sum()) - int(rows[strange].sum())
    if edges.open_ended or not edges.known:
        bins[-1] += unseen
        unseen = 0
    return ColumnProfile(
        name=edges.name,
        counts=tuple(bins.tolist()),
        missing=missing,
        unseen=unseen,
        out_of_range=0,
        total=total,
    )


def level_rows(block: Block) -> tuple[pa.Array[Any], Integers]:
    """The levels of a block, each once or more, and how many rows have each; rows without one are left out."""
    if pa.types.is_dictionary(block.type) and pa.types.is_boolean(block.type.value_type):
        block = cast("pa.DictionaryArray[Any, Any]", block).dictionary_decode()
    there = present(block)
    if pa.types.is_boolean(block.type):
        memory = block.buffers()[1]
        bits = np.unpackbits(np.frombuffer(memoryview(memory), np.uint8), bitorder="little") if memory else np.empty(0)
        bits = bits[block.offset : block.offset + len(block)]
        bits = bits if there is None else bits[there]
        yes = int(bits.sum())
        return pa.array(["false", "true"]), np.array([len(bits) - yes, yes], np.int64)
    if not pa.types.is_dictionary(block.type):
        texts = block if pa.types.is_string(block.type) else block.cast(pa.large_string())
        block = texts.dictionary_encode()
    codes = cast("pa.DictionaryArray[Any, Any]", block)
    indices = codes.indices
    used = memory_of(indices, f"i{indices.type.bit_width // 8}")
    if (there := present(indices)) is not None:
        used = used[there]
    return codes.dictionary, np.bincount(used, minlength=len(codes.dictionary)).astype(np.int64, copy=False)


def _looked_up(names: pa.Array[Any], places: Mapping[str, int]) -> Integers:
    """The place of each name; a name without one is unseen, and no name at all is further below."""
    if len(names) <= MANY:
        found: Iterator[int] = (UNSEEN - 1 if name is None else places.get(name, UNSEEN) for name in names.to_pylist())
        return np.fromiter(found, np.int64, len(names))
    import pyarrow.compute as pc  # slow to load, and only long lists of names need it

    index = pc.index_in(names, value_set=pa.array(list(places), names.type)).fill_null(len(places))
    where: Integers = np.array([*places.values(), UNSEEN], np.int64)[memory_of(index, "i4")]
    if (there := present(names)) is not None:
        where[~there] = UNSEEN - 1
    return where
