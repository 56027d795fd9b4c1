"""Brier score: squared distance of the probabilities from what came; at most 1 for two classes, 2 for more."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric, error_of_mean, mean_of, observe_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def squared_distance(y: Floats, score: Floats) -> Floats:
    """The squared error of a row's probabilities.

    >>> squared_distance(np.array([1.0]), np.array([0.5])).tolist()
    [0.25]
    """
    if score.ndim == 1:
        return (score - y) ** 2
    given = score[np.arange(len(score)), y.astype(np.int64)]
    return np.asarray((score**2).sum(axis=1) - 2 * given + 1)


BRIER: Final = Metric(
    name="brier",
    direction="lower",
    tasks=("binary", "multiclass"),
    observe=observe_mean(squared_distance),
    value=mean_of,
    standard_error=error_of_mean,
    row_losses=squared_distance,
    most=2.0,
)
