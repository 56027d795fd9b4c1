"""ROC AUC: the chance that a positive row scores above a negative one, ties counted half."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric
from trueup.loop.monitor.ranking import by_falling_score, observe_ranks

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def roc_auc(sums: Floats) -> float | None:
    """The area under the ROC curve; None without rows of both classes."""
    negatives, positives = by_falling_score(sums)
    if not negatives.any() or not positives.any():
        return None
    return float(positives @ _shares_below(negatives) / positives.sum())


def standard_error(sums: Floats) -> float | None:
    """Source: DeLong, DeLong and Clarke-Pearson 1988, from the histograms of both classes."""
    negatives, positives = by_falling_score(sums)
    if min(negatives.sum(), positives.sum()) < 2:
        return None
    won = _shares_below(negatives)
    lost = 1 - _shares_below(positives)
    parts = [_variance(positives, won) / positives.sum(), _variance(negatives, lost) / negatives.sum()]
    return math.sqrt(sum(parts))


def _shares_below(counts: Floats) -> Floats:
    """Per bin, the share of a class that scores lower, half of the bin itself included."""
    return np.asarray(1 - (np.cumsum(counts) - counts / 2) / counts.sum())


def _variance(counts: Floats, values: Floats) -> float:
    mean = counts @ values / counts.sum()
    return float(counts @ (values - mean) ** 2 / (counts.sum() - 1))


ROC_AUC: Final = Metric(
    name="roc_auc",
    direction="higher",
    tasks=("binary",),
    observe=observe_ranks,
    value=roc_auc,
    standard_error=standard_error,
)
