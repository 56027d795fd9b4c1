"""Which rows of a window belong to a slice, and what is the slice called?"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.profiling.codes import code

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from trueup.loop.policy import Slice
    from trueup.stats.arrays import Flags

LEAST_ROWS: Final = 20  # labelled; a thinner slice is not looked at, and its level never named
MOST_LEVELS: Final = 20  # of a column, the most frequent ones


def slices_of(table: pa.Table, slices: Sequence[Slice], sensitive: Collection[str]) -> Iterator[tuple[str, Flags]]:
    """The name of each slice with enough labelled rows, and which rows of the table are in it."""
    labelled = np.asarray(table.column("_label").is_valid())
    for one in slices:
        column = table.column(one.column)
        parts = (
            _stretches(one, column) if one.edges else _levels(one, column, labelled, sensitive=one.column in sensitive)
        )
        yield from ((name, rows) for name, rows in parts if int((rows & labelled).sum()) >= LEAST_ROWS)


def stretch_names(one: Slice) -> tuple[str, ...]:
    """What the stretches between edges are called.

    >>> from trueup.loop.policy import Slice
    >>> stretch_names(Slice(column="age", edges=(30, 50)))
    ('age < 30', '30 <= age < 50', 'age >= 50')
    """
    name, edges = one.column, [f"{edge:g}" for edge in one.edges]
    inner = (f"{low} <= {name} < {high}" for low, high in pairwise(edges))
    return f"{name} < {edges[0]}", *inner, f"{name} >= {edges[-1]}"


def level_name(column: str, level: str, *, sensitive: bool) -> str:
    """What the slice of a level is called; of a sensitive column under its code.

    >>> level_name("region", "north", sensitive=False)
    'region = north'
    """
    return f"{column} = {code(level) if sensitive else level}"


def _stretches(one: Slice, column: pa.ChunkedArray[Any]) -> Iterator[tuple[str, Flags]]:
    values = np.asarray(column.to_numpy(), dtype=np.float64)
    places = np.where(np.isnan(values), -1, np.searchsorted(one.edges, values, "right"))
    yield from ((name, places == place) for place, name in enumerate(stretch_names(one)))


def _levels(one: Slice, column: pa.ChunkedArray[Any], labelled: Flags, *, sensitive: bool) -> list[tuple[str, Flags]]:
    """The most frequent levels, by name where they are equally so."""
    texts = column.cast(pa.string()) if not pa.types.is_string(column.type) else column
    coded = cast("pa.DictionaryArray[Any, Any]", pc.dictionary_encode(texts.combine_chunks()))
    codes = np.asarray(coded.indices.fill_null(-1))
    levels = [str(level) for level in coded.dictionary.to_pylist()]
    counts = np.bincount(codes[labelled & (codes >= 0)], minlength=len(levels))
    order = sorted(range(len(levels)), key=lambda place: (-int(counts[place]), levels[place]))[:MOST_LEVELS]
    return [(level_name(one.column, levels[place], sensitive=sensitive), codes == place) for place in sorted(order)]
