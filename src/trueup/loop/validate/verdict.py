"""Does a candidate go on, wait in shadow, or is it dropped? A pure function of the stored evidence.

Source: research/policy.md section 9.4, research/proof.md sections 1 and 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from trueup.loop.validate.check import Case, Check
from trueup.loop.validate.checks import CHECKS

if TYPE_CHECKING:
    from trueup.loop.monitor.performance import MetricDifference
    from trueup.loop.policy import ValidatePolicy
    from trueup.loop.validate.comparison import Comparison

Go = Literal["on", "shadow", "drop"]
Word = Literal["proven", "not shown worse", "shown worse", "undecided", "no labelled rows", "invalid"]

PROMISE: Final = (
    "at any moment, the chance that the test ever says pass while the candidate's expected loss, averaged over the "
    "units counted so far, is not below the bar's, is at most alpha; it says nothing about rows to come"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What becomes of a candidate, what may be said of it, and why."""

    go: Go
    word: str  # one of Word; whoever adds a reason of the policy's own may say it here
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which checks stop a candidate, which let it on, and what becomes of it where none does either."""

    stops: tuple[str, ...]  # it is shown worse where one of these fails
    lets_on: tuple[str, ...]  # it goes on where one of these passes
    in_doubt: Literal["on", "shadow"] = "shadow"


# a refresh of a known recipe on clean data
ROUTINE: Final = Rule(stops=("proof", "metric"), lets_on=("proof", "estimate"))
# a new recipe, unchecked data, a person's wish
STRICT: Final = Rule(stops=("proof", "metric"), lets_on=("proof",))
# a training after a performance alert: the world has just changed, so the old champion is no safe choice
AFTER_ALERT: Final = Rule(stops=("harm", "metric"), lets_on=("proof",), in_doubt="on")


def weigh(
    rule: Rule,
    comparison: Comparison | None,
    difference: MetricDifference | None,
    policy: ValidatePolicy,
    *,
    design_effect: float = 1.0,
    enough: float = 0.8,
) -> Verdict:
    """What a rule makes of the evidence; every check is run, whatever the first one says: people read them all."""
    names = ("labels", *dict.fromkeys((*rule.stops, *rule.lets_on)))
    if comparison is None:
        reason = "there were no labelled rows that neither version had seen"
        checks = tuple(Check(name=name, outcome="no_data", reason=reason, figures=()) for name in names)
        return _verdict("shadow", "no labelled rows", checks)
    case = Case(comparison=comparison, difference=difference, policy=policy, design_effect=design_effect, enough=enough)
    checks = tuple(CHECKS[name](case) for name in names)
    found = {check.name: check.outcome for check in checks}
    if found["labels"] != "pass":
        return _unjudged(checks)
    if any(found[name] == "fail" for name in rule.stops):
        return _verdict("drop", "shown worse", checks)
    if found["proof"] == "pass":
        return _verdict("on", "proven", checks)
    if rule.in_doubt == "on" or any(found[name] == "pass" for name in rule.lets_on):
        return _verdict("on", "not shown worse", checks)
    return _verdict("shadow", "undecided", checks)


def mirrored(
    comparison: Comparison,
    first: MetricDifference | None,
    policy: ValidatePolicy,
    *,
    design_effect: float = 1.0,
) -> Check:
    """After a promotion: a release (as candidate) against the old champion, since birth; `fail` takes it back.

    It is not enough to be a little worse: the release must be shown to keep less than `keep_skill` of the old skill.

    Args:
        comparison: of the release with the version it replaced, summed since the promotion.
        first: their difference in the metric on the release's first labelled window; None on any later one.
        policy: alpha, margin and probability of being worse.
        design_effect: rows worth one independent row.
    """
    case = Case(comparison=comparison, difference=first, policy=policy, design_effect=design_effect)
    proof, metric = CHECKS["bar"](case), CHECKS["metric"](case)
    if metric.outcome == "fail":
        return Check(name="mirrored", outcome="fail", reason=metric.reason, figures=metric.figures)
    return Check(name="mirrored", outcome=proof.outcome, reason=proof.reason, figures=proof.figures)


def champion_below_rival(comparison: Comparison, policy: ValidatePolicy, *, design_effect: float = 1.0) -> Check:
    """Whether the champion, compared with itself, is shown worse than the naive rival: `fail`."""
    return CHECKS["rival"](Case(comparison=comparison, difference=None, policy=policy, design_effect=design_effect))


def _unjudged(checks: tuple[Check, ...]) -> Verdict:
    """Without enough labels it waits in shadow; without usable answers it is dropped."""
    labels = checks[0]
    if labels.outcome == "no_data":
        return _verdict("shadow", "no labelled rows", checks)
    return _verdict("drop" if dict(labels.figures)["unusable"] else "shadow", "invalid", checks)


def _verdict(go: Go, word: Word, checks: tuple[Check, ...]) -> Verdict:
    return Verdict(go=go, word=word, checks=checks)
