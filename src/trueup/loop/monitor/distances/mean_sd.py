"""How far the mean is from its usual place, on a control chart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trueup.errors import Incompatible

if TYPE_CHECKING:
    from trueup.loop.monitor.counts import Counts


def mean_sd(reference: Counts, current: Counts) -> float:
    """How many standard deviations a window's mean is from the reference's: `above: 3` is the rule mean +- 3 sd.

    Prefer it to `psi` for columns whose mean people watch anyway; it does not see a change that keeps the mean. The
    standard deviation is that of the windows' means, from the moves between neighbours (so a slow drift does not hide
    itself), and never below what sampling brings; where no windows are known, sampling alone.

    Source: Shewhart 1931; moving ranges as in the NIST/SEMATECH handbook, section 6.3.2.2.

    >>> from trueup.loop.monitor.counts import Counts
    >>> mean_sd(Counts.of([50, 50], [-1, 1]), Counts.of([50, 50], [-1, 1]))
    0.0
    >>> round(mean_sd(Counts.of([50, 50], [-1, 1]), Counts.of([80, 20], [-1, 1])), 2)
    4.24
    """
    if reference.mean is None or current.mean is None:
        raise Incompatible("levels have no mean, psi needs none", "counts", "mean_sd")
    sampling = math.sqrt(1 / max(reference.total, 1.0) + 1 / max(current.total, 1.0))
    return abs(current.mean - reference.mean) / max(sampling, reference.wobble)
