"""Precision: of the rows called positive, the share that is; for many classes the plain mean over classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.confusion import by_class, macro, macro_error, observe_confusion
from trueup.loop.monitor.metric import Metric

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def precision(sums: Floats) -> float | None:
    """Hits among the answers; None where two classes are told apart and no row is called positive.

    >>> import numpy as np
    >>> precision(np.array([3.0, 1.0, 5.0]))
    0.75
    """
    hits, alarms, _ = by_class(sums)
    return macro(hits, hits + alarms, only=sums.size == 3)


def standard_error(sums: Floats) -> float | None:
    """Each class's share is taken as binomial."""
    hits, alarms, _ = by_class(sums)
    return macro_error(hits, hits + alarms)


PRECISION: Final = Metric(
    name="precision",
    direction="higher",
    tasks=("binary", "multiclass"),
    observe=observe_confusion,
    value=precision,
    standard_error=standard_error,
)
