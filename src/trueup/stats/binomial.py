"""Is the rate of an event shown to be below a limit, or above it, at any look?

Likelihood ratios against the limit, averaged over a few alternatives on one side: an e-value for the whole other side.

Source: Lindon, Sanden and Shirikian 2022 (anytime-valid counts); Ville 1939.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.stats.betting import growth_needed, log_mean

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

BELOW: Final = (0.0, 0.1, 0.25, 0.5, 0.75)  # alternatives, in parts of the limit
ABOVE: Final = (1.25, 1.5, 2.0, 4.0, 8.0)
HIGHEST: Final = 0.99  # no alternative lies above this rate


def log_evidence_below(events: float, trials: float, limit: float) -> float:
    """The log evidence that events are rarer than the limit; 1/alpha of it is proof.

    >>> log_evidence_below(0, 376, 0.01) >= math.log(20) > log_evidence_below(0, 375, 0.01)
    True
    """
    return log_mean(_log_ratios(events, trials, limit, BELOW)) if limit > 0 else 0.0


def growth_needed_below(events: float, trials: float, limit: float, needed: float) -> float:
    """How many times these counts would bring the log evidence that events are rarer; infinite if no number would.

    >>> round(376 * growth_needed_below(0, 376, 0.01, math.log(20)))
    376
    """
    return growth_needed(_log_ratios(events, trials, limit, BELOW), needed) if limit > 0 else math.inf


def log_evidence_above(events: float, trials: float, limit: float) -> float:
    """The log evidence that events are more frequent than the limit.

    >>> log_evidence_above(8, 100, 0.01) >= math.log(20)
    True
    """
    if limit > 0:
        return log_mean(_log_ratios(events, trials, limit, ABOVE))
    return math.inf if events else 0.0  # one event is proof against a limit of none


def _log_ratios(events: float, trials: float, limit: float, parts: tuple[float, ...]) -> Floats:
    """Per alternative, the log of how much likelier it makes the counts than the limit does."""
    return np.array([_log_ratio(events, trials, limit, min(HIGHEST, limit * part)) for part in parts])


def _log_ratio(events: float, trials: float, limit: float, rate: float) -> float:
    """Log of (rate/limit)^events ((1-rate)/(1-limit))^(trials-events), with 0^0 = 1."""
    if limit >= HIGHEST:  # nothing can be shown about a limit that everything keeps
        return 0.0
    hits = 0.0 if events == 0 else events * math.log(rate / limit) if rate > 0 else -math.inf
    return hits + (trials - events) * (math.log1p(-rate) - math.log1p(-limit))
