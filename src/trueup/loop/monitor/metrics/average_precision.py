"""Average precision: the mean, over positive rows, of the precision among the rows that score as high or higher."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric
from trueup.loop.monitor.ranking import by_falling_score, observe_ranks

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def average_precision(sums: Floats) -> float | None:
    """The sum over bins of precision times gained recall; None without a positive row."""
    negatives, positives = by_falling_score(sums)
    if not positives.any():
        return None
    hits = np.cumsum(positives)
    return float(positives @ (hits / (hits + np.cumsum(negatives))) / positives.sum())


def standard_error(sums: Floats) -> float | None:
    """As for a share of the positive rows.

    Source: Boyd, Eng and Page 2013, section 4 (binomial interval).
    """
    value = average_precision(sums)
    if value is None:
        return None
    _, positives = by_falling_score(sums)
    return math.sqrt(value * (1 - value) / positives.sum())


AVERAGE_PRECISION: Final = Metric(
    name="average_precision",
    direction="higher",
    tasks=("binary",),
    observe=observe_ranks,
    value=average_precision,
    standard_error=standard_error,
)
