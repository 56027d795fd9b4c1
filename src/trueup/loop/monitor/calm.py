"""How often would the monitor have cried wolf? Each window of the owner's own reference is judged by the others of it.

The reference is taken for calm: what is alerted on there, is alerted on when nothing is known to be wrong. That is a
count on these windows, and no promise about later ones. Source: research/decision-quality.md section 3.3.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.reference import start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.profile import Edges, Profile
    from trueup.loop.monitor.season import Clock
    from trueup.loop.policy import MonitorPolicy
    from trueup.loop.window import Window


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredAlerts:
    """Windows of a reference, and in how many of them an alert would have stood."""

    windows: int  # judged; 0: a single window has no others to be judged by
    alerted: int
    most: str = ""  # the column that stood in most of these; empty: none

    @property
    def sentence(self) -> str:
        """As people read it."""
        if not self.windows:
            return ""
        most = f", most often on {self.most}" if self.most else ""
        return f"{self.alerted:,} of your own {self.windows:,} calm windows would have had an alert{most}"


def measured_alerts(
    profiles: Sequence[Profile],
    windows: Sequence[Window],
    edges: Edges,
    policy: MonitorPolicy,
    clock: Clock | None = None,
) -> MeasuredAlerts:
    """Play the monitor over a reference, in its order; a suspicion is carried on to the next window.

    A window that breaks the contract counts as well, since it would have been kept out.
    """
    if sum(one.rows > 0 for one in profiles) < 2:
        return MeasuredAlerts(windows=0, alerted=0)
    whole, alerted, columns = start(tuple(profiles), tuple(windows), edges, clock), 0, Counter[str]()
    tracks, incidents = whole.tracks, whole.incidents
    for window, now in zip(windows, profiles, strict=True):
        watch = replace(
            whole,
            level=whole.level - now,
            noise=whole.noise.without(window.number),
            kept=tuple(one for one in whole.kept if one.window != window),
            tracks=tracks,
            incidents=incidents,
        )
        broken = broken_contract(now, watch, policy.quarantine)
        if broken:
            alerted += 1
            columns.update({one.column for one in broken})
            continue
        seen = observe(watch, window, now, policy.windows_per_alert("columns"))
        alerted += bool(seen.alerts)
        columns.update(one.column for one in seen.alerts)
        tracks, incidents = seen.watch.tracks, seen.watch.incidents
    most = max(sorted(columns), key=columns.__getitem__, default="")
    return MeasuredAlerts(windows=len(windows), alerted=alerted, most=most)
