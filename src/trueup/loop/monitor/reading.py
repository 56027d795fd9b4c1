"""Is a signal further off than the budget of false alerts lets chance bring it, and by enough to matter?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from trueup.loop.monitor.moved import moved
from trueup.loop.monitor.noise import LEARNT, Wobble, judge
from trueup.loop.monitor.signals import FLOORS, RARE, Kind, Signal, measure
from trueup.loop.monitor.watch import Track

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import Profile
    from trueup.loop.monitor.watch import Watch

Severity = Literal["minor", "moderate", "major"]

LEARNING_PSI: Final = 0.10  # least psi beyond chance while the noise is being learnt
LEARNING_RISE: Final = 0.05  # least rise of what should not be there, likewise
MODERATE, MAJOR = 0.1, 0.2  # psi beyond chance, or rise of what should not be there


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The most telling signal of one column in one window, against its limit."""

    column: str
    kind: Kind
    level: str  # of a share; else empty
    value: float  # rank, share, or psi beyond chance
    usual: float  # the same of the champion's rows
    p: float  # chance of a value at least as far out when nothing is wrong
    limit: float  # p below this counts: this signal's part of the budget of false alerts
    over: bool  # p is below the limit and the move is one that matters
    psi: float  # of the column, beyond chance
    severity: Severity
    moved: str  # in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One signal with what became of it, and what is known of it from now on."""

    signal: Signal
    p: float  # the smaller one of the window's and the trend's
    limit: float
    psi: float  # of the column, beyond chance
    over: bool
    crossed: bool  # over the limit now and in the window before, on opposite sides: it swings, it did not move
    lasted: bool  # over the limit often enough to be an alert
    wobble: Wobble  # as before this window
    residual: float
    track: Track  # with this window


def judged(watch: Watch, rows: Profile, windows_per_false_alert: float, *, widen: float = 1.0) -> tuple[Judged, ...]:
    """All signals of one window, each against its part of the budget, the limits widened by a factor."""
    signals = measure(watch.edges, watch.level, rows)
    if not signals:
        return ()
    limit = 1.0 / (windows_per_false_alert * 2 * len(signals))
    known = {one.key: one for one in watch.noise.wobbles}
    wobbles = [known.get(one.key) or Wobble(column=one.column, kind=one.kind, level=one.level) for one in signals]
    before = {one.key: one for one in watch.tracks}
    tracks = [before.get(one.key) or Track(column=one.column, kind=one.kind, level=one.level) for one in signals]
    verdicts = judge(signals, wobbles, [one.trend for one in tracks], watch.behind, widen=widen)
    least = np.minimum(verdicts.p, verdicts.p_trend).tolist()
    psi = {one.column: one.value for one in signals if one.kind == "shape"}
    found = []
    for place, (signal, p, wobble, track) in enumerate(zip(signals, least, wobbles, tracks, strict=True)):
        learning = wobble.windows < LEARNT
        its_psi = psi.get(signal.column, 0.0)
        over = p < limit and _matters(signal, its_psi, learning=learning, widen=widen)
        often = all(track.hits) if learning else any(track.hits) or p < limit**2
        trend, residual = float(verdicts.trend[place]), float(verdicts.residual[place])
        followed = Track(
            column=track.column, kind=track.kind, level=track.level, trend=trend, hits=(track.hits[1], over)
        )
        found.append(
            Judged(
                signal=signal,
                p=p,
                limit=limit,
                psi=its_psi,
                over=over,
                crossed=over and track.hits[1] and track.trend * residual < 0,
                lasted=over and often,
                wobble=wobble,
                residual=residual,
                track=followed,
            )
        )
    return tuple(found)


def _matters(signal: Signal, psi: float, *, learning: bool, widen: float) -> bool:
    """Whether a move is large enough to be anyone's concern; larger while only sampling noise is known."""
    rise, psi = (signal.move if signal.kind in RARE else abs(signal.move)) / widen, psi / widen
    if not learning:
        return rise >= FLOORS[signal.kind]
    return rise >= LEARNING_RISE if signal.kind in RARE else psi >= LEARNING_PSI


def most_telling(signals: tuple[Judged, ...]) -> Judged:
    """Of a column's signals the one to show: over its limit, then least likely, then furthest beyond its floor."""
    return min(signals, key=lambda one: (not one.over, one.p, -abs(one.signal.move) / FLOORS[one.signal.kind]))


def severity(signals: tuple[Judged, ...]) -> Severity:
    """How grave a column's move is."""
    rises = [one.signal.move for one in signals if one.signal.kind in RARE]
    worst = max(signals[0].psi, *rises, 0.0)
    if worst >= MAJOR:
        return "major"
    return "moderate" if worst >= MODERATE else "minor"


def reading(watch: Watch, rows: Profile, signals: tuple[Judged, ...]) -> Reading:
    """What a column's signals say, as people read it."""
    one = most_telling(signals)
    name = one.signal.column
    place = next(place for place, column in enumerate(watch.edges.columns) if column.name == name)
    sides = (watch.edges.columns[place], watch.level.columns[place], rows.columns[place])
    return Reading(
        column=name,
        kind=one.signal.kind,
        level=one.signal.level,
        value=one.signal.value,
        usual=one.signal.usual,
        p=one.p,
        limit=one.limit,
        over=one.over,
        psi=one.psi,
        severity=severity(signals),
        moved=moved(*sides, one.signal.kind, one.signal.level),
    )
