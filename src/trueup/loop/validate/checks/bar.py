"""Is a release shown to keep less of the old champion's skill than the owner asks for? This alone takes it back."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trueup.loop.validate import evidence
from trueup.loop.validate.check import Check

if TYPE_CHECKING:
    from trueup.loop.validate.check import Case, Outcome


def bar(case: Case) -> Check:
    """The mirrored bets at the owner's margin and no other, so that alpha is spent once; any look is allowed.

    Prefer `harm` before a release, where being worse than the champion is enough to stop it.
    Source: research/proof.md section 7 (after promotion, W-[k0] at alpha takes back).
    """
    seen, policy = case.comparison, case.policy
    if seen.units == 0:
        return Check(name="bar", outcome="no_data", reason="there are no labelled rows to judge it on", figures=())
    against = evidence.log_evidence_against(seen, policy.keep_skill, design_effect=case.design_effect)
    outcome: Outcome = "fail" if against >= math.log(1 / policy.alpha) else "inconclusive"
    shown, needed = evidence.shown(against), 1 / policy.alpha
    found = "is shown" if outcome == "fail" else "is not shown"
    return Check(
        name="bar",
        outcome=outcome,
        reason=(
            f"on {seen.units:,} rows it {found} to keep less than {100 * policy.keep_skill:g} % of the skill of "
            f"{seen.champion} (evidence {math.floor(shown):,}, {needed:.0f} are proof)"
        ),
        figures=(("rows", float(seen.units)), ("evidence_against", shown), ("evidence_needed", needed)),
    )
