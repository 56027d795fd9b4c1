"""F1: the harmonic mean of precision and recall; for many classes the plain mean over classes (macro)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.confusion import by_class, macro, observe_confusion
from trueup.loop.monitor.metric import Metric

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def f1(sums: Floats) -> float | None:
    """2 hits / (2 hits + false alarms + misses); None where no row is positive or called so.

    >>> f1(np.array([3.0, 1.0, 1.0]))
    0.75
    """
    hits, alarms, misses = by_class(sums)
    return macro(2 * hits, 2 * hits + alarms + misses, only=sums.size == 3)


def standard_error(sums: Floats) -> float | None:
    """Delta method on the counts of each class; classes are taken as independent."""
    hits, alarms, misses = by_class(sums)
    if not hits.size:
        return None
    wrong = alarms + misses
    variance = 4 * hits * wrong * (hits + wrong) / (2 * hits + wrong) ** 4
    return float(np.sqrt(variance.sum()) / hits.size)


F1: Final = Metric(
    name="f1",
    direction="higher",
    tasks=("binary", "multiclass"),
    observe=observe_confusion,
    value=f1,
    standard_error=standard_error,
)
