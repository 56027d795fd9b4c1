"""Is the candidate shown worse than the champion or the bar? After a sudden change both may be below a naive rival."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from trueup.loop.validate import evidence
from trueup.loop.validate.check import Check

if TYPE_CHECKING:
    from trueup.loop.validate.check import Case, Outcome


def harm(case: Case) -> Check:
    """The mirrored bets at the owner's margin and at the champion's own level; any look is allowed."""
    seen, policy = case.comparison, case.policy
    if seen.units == 0:
        return Check(name="harm", outcome="no_data", reason="there are no labelled rows to judge it on", figures=())
    against = max(
        evidence.log_evidence_against(seen, keep, design_effect=case.design_effect) for keep in (policy.keep_skill, 1.0)
    )
    outcome: Outcome = "fail" if against >= math.log(1 / policy.alpha) else "inconclusive"
    shown, needed = evidence.shown(against), 1 / policy.alpha
    evidence_shown = f"evidence {math.floor(shown):,}, {needed:.0f} are proof"
    found = "is shown worse" if outcome == "fail" else "is not shown worse"
    return Check(
        name="harm",
        outcome=outcome,
        reason=f"on {seen.units:,} rows it {found} than {seen.champion} ({evidence_shown})",
        figures=(("rows", float(seen.units)), ("evidence_against", shown), ("evidence_needed", needed)),
    )
