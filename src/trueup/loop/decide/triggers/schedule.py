"""Training by the calendar, for owners who must."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger


def schedule(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """The last training that gave a version is longer ago than the setting `every` (time units)."""
    del policy
    every = float(trigger.setting("every", 0.0))
    last = next((run.time for run in reversed(situation.runs) if not run.failed), situation.time)
    if not every or situation.time - last < every:
        return None
    return Reason(
        trigger=trigger.name,
        short="the schedule asks for it",
        sentence="the last training is as long ago as the schedule allows",
        urgent=True,
        gain=None,
        otherwise="had a training run since",
    )
