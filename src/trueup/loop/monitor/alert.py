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

from trueup.loop.monitor.budget import looks, share
from trueup.loop.monitor.incident import Alert, incidents
from trueup.loop.monitor.noise import LEARNT
from trueup.loop.monitor.reading import LEARNING_PSI, Judged, Look, Reading, Severity, judged, reading, volume_reading
from trueup.loop.monitor.season import NOWHERE
from trueup.loop.monitor.signals import VOLUME, measure, volume
from trueup.loop.monitor.watch import KEPT, Incident, Kept, Status, Watch

if TYPE_CHECKING:
    from trueup.loop.monitor.noise import Noise
    from trueup.loop.monitor.profile import Profile
    from trueup.loop.monitor.signals import Signal
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


def observe(
    watch: Watch, window: Window, profile: Profile, windows_per_alert: float, *, widen: float = 1.0
) -> Observed:
    """Read one window against the references; what is quiet in it is learnt.

    All columns together are wrong once in so many windows, at most.
    Where the calendar widens the limits by a factor, nothing is learnt: such a window is not what is usual.
    """
    rows = profile if watch.carried is None else watch.carried + profile
    own = watch.clock.beats(window)
    beats = (*watch.beats, *own)
    thin = rows.rows < (THIN if watch.carried is None else THICK)
    signals = () if thin else measure(watch.edges, watch.level, rows)
    counted = (volume(profile.rows, len(own)),) if own else ()
    limit = share(windows_per_alert, looks(signals + counted) + len(watch.noise.keys) * thin)
    if own == beats:
        found = judged(watch, Look(signals=signals + counted, beats=beats, limit=limit, widen=widen))
    else:
        found = judged(watch, Look(signals=signals, beats=beats, limit=limit, widen=widen))
        found += judged(watch, Look(signals=counted, beats=own, limit=limit, widen=widen))
    columns = {name: tuple(its) for name, its in groupby(found, key=lambda one: one.signal.column)}
    readings = {name: _read(watch, rows, its) for name, its in columns.items()}
    standing, alerts = incidents(watch, window, columns, readings)
    wrong = {one.column for one in standing}
    tracks = {one.key: one for one in (*watch.tracks, *(one.track for one in found))}
    seen = replace(
        watch,
        noise=_taught(watch, window, found, wrong) if widen == 1.0 else watch.noise,
        tracks=tuple(tracks.values()),
        incidents=standing,
        opened=watch.opened + sum(one.opened for one in alerts),
        carried=rows if thin else None,
        beats=beats if thin else (),
        kept=(*watch.kept, Kept(window=window, profile=profile))[-KEPT:],
    )
    closed = tuple(one.number for one in watch.incidents if one.column not in wrong)
    shown = tuple(one for name, one in readings.items() if name != VOLUME[0])
    return Observed(watch=seen, readings=shown, alerts=alerts, closed=closed)


def _read(watch: Watch, rows: Profile, signals: tuple[Judged, ...]) -> Reading:
    return volume_reading(signals[0]) if signals[0].signal.key == VOLUME else reading(watch, rows, signals)


def _taught(watch: Watch, window: Window, found: tuple[Judged, ...], wrong: set[str]) -> Noise:
    """The noise with what is quiet in this window."""
    whole = any(one.signal.key != VOLUME for one in found)
    doubted = watch.noise.doubted(_opened(watch, found, wrong))
    return doubted.taught(window.number, _place(watch, window), _quiet(found, wrong), whole=whole)


def _place(watch: Watch, window: Window) -> int:
    """A window that carried others with it has no place of its own."""
    return watch.clock.place(window) if watch.carried is None else NOWHERE


def _opened(watch: Watch, found: tuple[Judged, ...], wrong: set[str]) -> set[str]:
    """Columns that are wrong since this window, and whose noise is known well enough to do without the last ones."""
    learning = {one.signal.column for one in found if one.known < LEARNT}
    return wrong - learning - {one.column for one in watch.incidents} - {VOLUME[0]}


def _quiet(found: tuple[Judged, ...], wrong: set[str]) -> tuple[Signal, ...]:
    """What a window teaches: not what is over its limit, or too large a move to be called noise.

    A column that swings from one side of the level to the other is noisy and not moved, so it teaches all the same. So
    does a number of rows that lasts: streams grow, and nobody trains for it.
    """
    swinging = {one.signal.column for one in found if one.crossed}
    quiet = []
    for one in found:
        lasts = one.signal.kind == "rows" and (one.track.hits[0] or not one.over)
        large = one.known < LEARNT and one.psi >= LEARNING_PSI
        moved = one.over or large or one.signal.column in wrong
        if lasts or not moved or one.signal.column in swinging:
            quiet.append(one.signal)
    return tuple(quiet)
