"""Training when a column moved for good and the metric suffers with it, or when it left the owner's own limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason, counted

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger


def drift(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """A standing alert of at least moderate severity, with likely harm: the loss is above its usual level.

    A moved column alone is no reason: most moves are harmless (research/decision-quality.md section 6). A cause that
    only a training mends is one as soon as its rows have labels. An owner
    who knows better names a column, its metric and a limit: settings column, metric, above, windows.
    """
    del policy
    if trigger.setting("column", ""):
        return _beyond(situation, trigger)
    if situation.called:
        return _called(situation, trigger)
    grave = [alert for alert in situation.alerts if alert.severity != "minor"]
    level = situation.level
    harm = level.rise / abs(level.mean) if level.mean else 0.0
    least = float(trigger.setting("harm", 0.02))
    if not (grave and situation.fresh_labels and harm > least):
        return None
    columns = ", ".join(alert.column for alert in grave[:3])
    more = f" and {len(grave) - 3} more" if len(grave) > 3 else ""
    return Reason(
        trigger=trigger.name,
        short=f"{columns}{more} moved and what is served became worse",
        sentence=f"its loss is {100 * harm:.1f} % of the metric above usual",
        urgent=True,
        gain=harm,
        otherwise=f"had {grave[0].column} stayed as it was",
    )


def _called(situation: Situation, trigger: Trigger) -> Reason:
    """A cause that only a training mends: rows of a new kind, or another rule."""
    first = situation.called[0]
    level = situation.level
    return Reason(
        trigger=trigger.name,
        short=first.name.replace("_", " "),
        sentence=first.proof,
        urgent=True,
        gain=level.rise / abs(level.mean) if level.mean and level.rise > 0 else None,
        otherwise=f"without the {first.name.replace('_', ' ')}",
    )


def _beyond(situation: Situation, trigger: Trigger) -> Reason | None:
    """The owner's own limit, for so many windows in a row."""
    column, metric = trigger.setting("column", ""), trigger.setting("metric", "psi")
    above, windows = float(trigger.setting("above", 0.0)), int(trigger.setting("windows", 1))
    courses = [one.values for one in situation.courses if (one.column, one.metric) == (column, metric)]
    recent = courses[0][-windows:] if courses else ()
    if len(recent) < windows or not all(value > above for value in recent):
        return None
    return Reason(
        trigger=trigger.name,
        short=f"{column} is beyond its limit",
        sentence=f"its {metric} is {recent[-1]:.2f}, beyond the limit {above:g} for {counted(windows, 'window')}",
        urgent=True,
        gain=None,
        otherwise=f"had {column} stayed within {above:g}",
    )
