"""Training when staleness costs more than a training, and at once when the served metric falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason, counted

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger

SLACK = 0.25  # windows; an interval of 3.2 is due after 3


def freshness(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """The performance alarm first, since it may not wait; else the learnt interval.

    Prefer it to `schedule`: it backs off where training does not help, though not while what is served is clearly worse
    than its own mean: one pair of versions that showed no gain is no reason to give up then.
    Source: research/policy.md section 2, steps 4 to 6.
    """
    if situation.fresh_labels and situation.level.alarm:
        return _alarm(situation, trigger.name)
    if situation.fresh_labels and situation.dropped:
        return _dropped(situation, trigger.name)
    worth = situation.worth
    interval = min(worth.interval, policy.cadence.longest) if situation.low else worth.interval
    if situation.since_training < interval - SLACK:
        return None
    gain = worth.rate * situation.since_training
    return Reason(
        trigger=trigger.name,
        short=f"{counted(situation.since_training, 'window')} since the last training",
        sentence=f"{_ageing(situation, gain)}; so a training pays every {_windows(interval)}",
        urgent=False,
        gain=gain if gain > 0 else None,
        otherwise="had the last trainings shown no gain, it would have waited",
    )


def _ageing(situation: Situation, gain: float) -> str:
    """What staleness costs, where it is known from, and what it comes to by now."""
    rate, upper = (f"{100 * one:.1f} %" for one in (situation.worth.rate, situation.worth.upper))
    known = "as the last trainings showed" if situation.freshness.gains else "assumed until a training has shown it"
    if situation.low and gain <= 0:
        newest, mean = situation.served[-1].value, situation.level.mean
        name = situation.metric.replace("_", " ")
        return (
            f"the last trainings showed no gain, but {name} stays worse than its mean ({newest:.3g} against {mean:.3g})"
        )
    if gain <= 0:
        return f"the last trainings showed no gain, but each window of age may still cost up to {upper} of the metric"
    most = "" if upper == rate else f", {upper} at most"
    now = f", {100 * gain:.1f} % by now" if situation.since_training > 1 else ""
    return f"each window of age costs a version about {rate} of the metric ({known}{most}){now}"


def _windows(interval: float) -> str:
    return "window" if round(interval, 1) == 1 else f"{interval:.1f}".removesuffix(".0") + " windows"


def _dropped(situation: Situation, name: str) -> Reason:
    """A drop that the calibrated monitor is sure of acts, whether or not any column moved."""
    level = situation.level
    return Reason(
        trigger=name,
        short="what is served became worse",
        sentence=situation.dropped,
        urgent=True,
        gain=max(level.rise, 0.0) / abs(level.mean) if level.mean else None,
        otherwise="had the metric stayed as usual",
    )


def _alarm(situation: Situation, name: str) -> Reason:
    level = situation.level
    newest = level.newest if level.newest is not None else 0.0
    labels = f" ({100 * situation.served[-1].share:.0f} % of the labels are in)" if situation.served else ""
    return Reason(
        trigger=name,
        short="what is served became worse",
        sentence=f"its loss rose from {level.usual_mean:.3g} to {newest:.3g}, "
        f"more than noise of rows and windows explains{labels}",
        urgent=True,
        gain=level.rise / abs(level.mean) if level.mean else None,
        otherwise=f"had the loss stayed near {level.usual_mean:.3g}",
    )
