"""Is a version shown worse than the naive rival: an answer that knows only the base rate?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trueup.loop.validate import evidence
from trueup.loop.validate.check import Check

if TYPE_CHECKING:
    from trueup.loop.validate.check import Case, Outcome


def rival(case: Case) -> Check:
    """Asked of the comparison of a version with itself; a pass means proven better than the naive rival."""
    seen, deff = case.comparison, case.design_effect
    if seen.units == 0:
        return Check(name="rival", outcome="no_data", reason="there are no labelled rows to judge it on", figures=())
    needed = math.log(1 / case.policy.alpha)
    below = evidence.log_evidence_against(seen, 0.0, design_effect=deff)
    above = evidence.log_evidence_for(seen, 0.0, design_effect=deff)
    outcome: Outcome = "fail" if below >= needed else "pass" if above >= needed else "inconclusive"
    found = {"fail": "is shown worse", "pass": "is proven better"}.get(outcome, "is neither shown worse nor better")
    strongest = evidence.shown(max(below, above))
    return Check(
        name="rival",
        outcome=outcome,
        reason=(
            f"on {seen.units:,} rows {seen.candidate} {found} than the naive rival "
            f"(evidence {math.floor(strongest):,}, {1 / case.policy.alpha:.0f} are proof)"
        ),
        figures=(
            ("rows", float(seen.units)),
            ("evidence_against", evidence.shown(below)),
            ("evidence", evidence.shown(above)),
            ("evidence_needed", 1 / case.policy.alpha),
            ("loss_above_rival", evidence.estimate(seen, 0.0)),
        ),
    )
