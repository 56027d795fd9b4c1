"""Pearson's chi-squared statistic."""

from __future__ import annotations

import numpy as np

from trueup.loop.monitor.counts import Counts, occupied


def chi_squared(reference: Counts, current: Counts) -> float:
    """How far two sets of counts are from coming from one distribution, in units that grow with the rows.

    Prefer it to `psi` only where sampling is the sole noise; it calls every small move of a large window large.

    Source: Pearson 1900; the two-sample form as in Agresti, Categorical Data Analysis, section 3.2.

    >>> chi_squared(Counts.of([50, 50]), Counts.of([50, 50]))
    0.0
    >>> round(chi_squared(Counts.of([50, 50]), Counts.of([80, 20])), 3)
    19.78
    """
    table = np.stack(occupied(reference, current))
    if not table.sum():
        return 0.0
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    return float(np.sum((table - expected) ** 2 / np.maximum(expected, 1e-300)))
