"""Which classes are taken for which? Counts that precision, recall and F1 are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats, Integers

THRESHOLD: Final = 0.5  # a score of at least this says yes


def said(score: Floats) -> Integers:
    """The class a score stands for."""
    if score.ndim == 1:
        return (score >= THRESHOLD).astype(np.int64)
    return score.argmax(axis=1).astype(np.int64) if len(score) else np.zeros(0, dtype=np.int64)


def observe_confusion(y: Floats, score: Floats) -> Floats:
    """Hits, false alarms and misses: of the positive class, or one class after the other."""
    answer, truth = said(score), y.astype(np.int64)
    size = 2 if score.ndim == 1 else score.shape[1]
    hits = np.bincount(truth[answer == truth], minlength=size)
    alarms = np.bincount(answer, minlength=size) - hits
    misses = np.bincount(truth, minlength=size) - hits
    counts = np.stack([hits, alarms, misses], axis=1)
    return (counts[1:] if score.ndim == 1 else counts).astype(np.float64).ravel()


def by_class(sums: Floats) -> tuple[Floats, Floats, Floats]:
    """Hits, false alarms and misses of the classes that occur in labels or answers."""
    counts = sums.reshape(-1, 3)
    hits, alarms, misses = counts[counts.sum(axis=1) > 0].T
    return hits, alarms, misses


def macro(part: Floats, whole: Floats, *, only: bool) -> float | None:
    """The mean over classes of part / whole; with one class alone a whole of 0 is undefined, else it counts as 0."""
    if not whole.size or (only and whole[0] == 0):
        return None
    return float(np.mean(np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)))


def macro_error(part: Floats, whole: Floats) -> float | None:
    """The standard error of a mean of shares, classes taken as independent."""
    if not whole.size or not whole.any():
        return None
    share = np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)
    variance = np.divide(share * (1 - share), whole, out=np.zeros_like(part), where=whole > 0)
    return float(np.sqrt(variance.sum()) / part.size)
