"""How much does a comparison say for and against a candidate, at any margin?

Source: research/proof.md section 2.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.errors import NotFound
from trueup.stats import betting

if TYPE_CHECKING:
    from trueup.loop.validate.comparison import Comparison, Rung
    from trueup.stats.arrays import Floats

MOST: Final = 1e6  # evidence is shown up to this


def log_evidence_for(comparison: Comparison, keep: float, rival: int = 0, *, design_effect: float) -> float:
    """The log evidence that the candidate's mean loss is below `keep` x champion + (1 - keep) x rival."""
    return betting.log_mean(_logs_for(comparison, keep, rival, design_effect))


def log_evidence_against(comparison: Comparison, keep: float, rival: int = 0, *, design_effect: float) -> float:
    """The log evidence that the candidate's mean loss is above that bar."""
    loss, parts = comparison.loss, _parts(comparison, keep, rival)
    reach = [loss.harm(rung.keep, rival) * loss.stretch(rung.keep, rival) for _, rung in parts]
    logs = [
        share
        * betting.log_winnings_above(
            rung.dense(),
            stretch=loss.stretch(rung.keep, rival),
            design_effect=_dearest(comparison, design_effect),
            bets=betting.BETS * (one / max(reach)),
        )
        for (share, rung), one in zip(parts, reach, strict=True)
    ]
    return betting.log_mean(np.sum(logs, axis=0))


def estimate(comparison: Comparison, keep: float, rival: int = 0) -> float:
    """The candidate's mean loss minus the bar's, in units of the loss; below 0 the candidate is better."""
    loss = comparison.loss
    return sum(
        share * loss.harm(rung.keep, rival) * betting.mean(rung.dense(), loss.stretch(rung.keep, rival))
        for share, rung in _parts(comparison, keep, rival)
    )


def skill_kept(comparison: Comparison) -> float | None:
    """The candidate's lead over the naive rival in parts of the champion's; None where the champion has none."""
    candidate = -estimate(comparison, 0.0)
    champion = candidate + estimate(comparison, 1.0)
    return candidate / champion if champion > 0 else None


def growth_needed(comparison: Comparison, keep: float, rival: int, *, design_effect: float, needed: float) -> float:
    """How many times such units would give the log evidence needed; infinite if no number would."""
    return betting.growth_needed(_logs_for(comparison, keep, rival, design_effect), needed)


def shown(log_evidence: float) -> float:
    """Evidence as people read it: so many of the 1/alpha that are proof."""
    return MOST if log_evidence >= math.log(MOST) else math.exp(log_evidence)


def _logs_for(comparison: Comparison, keep: float, rival: int, design_effect: float) -> Floats:
    """Per bet; between two kept margins a concavity bound on the same raw bets, valid and at most 5 % dearer."""
    loss, parts = comparison.loss, _parts(comparison, keep, rival)
    harms = [loss.harm(rung.keep, rival) for _, rung in parts]
    logs = [
        share
        * betting.log_winnings_below(
            rung.dense(),
            stretch=loss.stretch(rung.keep, rival),
            design_effect=_dearest(comparison, design_effect),
            bets=betting.BETS * (harm / max(harms)),
        )
        for (share, rung), harm in zip(parts, harms, strict=True)
    ]
    return np.asarray(np.sum(logs, axis=0))


def _parts(comparison: Comparison, keep: float, rival: int) -> list[tuple[float, Rung]]:
    """The kept margin itself, or the two around it with their shares."""
    exact = comparison.rung(keep, rival)
    if exact is not None:
        return [(1.0, exact)]
    rungs = sorted((one for one in comparison.rungs if one.rival == rival), key=lambda one: one.keep)
    below = [one for one in rungs if one.keep < keep]
    above = [one for one in rungs if one.keep > keep]
    if not below or not above:
        raise NotFound("margin", f"{keep:g}", f"kept are {', '.join(f'{one.keep:g}' for one in rungs)}")
    share = (keep - below[-1].keep) / (above[0].keep - below[-1].keep)
    return [(1 - share, below[-1]), (share, above[0])]


def _dearest(comparison: Comparison, design_effect: float) -> float:
    """The larger of the design effect learnt before and the comparison's own, once it spans enough days."""
    return max(1.0, design_effect, comparison.days.design_effect)
