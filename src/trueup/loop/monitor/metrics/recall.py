"""Recall: of the positive rows, the share called positive; for many classes the plain mean over classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.confusion import by_class, macro, macro_error, observe_confusion
from trueup.loop.monitor.metric import Metric

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats


def recall(sums: Floats) -> float | None:
    """Hits among the labels; None where two classes are told apart and no row is positive.

    >>> import numpy as np
    >>> recall(np.array([3.0, 1.0, 1.0]))
    0.75
    """
    hits, _, misses = by_class(sums)
    return macro(hits, hits + misses, only=sums.size == 3)


def standard_error(sums: Floats) -> float | None:
    """Each class's share is taken as binomial."""
    hits, _, misses = by_class(sums)
    return macro_error(hits, hits + misses)


RECALL: Final = Metric(
    name="recall",
    direction="higher",
    tasks=("binary", "multiclass"),
    observe=observe_confusion,
    value=recall,
    standard_error=standard_error,
)
