"""Training when many rows are unlike anything the champion learnt from, for good and not in one burst."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason, counted

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.policy import DecidePolicy, Trigger


def ood(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """The share of far rows was above a limit for N windows running; settings above, windows.

    Windows from before the last training do not count: it has seen their rows, or was refused with them.
    """
    del policy
    above, windows = float(trigger.setting("above", 0.15)), int(trigger.setting("windows", 2))
    recent = situation.far[-windows:]
    if len(recent) < windows or not all(share > above for share in recent):
        return None
    return Reason(
        trigger=trigger.name,
        short=f"{100 * recent[-1]:.0f} % of rows are unlike those the champion learnt from",
        sentence=f"so many are farther out than 99 % of the reference; above {100 * above:g} % "
        f"for {counted(windows, 'window')}",
        urgent=True,
        gain=None,
        otherwise=f"had one of these windows stayed within {100 * above:g} %",
    )
