"""Training when answers break a business rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger


def rule(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """A rule was broken in more answers than allowed since the last decision; setting `name` picks one rule."""
    del policy
    wanted = str(trigger.setting("name", ""))
    broken = [name for name in situation.broken_rules if wanted in {"", name}]
    if not broken:
        return None
    return Reason(
        trigger=trigger.name,
        short=f"answers break the rule {', '.join(broken)}",
        sentence="more of them do than the rule allows",
        urgent=True,
        gain=None,
        otherwise="had the answers kept the rule",
    )
