"""Accuracy: the share of rows whose class is said right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.confusion import said
from trueup.loop.monitor.metric import Metric, error_of_mean, hits_of, observe_mean, one_minus_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def wrong(y: Floats, score: Floats) -> Floats:
    """1 for a row whose class is said wrong.

    >>> wrong(np.array([0.0, 1.0]), np.array([0.7, 0.7])).tolist()
    [1.0, 0.0]
    """
    return np.not_equal(said(score), y).astype(np.float64)


ACCURACY: Final = Metric(
    name="accuracy",
    direction="higher",
    tasks=("binary", "multiclass"),
    observe=observe_mean(wrong),
    value=one_minus_mean,
    standard_error=error_of_mean,
    row_losses=wrong,
    proportion=hits_of,
)
