"""Training when a column moved for good and the metric suffers with it, or when it left the owner's own limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.cause import listed
from trueup.loop.decide.reason import Reason
from trueup.loop.monitor.limit import Limit

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger


def drift(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """A standing alert of at least moderate severity, with likely harm: the loss is above its usual level.

    A moved column alone is no reason: most moves are harmless (research/decision-quality.md section 6), and more or
    fewer rows are nothing to learn. A cause that only a training mends is one as soon as its rows have labels. An owner
    who knows better names a limit: settings metric, above, column (none: each
    of them), times of windows.
    """
    del policy
    limit = Limit.of(trigger)
    if limit is not None:
        return _beyond(situation, limit, trigger.name)
    if situation.called:
        return _called(situation, trigger)
    grave = [alert for alert in situation.alerts if alert.severity != "minor" and alert.kind != "rows"]
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
    level, name = situation.level, first.name.replace("_", " ")
    return Reason(
        trigger=trigger.name,
        short=f"{name}, {listed(first.columns)}" if first.columns else name,
        sentence=first.proof,
        urgent=True,
        gain=level.rise / abs(level.mean) if level.mean and level.rise > 0 else None,
        otherwise=f"without the {name}",
    )


def _beyond(situation: Situation, limit: Limit, name: str) -> Reason | None:
    """The owner's own limit, for as long as they said; one episode is one reason, until a training fails."""
    standing = [one for one in situation.beyond if one.limit == limit and not one.trained]
    if not standing:
        return None
    first = standing[0]
    more = f" and {len(standing) - 1} more" if len(standing) > 1 else ""
    return Reason(
        trigger=name,
        short=f"{first.column}{more} {'are' if more else 'is'} beyond {'their' if more else 'its'} limit",
        sentence=first.sentence if not more else f"{first.column}: {first.sentence}",
        urgent=True,
        gain=None,
        otherwise=f"had {first.column} stayed within {limit.above:g}",
    )
