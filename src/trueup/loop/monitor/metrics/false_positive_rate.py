"""False positive rate: the share of negative rows that are called positive."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.confusion import said
from trueup.loop.monitor.metric import Metric, error_of_mean, losses_of, mean_of, observe_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def false_alarms(y: Floats, score: Floats) -> Floats:
    """1 for a negative row that is called positive; positive rows are left out.

    >>> import numpy as np
    >>> false_alarms(np.array([0.0, 0.0, 1.0]), np.array([0.7, 0.2, 0.7])).tolist()
    [1.0, 0.0]
    """
    return said(score[y == 0]).astype(float)


FALSE_POSITIVE_RATE: Final = Metric(
    name="false_positive_rate",
    direction="lower",
    tasks=("binary",),
    observe=observe_mean(false_alarms),
    value=mean_of,
    standard_error=error_of_mean,
    row_losses=false_alarms,
    proportion=losses_of,
)
