"""Log loss: how surprised the model is by the class that came, in nats."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric, error_of_mean, mean_of, observe_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

TINY: Final = float(np.finfo(np.float64).eps)  # a certain answer that is wrong costs 36 nats, not infinity


def surprise(y: Floats, score: Floats) -> Floats:
    """-log of the probability given to the class that came.

    >>> surprise(np.array([1.0]), np.array([1.0])).round(12).tolist()
    [0.0]
    """
    if score.ndim == 1:
        given: Floats = np.where(y > 0, score, 1 - score)
        return -np.log(np.clip(given, TINY, 1 - TINY))
    return -np.log(np.clip(score[np.arange(len(score)), y.astype(np.int64)], TINY, 1 - TINY))


LOG_LOSS: Final = Metric(
    name="log_loss",
    direction="lower",
    tasks=("binary", "multiclass"),
    observe=observe_mean(surprise),
    value=mean_of,
    standard_error=error_of_mean,
    row_losses=surprise,
    most=math.inf,
)
