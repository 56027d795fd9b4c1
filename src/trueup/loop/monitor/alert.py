"""Is the world still the one the champion was trained on? Says no only when chance is no excuse.

The owner's budget of false alerts is shared by all signals of a window and both of their scales. An alert needs a
signal over its limit in two of three windows, or one that is overwhelming at once, and a move that matters; while the
noise is being learnt it needs three windows in a row and a larger move.
Source: research/decision-quality.md section 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.incident import Alert, incidents
from trueup.loop.monitor.noise import LEARNT, learnt
from trueup.loop.monitor.reading import LEARNING_PSI, Judged, Reading, Severity, judged, reading
from trueup.loop.monitor.watch import KEPT, Incident, Kept, Noise, Status, Watch

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import Profile
    from trueup.loop.policy import MonitorPolicy
    from trueup.loop.window import Window

__all__ = ["Alert", "Incident", "Observed", "Reading", "Severity", "Status", "Watch", "observe"]

THIN: Final = 20  # rows; a thinner window is not judged
THICK: Final = 50  # rows that carried windows must reach together


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What one window taught."""

    watch: Watch
    readings: tuple[Reading, ...]  # one a column; their psi is a row of the heat map
    alerts: tuple[Alert, ...]  # opened now, or going on
    closed: tuple[int, ...] = ()  # numbers of the incidents that ended


def observe(watch: Watch, window: Window, profile: Profile, policy: MonitorPolicy, *, widen: float = 1.0) -> Observed:
    """Read one window against the references; what is quiet in it is learnt.

    Where the calendar widens the limits by a factor, nothing is learnt: such a window is not what is usual.
    """
    rows = profile if watch.carried is None else watch.carried + profile
    watch = replace(watch, kept=(*watch.kept, Kept(window=window, profile=profile))[-KEPT:])
    if rows.rows < (THIN if watch.carried is None else THICK):
        return Observed(watch=replace(watch, carried=rows), readings=(), alerts=())
    signals = judged(watch, rows, policy.windows_per_false_alert, widen=widen)
    columns = {name: tuple(its) for name, its in groupby(signals, key=lambda one: one.signal.column)}
    readings = {column: reading(watch, rows, its) for column, its in columns.items()}
    standing, alerts = incidents(watch, window, columns, readings)
    wrong = {one.column for one in standing}
    seen = replace(
        watch,
        noise=_learnt(watch, signals, wrong) if widen == 1.0 else watch.noise,
        tracks=tuple(one.track for one in signals),
        incidents=standing,
        opened=watch.opened + sum(one.opened for one in alerts),
        carried=None,
    )
    closed = tuple(one.number for one in watch.incidents if one.column not in wrong)
    return Observed(watch=seen, readings=tuple(readings.values()), alerts=alerts, closed=closed)


def _learnt(watch: Watch, signals: tuple[Judged, ...], wrong: set[str]) -> Noise:
    """The noise with this window; what is over its limit, or too large a move to be called noise, is left out.

    A column that swings from one side of the level to the other is noisy and not moved, so it teaches all the same.
    """
    wobbles = {one.key: one for one in watch.noise.wobbles}
    swinging = {one.signal.column for one in signals if one.crossed}
    for one in signals:
        large = one.wobble.windows < LEARNT and one.psi >= LEARNING_PSI
        moved = one.over or large or one.signal.column in wrong
        if not moved or one.signal.column in swinging:
            wobbles[one.wobble.key] = learnt(one.wobble, one.signal, one.residual)
    return Noise(windows=watch.noise.windows + 1, wobbles=tuple(wobbles.values()))
