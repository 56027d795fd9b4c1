"""Root mean squared error: as the mean absolute error, with large errors weighing more."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.metric import Metric, error_of_mean, mean_of, observe_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def squared_error(y: Floats, score: Floats) -> Floats:
    """The squared error of each row.

    >>> import numpy as np
    >>> squared_error(np.array([3.0]), np.array([5.0])).tolist()
    [4.0]
    """
    return (y - score) ** 2


def root_mean(sums: Floats) -> float | None:
    """The root of the mean squared error; None without rows."""
    mean = mean_of(sums)
    return None if mean is None else math.sqrt(mean)


def standard_error(sums: Floats) -> float | None:
    """Delta method on the mean squared error."""
    root, error = root_mean(sums), error_of_mean(sums)
    if root is None or error is None:
        return None
    return error / (2 * root) if root > 0 else 0.0


ROOT_MEAN_SQUARED_ERROR: Final = Metric(
    name="root_mean_squared_error",
    direction="lower",
    tasks=("regression",),
    observe=observe_mean(squared_error),
    value=root_mean,
    standard_error=standard_error,
    most=math.inf,
)
