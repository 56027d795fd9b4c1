"""Training when the metric is below the promise to its users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.objective import Objective
from trueup.loop.decide.reason import Reason, counted

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger


def slo(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """A number missed the objective for N labelled windows running.

    Settings at_least, at_most, windows; metric names a KPI and slice a part of the rows, else it is the metric of all.
    """
    del policy
    asked = Objective.of(trigger)
    if asked is None:
        return None
    recent = situation.points(asked.metric, asked.slice)[-asked.windows :]
    if not situation.fresh_labels or len(recent) < asked.windows or recent[-1].window < situation.matured:
        return None  # nothing new, or nothing of the newest window
    if not all(asked.missed(one) for one in recent):
        return None
    newest = recent[-1]
    return Reason(
        trigger=trigger.name,
        short=f"{_named(asked)} missed its objective",
        sentence=f"it was {newest.value:.3g} [{newest.low:.3g}, {newest.high:.3g}] with {100 * newest.share:.0f} % of "
        f"the labels in, beyond the objective {asked.level:g} for {counted(asked.windows, 'window')}",
        urgent=True,
        gain=abs(newest.value - asked.level) / max(abs(newest.value), 1e-9),
        otherwise=f"had {_named(asked)} kept {asked.level:g}",
    )


def _named(asked: Objective) -> str:
    """What people call the number."""
    return f"{asked.metric or 'the metric'}{f' of {asked.slice}' if asked.slice else ''}"
