"""Is the candidate shown worse in the metric that people read?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.validate.check import Check

if TYPE_CHECKING:
    from trueup.loop.validate.check import Case, Outcome


def metric(case: Case) -> Check:
    """Fails above the policy's probability of being worse, passes below what is left of it."""
    found, limit = case.difference, case.policy.worse_probability
    if found is None:
        reason = "the metric is not defined on these rows"
        return Check(name="metric", outcome="no_data", reason=reason, figures=())
    worse = found.probability_worse
    outcome: Outcome = "fail" if worse > limit else "pass" if worse < 1 - limit else "inconclusive"
    name = found.metric.replace("_", " ")
    side = "worse" if found.difference > 0 else "better"
    reason = (
        f"{name} is {abs(found.difference):.3g} ± {found.standard_error:.2g} {side} than that of {found.champion} "
        f"(worse with probability {100 * worse:.0f} %)"
    )
    figures = (
        ("difference", found.difference),
        ("standard_error", found.standard_error),
        ("probability_worse", worse),
        ("rows", float(found.rows)),
    )
    return Check(name="metric", outcome=outcome, reason=reason, figures=figures)
