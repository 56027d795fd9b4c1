"""From Arrow columns to plain arrays, without copies where there are none to be made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

import numpy as np
import pyarrow as pa

from trueup.errors import BadData
from trueup.profiling.codes import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from trueup.loop.schema import Kind
    from trueup.stats.arrays import Floats, Integers

    Values = pa.ChunkedArray[Any]
    Block = pa.Array[Any]

Number = TypeVar("Number", np.float64, np.int64)

BLOCK: Final = 65_536  # rows sorted at once: they stay in the processor's cache


def blocks(column: Values) -> Iterator[Block]:
    """A column's rows in pieces of at most one block."""
    for start in range(0, len(column), BLOCK):
        chunks = column.slice(start, BLOCK).chunks
        yield chunks[0] if len(chunks) == 1 else pa.concat_arrays(chunks)


def numbers(name: str, kind: Kind, block: Block) -> Floats:
    """The values of a number or a moment (seconds since the epoch); missing ones, NaN counted as such, are left out."""
    try:
        if kind == "datetime":
            moments = block.cast(pa.timestamp("us")).drop_null().cast(pa.int64())
            return _buffer(moments, np.int64).astype(np.float64) / 1e6
        # safe=False: integers beyond 2**53 lose their last digits, as in every model
        values = _buffer(block.cast(pa.float64(), safe=False).drop_null(), np.float64)
    except pa.ArrowInvalid as problem:
        what, mend = f"holds values that are no {kind} ({problem})", "correct them or change the column's kind"
        raise BadData(f"column {name!r}", what, mend) from problem
    missing = np.isnan(values)
    return values[~missing] if missing.any() else values


def levels_of(block: Block, *, coded: bool) -> dict[str, int]:
    """How many rows each level of a block has, under its name or its code; missing ones are left out."""
    levels, rows = _categories(block)
    found: dict[str, int] = {}
    for level, count in zip(map(code, levels) if coded else levels, rows.tolist(), strict=True):
        if count:
            found[level] = found.get(level, 0) + count
    return found


def _categories(block: Block) -> tuple[list[str], Integers]:
    """The levels of a block and how many rows each has; missing ones are left out."""
    if pa.types.is_boolean(block.type):
        import pyarrow.compute as pc  # slow to load, and `drift` needs it for little

        yes = int(pc.sum(block).as_py() or 0)
        return ["false", "true"], np.array([len(block) - block.null_count - yes, yes], np.int64)
    if not pa.types.is_dictionary(block.type):
        block = block.cast(pa.string()).dictionary_encode()
    codes = cast("pa.DictionaryArray[Any, Any]", block)
    indices = _buffer(codes.indices.drop_null().cast(pa.int64()), np.int64)
    levels = [str(level) for level in codes.dictionary.to_pylist()]
    return levels, np.bincount(indices, minlength=len(levels)).astype(np.int64)


def _buffer(array: Block, kind: type[Number]) -> NDArray[Number]:
    """The memory of an array without nulls; pyarrow's own way to numpy would import pandas, which takes a second."""
    memory = array.buffers()[1]
    if memory is None or not len(array):
        return np.empty(0, kind)
    return np.frombuffer(memoryview(memory), kind)[array.offset : array.offset + len(array)]
