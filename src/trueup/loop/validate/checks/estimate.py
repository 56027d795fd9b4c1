"""By the estimate alone, is the candidate better than the champion, or than all naive rivals?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.validate import evidence
from trueup.loop.validate.check import Check

if TYPE_CHECKING:
    from trueup.loop.validate.check import Case, Outcome


def estimate(case: Case) -> Check:
    """Enough for a routine refresh that is not shown worse; it proves nothing."""
    seen = case.comparison
    if seen.units == 0:
        return Check(name="estimate", outcome="no_data", reason="there are no labelled rows for one", figures=())
    from_champion = evidence.estimate(seen, 1.0)
    from_rival = max(evidence.estimate(seen, 0.0, rival) for rival in range(len(seen.loss.rivals)))
    outcome: Outcome = "pass" if from_champion < 0 or from_rival < 0 else "inconclusive"
    champion = "better" if from_champion < 0 else "worse" if from_champion > 0 else "no better"
    rivals = "better than all naive rivals" if from_rival < 0 else "not better than every naive rival"
    return Check(
        name="estimate",
        outcome=outcome,
        reason=f"by the estimate it is {champion} than {seen.champion}, and {rivals}",
        figures=(("loss_above_champion", from_champion), ("loss_above_best_rival", from_rival)),
    )
