"""How sure is a number that is no plain mean? Leave out one group of rows after the other."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats, Integers

GROUPS: Final = 50  # enough for a standard error that is itself off by a tenth

_STEP: Final = np.uint64(0x9E3779B97F4A7C15)
_MIXERS: Final = ((np.uint64(30), np.uint64(0xBF58476D1CE4E5B9)), (np.uint64(27), np.uint64(0x94D049BB133111EB)))


def groups(rows: int, seed: int) -> list[Integers]:
    """The row numbers of up to 50 groups of equal size, mixed by a seed; the same seed gives the same groups.

    Source: splitmix64 (Steele, Lea and Flood 2014) as the mixing function.

    >>> sorted(int(row) for group in groups(5, seed=1) for row in group)
    [0, 1, 2, 3, 4]
    """
    mixed = (np.arange(rows, dtype=np.uint64) + np.uint64(seed % 2**32)) * _STEP
    for shift, factor in _MIXERS:
        mixed = (mixed ^ (mixed >> shift)) * factor
    order = np.argsort(mixed ^ (mixed >> np.uint64(31)), kind="stable")
    count = min(GROUPS, rows)
    return [order[start::count].astype(np.int64) for start in range(count)]


def jackknife_error(values: Floats) -> float:
    """The standard error of a statistic from its values with one group of rows left out.

    Source: delete-a-group jackknife (Efron and Tibshirani 1993, section 11.5).
    """
    count = len(values)
    return math.sqrt((count - 1) / count * float(np.sum((values - values.mean()) ** 2)))
