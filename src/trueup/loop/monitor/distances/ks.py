"""Kolmogorov-Smirnov distance."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from trueup.errors import Incompatible

if TYPE_CHECKING:
    from trueup.loop.monitor.counts import Counts


def ks(reference: Counts, current: Counts) -> float:
    """The largest gap between two distribution functions, from 0 to 1, seen at the ends of the bins.

    Prefer it to `psi` for a bounded figure that a few moved rows cannot raise; it is blind to the tails. It is the
    least that the distance of the rows themselves can be; `ks_bracket` says the most. Categories have no order.

    Source: Smirnov 1939; on bins as in Press et al., Numerical Recipes, section 14.3.

    >>> from trueup.loop.monitor.counts import Counts
    >>> ks(Counts.of([50, 50], [0, 1]), Counts.of([50, 50], [0, 1]))
    0.0
    >>> round(ks(Counts.of([50, 50], [0, 1]), Counts.of([80, 20], [0, 1])), 3)
    0.3
    """
    return ks_bracket(reference, current)[0]


def ks_bracket(reference: Counts, current: Counts) -> tuple[float, float]:
    """Between which two values the distance of the rows themselves lies, whatever happens inside the bins.

    Inside a bin each distribution function climbs from the bin's one end to the other, at the worst one of them at
    once and the other one at the last moment.

    >>> from trueup.loop.monitor.counts import Counts
    >>> low, high = ks_bracket(Counts.of([50, 50], [0, 1]), Counts.of([80, 20], [0, 1]))
    >>> round(low, 3), round(high, 3)
    (0.3, 0.8)
    """
    if reference.places is None:
        raise Incompatible("levels have no order, psi needs none", "counts", "ks")
    before, after = (np.concatenate(([0.0], np.cumsum(one.shares()))) for one in (reference, current))
    low = float(np.max(np.abs(before - after)))
    high = float(np.max(np.maximum(before[1:] - after[:-1], after[1:] - before[:-1])))
    return low, min(max(low, high), 1.0)
