"""When does the project's own calendar strike? Zones and dates live here; the core knows moments and offsets."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.loop.policy import Policy, Trigger

DAY: Final = 86_400.0  # seconds
MOST: Final = 20_000  # moments of a schedule that a backtest looks at; a denser one is met at its other ticks


def offset_at(moment: float, policy: Policy) -> float:
    """Seconds that the project's wall clock is ahead of UTC; 0 where nothing is counted on a wall clock."""
    if not any(one.setting("wall", 0.0) for one in _schedules(policy)):
        return 0.0
    ahead = dt.datetime.fromtimestamp(moment, tz=ZoneInfo(policy.window.timezone)).utcoffset()
    return ahead.total_seconds() if ahead is not None else 0.0


def schedule_moments(policy: Policy, *, after: float, upto: float) -> list[float]:
    """The moments at which a schedule that starts with the history's end is due, so that a backtest looks then."""
    return [moment for one in _schedules(policy) for moment in _moments(one, policy, after, upto)]


def _schedules(policy: Policy) -> list[Trigger]:
    return [one for one in policy.decide.triggers if one.name == "schedule"]


def _moments(trigger: Trigger, policy: Policy, after: float, upto: float) -> Iterator[float]:
    every = float(trigger.setting("every", 0.0))
    if not every or (upto - after) / every > MOST:
        return
    if not trigger.setting("wall", 0.0):
        yield from np.arange(after + every, upto, every).tolist()
        return
    start = dt.datetime.fromtimestamp(after, tz=ZoneInfo(policy.window.timezone)).replace(tzinfo=None)
    at = dict(trigger.settings).get("at")
    if at is not None:  # the hour may come on the very first day
        start = dt.datetime.combine(start.date() - dt.timedelta(days=1), dt.time()) + dt.timedelta(seconds=float(at))
    step = dt.timedelta(seconds=DAY if at is not None else every)
    for count in range(1, int((upto - after) / step.total_seconds()) + 3):
        moment = (start + count * step).replace(tzinfo=ZoneInfo(policy.window.timezone)).timestamp()
        if after < moment < upto:
            yield moment
