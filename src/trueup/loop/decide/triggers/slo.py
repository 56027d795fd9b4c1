"""Training when the metric is below the promise to its users."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason, counted

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Served, Situation
    from trueup.loop.policy import DecidePolicy, Trigger


def slo(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """A number missed the objective for N labelled windows running.

    Settings at_least, at_most, windows; metric names a KPI and slice a part of the rows, else it is the metric of all.
    """
    del policy
    for_windows = int(trigger.setting("windows", 1))
    name, part = str(trigger.setting("metric", "")), str(trigger.setting("slice", ""))
    recent = situation.points(name, part)[-for_windows:]
    if not situation.fresh_labels or len(recent) < for_windows or recent[-1].window < situation.matured:
        return None  # nothing new, or nothing of the newest window
    if not all(_missed(one, trigger) for one in recent):
        return None
    newest = recent[-1]
    limit = _limit(trigger)
    return Reason(
        trigger=trigger.name,
        short=f"{_named(name, part)} missed its objective",
        sentence=f"it was {newest.value:.3g} [{newest.low:.3g}, {newest.high:.3g}] with {100 * newest.share:.0f} % of "
        f"the labels in, beyond the objective {limit:g} for {counted(for_windows, 'window')}",
        urgent=True,
        gain=abs(newest.value - limit) / max(abs(newest.value), 1e-9),
        otherwise=f"had {_named(name, part)} kept {limit:g}",
    )


def _named(name: str, part: str) -> str:
    """What people call the number."""
    return f"{name or 'the metric'}{f' of {part}' if part else ''}"


def _limit(trigger: Trigger) -> float:
    return float(trigger.setting("at_least", trigger.setting("at_most", 0.0)))


def _missed(served: Served, trigger: Trigger) -> bool:
    """Missed for sure: the whole interval lies beyond the objective."""
    settings = dict(trigger.settings)
    if "at_least" in settings:
        return served.high < float(settings["at_least"])
    return "at_most" in settings and served.low > float(settings["at_most"])
