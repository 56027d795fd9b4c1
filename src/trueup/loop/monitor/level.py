"""Has the served metric become worse than noise of rows and of windows explains?

Source: research/policy.md section 2, step 5.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.loop.policy import Cadence


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """The usual loss of what is served, and whether the newest window is worse than usual."""

    usual: tuple[float, ...] = ()  # losses of the last windows without an alarm, oldest first
    mean: float = 0.0  # running mean of the served metric, in its own direction
    windows: int = 0  # behind the mean
    newest: float | None = None  # loss of the newest labelled window
    rise: float = 0.0  # newest above the usual mean
    alarm: bool = False

    @property
    def usual_mean(self) -> float:
        """Mean loss of the windows the newest is compared with."""
        return sum(self.usual) / len(self.usual) if self.usual else 0.0


def observe(level: Level, *, loss: float, value: float, standard_error: float, cadence: Cadence) -> Level:
    """The level after one more labelled window; a second alarm in a row accepts the new level instead."""
    mean = (level.mean * level.windows + value) / (level.windows + 1)
    seen = replace(level, mean=mean, windows=level.windows + 1, newest=loss, rise=0.0)
    if len(level.usual) < 2:
        return replace(seen, usual=(*level.usual, loss), alarm=False)
    usual = level.usual_mean
    spread = sum((one - usual) ** 2 for one in level.usual) / (len(level.usual) - 1)
    limit = max(cadence.alarm_rise * abs(mean), cadence.alarm_sd * math.sqrt(spread + standard_error**2))
    rise = loss - usual
    if rise <= limit:
        return replace(seen, usual=(*level.usual, loss)[-cadence.alarm_windows :], rise=rise, alarm=False)
    if level.alarm:
        return replace(seen, usual=(loss,), rise=rise, alarm=False)
    return replace(seen, rise=rise, alarm=True)
