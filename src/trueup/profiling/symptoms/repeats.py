"""How many rows repeat another one, value by value?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.profiling.symptoms.columns import Numbers

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from trueup.profiling.symptoms.columns import Values

ODD: Final = np.uint64(0x9E3779B97F4A7C15)
MIX: Final = np.uint64(0xBF58476D1CE4E5B9)
STEP: Final = np.uint64(31)


def repeated(columns: Iterable[Values], rows: int) -> float:
    """Share of rows that are equal to an earlier one.

    Rows are told apart by 64 bits each, mixed as in Steele, Lea and Flood 2014 (SplitMix).
    """
    sums: NDArray[np.uint64] = np.zeros(rows, np.uint64)
    for one in columns:
        bits = one.values.view(np.uint64) if isinstance(one, Numbers) else one.codes.view(np.uint64)
        sums = (sums + bits) * ODD
        sums = (sums ^ (sums >> STEP)) * MIX
    return (rows - len(np.unique(sums))) / rows if rows else 0.0
