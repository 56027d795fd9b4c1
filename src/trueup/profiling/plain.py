"""From an Arrow block of any kind of number to plain floats, without pyarrow.compute, which takes a while to load."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from trueup.profiling.arrays import Block
    from trueup.stats.arrays import Flags, Floats

WIDTHS: Final[Mapping[pa.DataType, str]] = {
    pa.float64(): "f8",
    pa.float32(): "f4",
    pa.float16(): "f2",
    pa.int64(): "i8",
    pa.int32(): "i4",
    pa.int16(): "i2",
    pa.int8(): "i1",
    pa.uint64(): "u8",
    pa.uint32(): "u4",
    pa.uint16(): "u2",
    pa.uint8(): "u1",
    pa.date32(): "i4",
    pa.date64(): "i8",
}
A_SECOND: Final[Mapping[str, float]] = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def plain(block: Block) -> tuple[Floats, int]:
    """The values of numbers or moments (seconds since the epoch) that are there, NaN among them, and how many are not.

    Integers wider than 53 bits lose their last digits, as in every model. The floats may be Arrow's own memory: read
    only.
    """
    if pa.types.is_dictionary(block.type):
        block = cast("pa.DictionaryArray[Any, Any]", block).dictionary_decode()
    if pa.types.is_null(block.type):
        return np.empty(0), len(block)
    if pa.types.is_decimal(block.type):
        block = block.cast(pa.float64(), safe=False)
    read = _there(block)
    if pa.types.is_timestamp(block.type):
        read /= A_SECOND[block.type.unit]
    elif pa.types.is_date(block.type):
        read *= 86_400.0 if pa.types.is_date32(block.type) else 1e-3
    return read, len(block) - len(read)


def present(block: Block) -> Flags | None:
    """Which rows have a value; None: all."""
    memory = block.buffers()[0]
    if memory is None or not block.null_count:
        return None
    first = block.offset // 8
    upto = -(-(block.offset + len(block)) // 8)
    bits = np.unpackbits(np.frombuffer(memoryview(memory), np.uint8)[first:upto], bitorder="little")
    start = block.offset - 8 * first
    return bits[start : start + len(block)].view(np.bool_)


def memory_of(block: Block, kind: str) -> NDArray[Any]:
    """An array's memory as it is; what stands where a value is missing means nothing."""
    memory = block.buffers()[1]
    if memory is None or not len(block):
        return np.empty(0, kind)
    return np.frombuffer(memoryview(memory), kind)[block.offset : block.offset + len(block)]


def _there(block: Block) -> Floats:
    kind = "i8" if pa.types.is_timestamp(block.type) else WIDTHS[block.type]
    values, rows = memory_of(block, kind), present(block)
    return (values if rows is None else values[rows]).astype(np.float64, copy=False)
