"""Is the candidate proven to keep the champion's skill and to beat the naive rivals, or shown not to?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.validate import evidence
from trueup.loop.validate.check import Check
from trueup.stats import betting

if TYPE_CHECKING:
    from trueup.loop.validate.check import Case, Outcome

TOO_MANY: Final = 1e7  # more rows than this are called never


def proof(case: Case) -> Check:
    """The rule of proof.md section 2; any look is allowed."""
    seen, policy, needed = case.comparison, case.policy, math.log(1 / case.policy.alpha)
    if seen.units == 0:
        return Check(name="proof", outcome="no_data", reason="there are no labelled rows to prove it on", figures=())
    strongest = _evidence_for(case)
    against = evidence.log_evidence_against(seen, policy.keep_skill, design_effect=case.design_effect)
    passed = strongest >= needed
    outcome: Outcome = "pass" if passed else "fail" if _failed(case, against, needed) else "inconclusive"
    if passed and seen.loss.thin:
        outcome = "no_data"
    kept = evidence.skill_kept(seen)
    figures = [
        ("rows", float(seen.units)),
        ("evidence", evidence.shown(strongest)),
        ("evidence_against", evidence.shown(against)),
        ("evidence_needed", 1 / policy.alpha),
        ("design_effect", max(1.0, case.design_effect, seen.days.design_effect)),
    ]
    more = _rows_needed(case, needed) if outcome == "inconclusive" else None
    figures += [("skill_kept", kept)] if kept is not None else []
    figures += [("rows_needed", more)] if more is not None else []
    return Check(name="proof", outcome=outcome, reason=_reason(case, outcome, dict(figures)), figures=tuple(figures))


def _evidence_for(case: Case) -> float:
    """Against the bar and every rival; ahead of all rivals by the estimate, its mean with that against the champion."""
    seen, deff = case.comparison, case.design_effect
    rivals = range(len(seen.loss.rivals))
    least = min(
        evidence.log_evidence_for(seen, case.policy.keep_skill, design_effect=deff),
        *(evidence.log_evidence_for(seen, 0.0, rival, design_effect=deff) for rival in rivals),
    )
    if not all(evidence.estimate(seen, 0.0, rival) < 0 for rival in rivals):
        return least
    better = evidence.log_evidence_for(seen, 1.0, design_effect=deff)
    return max(least, betting.log_mean(np.array([least, better])))


def _failed(case: Case, against_bar: float, needed: float) -> bool:
    """Shown worse than the bar; or than the naive rival, unless it is better than the champion by the estimate."""
    against_rival = evidence.log_evidence_against(case.comparison, 0.0, design_effect=case.design_effect)
    below_rival = against_rival >= needed and not evidence.estimate(case.comparison, 1.0) < 0
    return against_bar >= needed or below_rival


def _rows_needed(case: Case, needed: float) -> float | None:
    """Further rows until all evidence would do, if they are like these; None: never, at this rate."""
    seen = case.comparison
    bars = [(case.policy.keep_skill, 0), *((0.0, rival) for rival in range(len(seen.loss.rivals)))]
    growth = max(
        evidence.growth_needed(seen, keep, rival, design_effect=case.design_effect, needed=needed)
        for keep, rival in bars
    )
    more = math.ceil((growth - 1) * seen.units) if math.isfinite(growth) else math.inf
    return float(max(1, more)) if more < TOO_MANY else None


def _reason(case: Case, outcome: Outcome, figures: dict[str, float]) -> str:
    seen = case.comparison
    kept = f"{100 * figures['skill_kept']:.0f} % of its skill; " if "skill_kept" in figures else ""
    rows, needed = f"{seen.units:,} rows", f"{figures['evidence_needed']:.0f}"
    if outcome == "pass":
        found = f"{kept}evidence {math.floor(figures['evidence']):,}, {needed} are proof"
        return f"on {rows} it is proven against {seen.champion} and the naive rivals ({found})"
    if outcome == "no_data":
        rarest = "" if seen.loss.kind == "absolute" else f" ({seen.loss.rarest:,} of the rarest class)"
        reference = f"{seen.loss.reference_rows:,} rows{rarest}"
        return f"a reference of {reference} is too thin for a proof"
    if outcome == "fail":
        worse = figures["evidence_against"] >= figures["evidence_needed"]
        kept = f"to keep less than {100 * case.policy.keep_skill:g} % of the skill of {seen.champion}"
        return f"on {rows} it is shown {kept if worse else 'worse than the naive rival'}"
    more = f"about {figures['rows_needed']:,.0f} more rows" if "rows_needed" in figures else "no number of such rows"
    found = f"{kept}evidence {math.floor(figures['evidence']):,} of the {needed} that would be proof"
    return f"on {rows} it is neither proven nor shown worse than {seen.champion} ({found}; {more} would do)"
