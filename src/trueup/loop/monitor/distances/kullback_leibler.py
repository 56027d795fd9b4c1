"""Kullback-Leibler divergence."""

from __future__ import annotations

import numpy as np

from trueup.loop.monitor.counts import Counts, occupied, shrunk


def kullback_leibler(reference: Counts, current: Counts) -> float:
    """How surprising the rows are to someone who expects the reference, in nats; 0 for equal shares of many rows.

    Prefer it to `psi` when what appeared matters and what disappeared does not; it is about half as large. Both sides
    are drawn together as `psi` draws them, so empty bins are finite.

    Source: Kullback and Leibler 1951, eq. 2.4.

    >>> round(kullback_leibler(Counts.of([50, 50]), Counts.of([50, 50])), 3)
    0.0
    >>> round(kullback_leibler(Counts.of([50, 50]), Counts.of([80, 20])), 3)
    0.189
    """
    before, after = shrunk(*occupied(reference, current))
    return max(0.0, float(np.sum(after * np.log(after / before))))
