"""How are the scores of the two classes spread? A histogram that rank metrics are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

BINS: Final = 500  # evenly spaced in the logit
FURTHEST: Final = 14.0  # logit of the outermost bins' inner edge


def observe_ranks(y: Floats, score: Floats) -> Floats:
    """Negatives by bin of their score, then positives; scores in one bin count as tied."""
    tail = np.exp(-FURTHEST - 1)
    inside = np.clip(score, tail, 1 - tail)
    logit = np.log(inside) - np.log1p(-inside)
    place = np.clip((logit + FURTHEST) * (BINS / (2 * FURTHEST)), 0, BINS - 1).astype(np.int64)
    return np.bincount(place + BINS * (y > 0), minlength=2 * BINS).astype(np.float64)


def by_falling_score(sums: Floats) -> tuple[Floats, Floats]:
    """Negatives and positives of the bins that hold any, highest score first."""
    negatives, positives = sums[:BINS][::-1], sums[BINS:][::-1]
    filled = (negatives + positives) > 0
    return negatives[filled], positives[filled]
