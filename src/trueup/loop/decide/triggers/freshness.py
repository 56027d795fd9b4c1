"""Training when staleness costs more than a training, and at once when the served metric falls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger

SLACK = 0.25  # windows; an interval of 3.2 is due after 3


def freshness(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """The performance alarm first, since it may not wait; else the learnt interval.

    Prefer it to `schedule`: it backs off where training does not help.
    Source: research/policy.md section 2, steps 4 to 6.
    """
    del policy
    if situation.fresh_labels and situation.level.alarm:
        return _alarm(situation, trigger.name)
    worth = situation.worth
    if situation.since_training < worth.interval - SLACK:
        return None
    rate = f"{100 * worth.rate:.1f} % (at most {100 * worth.upper:.1f} %) of the metric per window of staleness"
    return Reason(
        trigger=trigger.name,
        sentence=f"{situation.since_training} windows since the last training; freshness is worth {rate}, "
        f"so a training is due every {worth.interval:.1f} windows",
        urgent=False,
        gain=worth.rate * situation.since_training,
        otherwise="had freshness surely been worth next to nothing",
    )


def _alarm(situation: Situation, name: str) -> Reason:
    level = situation.level
    newest = level.newest if level.newest is not None else 0.0
    return Reason(
        trigger=name,
        sentence=f"the loss of what is served rose from {level.usual_mean:.3g} to {newest:.3g}, "
        "more than noise of rows and windows explains",
        urgent=True,
        gain=level.rise / abs(level.mean) if level.mean else None,
        otherwise=f"had the loss stayed near {level.usual_mean:.3g}",
    )
