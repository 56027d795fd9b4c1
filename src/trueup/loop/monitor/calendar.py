"""Is a window unlike others for a reason that everybody knows?

Which windows an event of the calendar falls into is told from outside: the core has no clock and no time zone. A window
that is skipped is neither judged nor learnt from, but its rows train; one that is widened is judged by wider limits and
not learnt from; labels, KPIs and far rows are judged in neither. A known event explains new values, not broken ones:
missing values and units changed by a large factor stay broken.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.profile import Profile
    from trueup.loop.policy import Known, QuarantinePolicy
    from trueup.loop.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What the calendar allows a window."""

    skip: bool = False
    widen: float = 1.0  # factor of the limits

    @property
    def usual(self) -> bool:
        """Whether nothing is known of the window that makes it unlike others."""
        return not self.skip and self.widen == 1.0

    def quarantine(self, policy: QuarantinePolicy) -> QuarantinePolicy:
        """How much of a column may be new in such a window before it counts as broken."""
        if self.skip:
            return replace(policy, unseen=1.0, out_of_range=1.0)
        unseen, out = (min(1.0, self.widen * share) for share in (policy.unseen, policy.out_of_range))
        return replace(policy, unseen=unseen, out_of_range=out)


def allowance(names: Sequence[str], calendar: tuple[Known, ...]) -> Allowance:
    """The widest that any of the events allows; one that the policy does not know any longer allows nothing."""
    found = [one for one in calendar if one.name in names]
    widest = max((one.factor for one in found if one.effect == "widen"), default=1.0)
    return Allowance(skip=any(one.effect == "skip" for one in found), widen=widest)


def usual(
    windows: tuple[Window, ...], profiles: tuple[Profile, ...], skipped: Sequence[int]
) -> tuple[tuple[Window, ...], tuple[Profile, ...]]:
    """The windows, with their profiles, that may say what is usual; all of them where none would be left."""
    kept = [pair for pair in zip(windows, profiles, strict=True) if pair[0].number not in skipped and pair[1].rows]
    if not kept:
        return windows, profiles
    return tuple(window for window, _ in kept), tuple(profile for _, profile in kept)
