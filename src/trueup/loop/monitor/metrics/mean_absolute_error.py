"""Mean absolute error: how far off the number is, in its own unit."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric, error_of_mean, mean_of, observe_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def distance(y: Floats, score: Floats) -> Floats:
    """The absolute error of each row.

    >>> distance(np.array([3.0]), np.array([5.0])).tolist()
    [2.0]
    """
    return np.abs(y - score)


MEAN_ABSOLUTE_ERROR: Final = Metric(
    name="mean_absolute_error",
    direction="lower",
    tasks=("regression",),
    observe=observe_mean(distance),
    value=mean_of,
    standard_error=error_of_mean,
    row_losses=distance,
    most=math.inf,
)
