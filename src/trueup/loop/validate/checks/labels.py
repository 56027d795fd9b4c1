"""Are there enough labels, and answers, to judge by?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.validate.check import Check

if TYPE_CHECKING:
    from trueup.loop.validate.check import Case, Outcome


def labels(case: Case) -> Check:
    """Labels that drop in first are no fair sample; an unusable answer is never left out silently."""
    seen = case.comparison
    share = seen.labelled / seen.rows if seen.rows else 0.0
    outcome: Outcome = "pass"
    reason = f"{100 * share:.0f} % of {seen.rows:,} rows are labelled"
    if seen.unusable:
        outcome = "invalid"
        reason = f"{seen.candidate} gave no usable answer on {seen.unusable:,} of {seen.labelled:,} labelled rows"
    elif seen.units == 0:
        outcome = "no_data"
        reason = f"none of {seen.rows:,} rows is labelled and answered by {seen.champion}"
    elif share < case.enough:
        outcome = "invalid"
        reason = f"only {100 * share:.0f} % of {seen.rows:,} rows are labelled, {100 * case.enough:.0f} % are asked for"
    figures = (("rows", float(seen.rows)), ("labelled", float(seen.labelled)), ("unusable", float(seen.unusable)))
    return Check(name="labels", outcome=outcome, reason=reason, figures=figures)
