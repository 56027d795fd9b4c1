"""What of a vector can be counted? Its length, and its shadow on a few directions that are the same in every run.

A move of a cloud of embeddings shows on random directions, most of the time on several.
Source: projections as in Johnson and Lindenstrauss 1984; directions are drawn from a normal distribution and scaled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa

from trueup.profiling.plain import WIDTHS, memory_of, present

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.profiling.arrays import Block
    from trueup.stats.arrays import Floats

DIRECTIONS: Final = 4
SEED: Final = 20_260
CELLS: Final = 1 << 20  # numbers of vectors that are read at once


def names_of(column: str) -> tuple[str, ...]:
    """What the numbers of a vector are called."""
    return (f"{column} · norm", *(f"{column} · projection {number}" for number in range(1, DIRECTIONS + 1)))


def width_of(kind: pa.DataType) -> int:
    """How many numbers a vector of fixed size has; 0: it is none."""
    if not pa.types.is_fixed_size_list(kind):
        return 0
    return kind.list_size if pa.types.is_floating(kind.value_type) else 0


def directions(width: int) -> Floats:
    """Unit vectors, one a column, the same for the same width."""
    drawn = np.random.default_rng([SEED, width]).normal(size=(width, DIRECTIONS))
    return np.asarray(drawn / np.linalg.norm(drawn, axis=0), np.float64)


def vector_numbers(blocks: Iterable[Block]) -> Iterator[tuple[tuple[Floats, int], ...]]:
    """Each block's norms and projections; a vector with a missing or infinite number is missing."""
    shadows: Floats | None = None
    for block in blocks:
        if pa.types.is_null(block.type):
            yield tuple((np.empty(0), len(block)) for _ in range(1 + DIRECTIONS))
            continue
        rows = _matrix(block)
        if shadows is None:
            shadows = directions(rows.shape[1])
        with np.errstate(over="ignore", invalid="ignore"):
            found = np.column_stack((np.sqrt(np.einsum("ij,ij->i", rows, rows)), rows @ shadows))
        there = found[np.isfinite(found).all(axis=1)]
        yield tuple((np.ascontiguousarray(one), len(block) - len(there)) for one in there.T)


def _matrix(block: Block) -> Floats:
    """A row a vector; NaN where a number, or the whole vector, is missing."""
    vectors = cast("pa.FixedSizeListArray[Any, Any]", block)
    width = vectors.type.list_size
    inner = vectors.values.slice(vectors.offset * width, len(vectors) * width)
    flat = memory_of(inner, WIDTHS[inner.type]).astype(np.float64)
    if (known := present(inner)) is not None:
        flat[~known] = np.nan
    rows = flat.reshape(len(vectors), width)
    if (known := present(vectors)) is not None:
        rows[~known] = np.nan
    return rows
