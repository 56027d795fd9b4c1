"""What speaks against acting now, although there is a reason?"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.loop.decide.reason import Reason
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Hold

SLACK = 1e-9  # of a token: sums of shares of one are not exact


def holds(situation: Situation, reasons: tuple[Reason, ...], policy: DecidePolicy) -> tuple[str, ...]:
    """Every hold that applies, as a sentence with its figures."""
    hold, urgent = policy.hold, any(reason.urgent for reason in reasons)
    found = (
        _in_flight(situation, urgent=urgent),
        "the newest window is in quarantine" if situation.quarantined else "",
        _cooldown(situation, hold),
        _labels(situation, hold),
        _runs(situation, hold),
        _cpu(situation, hold),
        _budget(situation, reasons, policy, urgent=urgent),
    )
    return tuple(sentence for sentence in found if sentence)


def budgeted(reasons: tuple[Reason, ...]) -> bool:
    """Whether a training costs a token: not where the owner has said how often there is one."""
    return all(reason.budgeted for reason in reasons)


def _budget(situation: Situation, reasons: tuple[Reason, ...], policy: DecidePolicy, *, urgent: bool) -> str:
    """One token pays for a training; what can wait must leave the reserve for a sudden change."""
    if not budgeted(reasons):
        return ""
    needed = 1.0 if urgent else 1.0 + policy.cadence.reserve
    if situation.freshness.tokens >= needed - SLACK:
        return ""
    kept = "" if urgent else f", {policy.cadence.reserve:g} of it kept for a sudden change"
    return f"the budget is spent ({situation.freshness.tokens:.2f} of {needed:g} trainings in hand{kept})"


def _in_flight(situation: Situation, *, urgent: bool) -> str:
    if not situation.busy or (urgent and situation.replaceable):
        return ""
    return f"{situation.busy} is in flight"


def _cooldown(situation: Situation, hold: Hold) -> str:
    if situation.since_training >= hold.cooldown:
        return ""
    return f"cooldown: {situation.since_training} of {hold.cooldown} windows since the last training"


def _labels(situation: Situation, hold: Hold) -> str:
    if situation.labels_since >= hold.min_labels:
        return ""
    return f"only {situation.labels_since} of {hold.min_labels} labels since the last training"


def _runs(situation: Situation, hold: Hold) -> str:
    recent = [run for run in situation.runs if run.time > situation.time - hold.runs_per]
    if not hold.runs_per or len(recent) < hold.runs:
        return ""
    return f"{len(recent)} of {hold.runs} trainings of the period are spent"


def _cpu(situation: Situation, hold: Hold) -> str:
    recent = [run.cpu_seconds for run in situation.runs if run.time > situation.time - hold.cpu_per]
    if not hold.cpu_per or sum(recent) < 60.0 * hold.cpu_minutes:
        return ""
    return f"{sum(recent) / 60:.1f} of {hold.cpu_minutes:g} CPU minutes of the period are spent"
