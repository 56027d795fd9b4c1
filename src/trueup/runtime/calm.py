"""How often does a rule cry wolf? Each window of the owner's own history is judged by the others of it.

The history is taken for calm: what a rule alerts on there, it alerts on when nothing is known to be wrong. That is a
count on these windows, and no promise about later ones. Source: research/decision-quality.md section 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.calm import measured_alerts
from trueup.loop.monitor.limit import limits_of
from trueup.loop.monitor.measured import Measured, measured
from trueup.loop.monitor.profile import Edges, Profile
from trueup.loop.monitor.season import Clock
from trueup.loop.monitor.signals import measure
from trueup.profiling import edges_of, profile
from trueup.runtime.known import calm_windows
from trueup.runtime.windows import cut, history_end, opening

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from trueup.loop.policy import Policy
    from trueup.loop.schema import Schema
    from trueup.loop.window import Window
    from trueup.runtime.stream import Stream

PSI_LIMIT: Final = 0.2  # the customary one


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm:
    """Windows of the history, and in how many of them each rule would have alerted."""

    windows: int  # judged; 0: a single window has no others to be judged by
    trueup: int
    psi: int
    most: str = ""  # the column that trueup would have alerted on most often; empty: none
    limits: tuple[Measured, ...] = ()  # the owner's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """What a window's columns are compared with by the customary rule."""

    edges: Edges
    level: Profile

    @classmethod
    def of(cls, rows: pa.Table, schema: Schema) -> Reference:
        """Bins and counts of these rows."""
        edges = edges_of(rows, schema)
        return cls(edges=edges, level=profile(rows, edges))

    def psi(self, rows: pa.Table) -> float:
        """The psi of the column that moved most, chance included, as it is customary."""
        return most_psi(self.edges, self.level, profile(rows, self.edges))


def most_psi(edges: Edges, level: Profile, now: Profile) -> float:
    """The psi of the column that moved most; 0 where no column can be compared."""
    return max((one.raw for one in measure(edges, level, now) if one.kind == "shape"), default=0.0)


def calm(stream: Stream, policy: Policy, windows: Sequence[Window]) -> Calm:
    """Play both rules over the windows of the history that the calendar does not skip, in their order."""
    windows = calm_windows(windows, policy)
    if len(windows) < 2:
        return Calm(windows=0, trueup=0, psi=0)
    edges, profiles = _counted(stream, policy, windows)
    clock = Clock.kept_by(policy.window, windows[0].start)
    ours = measured_alerts(profiles, windows, edges, policy.monitor, clock)
    limits = tuple(measured(limit, edges, profiles) for limit in limits_of(policy.decide.triggers))
    return Calm(
        windows=len(windows), trueup=ours.alerted, psi=_psi_alerts(profiles, edges), most=ours.most, limits=limits
    )


def measured_limits(stream: Stream, policy: Policy) -> tuple[Measured, ...]:
    """The owner's own limits on a whole stream, taken for calm; none where there are none."""
    limits = limits_of(policy.decide.triggers)
    if not limits:
        return ()
    opened, until = opening(float(stream.times[0]), policy.window), history_end(float(stream.times[-1]), policy.window)
    windows, _ = cut(stream.times, opened, policy.window, now=until)
    windows = tuple(calm_windows(windows, policy))
    edges, profiles = _counted(stream, policy, windows) if windows else (Edges.of(0, ()), [])
    return tuple(measured(limit, edges, profiles) for limit in limits)


def _counted(stream: Stream, policy: Policy, windows: Sequence[Window]) -> tuple[Edges, list[Profile]]:
    """The edges of all the windows' rows, and each window counted on them."""
    span = stream.between(windows[0].start, windows[-1].end)
    edges = edges_of(stream.features.slice(span.start, span.stop - span.start), policy.schema)
    return edges, [profile(_rows(stream, window), edges) for window in windows]


def _rows(stream: Stream, window: Window) -> pa.Table:
    found = stream.between(window.start, window.end)
    return stream.features.slice(found.start, found.stop - found.start)


def _psi_alerts(profiles: Sequence[Profile], edges: Edges) -> int:
    """Windows in which any column's psi against all the others is above the customary limit."""
    alerted = 0
    for at, now in enumerate(profiles):
        first, *rest = (*profiles[:at], *profiles[at + 1 :])
        alerted += most_psi(edges, sum(rest, start=first), now) > PSI_LIMIT
    return alerted
