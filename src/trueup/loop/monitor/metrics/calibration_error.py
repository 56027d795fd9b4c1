"""Calibration error: how far said probabilities are from what comes, on average over rows (ECE)."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.metric import Metric

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

# fixed, so that windows add up; finer at both ends, where the scores of rare events are
EDGES: Final = (0.001, 0.003, 0.01, 0.03, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.97, 0.99, 0.997, 0.999)
BINS: Final = len(EDGES) + 1


def observe_gaps(y: Floats, score: Floats) -> Floats:
    """By bin of the score: rows, sum of what came minus what was said, sum of its squares.

    Of many classes the greatest probability is the score, and what comes is whether that class did.
    """
    if score.ndim > 1:
        y, score = np.equal(score.argmax(axis=1), y).astype(np.float64), score.max(axis=1)
    place, gap = np.searchsorted(EDGES, score, "right"), y - score
    sums = [np.bincount(place, weights=one, minlength=BINS) for one in (np.ones_like(gap), gap, gap * gap)]
    return np.concatenate(sums).astype(np.float64)


def calibration_error(sums: Floats) -> float | None:
    """The mean over rows of their bin's gap, less what sampling alone adds to it; None without rows.

    A bin of few rows is off by chance; so each squared gap is reduced by its sampling variance, and is at least 0.

    Source: Guo et al. 2017, eq. 5 (ECE); Kumar, Liang and Ma 2019, section 5 (the reduction).
    """
    rows, gap, variance = _bins(sums)
    if not rows.size:
        return None
    return float(rows @ np.sqrt(np.maximum(0.0, gap * gap - variance)) / rows.sum())


def standard_error(sums: Floats) -> float | None:
    """As for a mean of the bins' gaps; None for fewer than two rows."""
    rows, _, variance = _bins(sums)
    total = rows.sum()
    return math.sqrt(rows * rows @ variance) / float(total) if total >= 2 else None


def _bins(sums: Floats) -> tuple[Floats, Floats, Floats]:
    """Of the bins with rows: how many, the mean gap, and its sampling variance."""
    rows, gaps, squares = sums.reshape(3, BINS)
    filled = rows > 0
    rows, gaps, squares = rows[filled], gaps[filled], squares[filled]
    spread = np.maximum(0.0, squares - gaps * gaps / rows)
    return rows, gaps / rows, spread / np.maximum(rows - 1, 1.0) / rows


CALIBRATION_ERROR: Final = Metric(
    name="calibration_error",
    direction="lower",
    tasks=("binary", "multiclass"),
    observe=observe_gaps,
    value=calibration_error,
    standard_error=standard_error,
)
