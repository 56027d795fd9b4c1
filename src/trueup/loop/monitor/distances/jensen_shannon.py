"""Jensen-Shannon distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from trueup.loop.monitor.counts import Counts
    from trueup.stats.arrays import Floats


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """How far a distribution moved, from 0 (equal shares) to 1 (nothing in common).

    Prefer it to `psi` when a bound matters or bins are empty on one side; like `psi` it does not see how far mass
    moved.

    Source: Lin 1991, eq. 5.1, base 2; Endres and Schindelin 2003 for the root, which makes it a metric.

    >>> from trueup.loop.monitor.counts import Counts
    >>> jensen_shannon(Counts.of([5, 5]), Counts.of([50, 50]))
    0.0
    >>> jensen_shannon(Counts.of([5, 0]), Counts.of([0, 5]))
    1.0
    """
    before, after = reference.shares(), current.shares()
    middle = (before + after) / 2
    return float(np.sqrt(max(0.0, (_entropy(before, middle) + _entropy(after, middle)) / 2)))


def _entropy(shares: Floats, middle: Floats) -> float:
    held = shares > 0
    return float(np.sum(shares[held] * np.log2(shares[held] / middle[held])))
