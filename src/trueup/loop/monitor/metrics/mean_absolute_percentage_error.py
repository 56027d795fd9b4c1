"""Mean absolute percentage error: how far off the number is, as a share of what came (0.1 is 10 %)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric, error_of_mean, mean_of, observe_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def relative_distance(y: Floats, score: Floats) -> Floats:
    """Each row's absolute error over the absolute value that came; rows where 0 came have no share and are left out.

    Prefer `mean_absolute_error` where values near 0 come: one of them may outweigh all other rows.

    >>> relative_distance(np.array([4.0, 0.0]), np.array([5.0, 1.0])).tolist()
    [0.25]
    """
    there = y != 0
    return np.asarray(np.abs(y[there] - score[there]) / np.abs(y[there]))


MEAN_ABSOLUTE_PERCENTAGE_ERROR: Final = Metric(
    name="mean_absolute_percentage_error",
    direction="lower",
    tasks=("regression",),
    observe=observe_mean(relative_distance),
    value=mean_of,
    standard_error=error_of_mean,
    row_losses=relative_distance,
    most=math.inf,
)
