"""How often would an owner's own limit have alerted where nothing is known to be wrong?

Each window of the owner's reference is judged by all the others of it, and the rule is run over what comes out. A count
on these windows, no promise about later ones. Source: research/decision-quality.md section 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances import DISTANCES
from trueup.loop.monitor.limit import Limit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile, Edges, Profile

PER: Final = 90  # windows that a rate is told for: the budget of false alerts is told for as many days


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a limit would have done on the windows of the reference."""

    limit: Limit
    windows: int  # judged; fewer than two cannot be judged by each other
    alerts: int  # windows in which it would have stood, for any of its columns
    most: str = ""  # the column for which it stood most often; empty: none, or there is only one

    @property
    def sentence(self) -> str:
        """The rule with its measured false alerts beside it."""
        if self.windows < 2:
            return f"{self.limit.words}: not measured, there are no two windows to judge each other"
        rate = f"{PER * self.alerts / self.windows:.1f} per {PER}"
        most = f", most often on {self.most}" if self.most else ""
        found = f"would have alerted in {self.alerts} of your {self.windows} calm windows ({rate}{most})"
        return f"{self.limit.words}: {found}"


def measured(limit: Limit, edges: Edges, profiles: Sequence[Profile]) -> Measured:
    """Run a limit over the windows of the reference, each beside all the others."""
    if len(profiles) < 2:
        return Measured(limit=limit, windows=len(profiles), alerts=0)
    stood = {
        column.name: _course(limit, column, [one.columns[place] for one in profiles])
        for place, column in enumerate(edges.columns)
        if limit.means(column) and column.known
    }
    most = max(stood, key=lambda name: sum(stood[name]), default="")
    named = not limit.column and most and any(stood[most])
    alerts = sum(map(any, zip(*stood.values(), strict=True)))
    return Measured(limit=limit, windows=len(profiles), alerts=alerts, most=most if named else "")


def _course(limit: Limit, edges: ColumnEdges, windows: Sequence[ColumnProfile]) -> list[bool]:
    """Whether the limit stood for a column at each window's end; a window without values is passed over."""
    total, distance = windows[0], DISTANCES[limit.metric]
    for one in windows[1:]:
        total += one
    values: list[float] = []
    stood: list[bool] = []
    for at, now in enumerate(windows):
        if now.present and total.present > now.present:
            others = (*windows[:at], *windows[at + 1 :])
            reference = Counts.column(edges, total - now, others)
            values.append(distance(reference, Counts.column(edges, now)))
        stood.append(limit.stands(values))
    return stood
