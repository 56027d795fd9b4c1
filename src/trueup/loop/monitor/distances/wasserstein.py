"""Wasserstein (earth mover's) distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trueup.errors import Incompatible

if TYPE_CHECKING:
    from trueup.loop.monitor.counts import Counts


def wasserstein(reference: Counts, current: Counts) -> float:
    """How far mass had to be carried, in standard deviations of the reference; 0 for equal shares.

    Prefer it to `psi` when the size of the move matters; it has no meaning for categories, and rows beyond the
    reference's range count as if they lay in its outer bins.

    Source: Vallender 1974 (the area between two distribution functions), on the bins' middles.

    >>> from trueup.loop.monitor.counts import Counts
    >>> wasserstein(Counts.of([10, 0, 0], [0, 1, 2]), Counts.of([0, 0, 10], [0, 1, 2]))
    2.0
    """
    if reference.places is None:
        raise Incompatible("levels have no distance from each other, psi needs none", "counts", "wasserstein")
    gap = np.abs(np.cumsum(reference.shares()) - np.cumsum(current.shares()))
    return float(np.sum(gap[:-1] * np.diff(reference.places)))
