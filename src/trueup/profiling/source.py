"""Which column of a table is meant?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

from trueup.errors import BadData

if TYPE_CHECKING:
    from trueup.profiling.arrays import Block, Values
    from trueup.stats.arrays import Floats

SCORE: Final = "score"


def column_of(table: pa.Table, name: str, score: Floats | None) -> Values:
    """A column of the table; `score`, where it is none of them, stands for the model's answers."""
    if name in table.column_names:
        return table.column(name)
    if name != SCORE or score is None:
        has = ", ".join(table.column_names)
        raise BadData(f"column {name!r}", "is not in the table", f"add it; the table has {has}")
    if len(score) != table.num_rows:
        raise BadData(f"column {name!r}", f"has {len(score)} values for {table.num_rows} rows", "give one a row")
    return pa.chunked_array([score_array(score)])


def score_array(score: Floats) -> Block:
    """The memory of an array as an Arrow column; pyarrow's own way from numpy would import pandas."""
    return pa.Array.from_buffers(pa.float64(), len(score), [None, pa.py_buffer(score.astype("<f8").tobytes())])
