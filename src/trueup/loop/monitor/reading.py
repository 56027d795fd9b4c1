"""Is a signal further off than the budget of false alerts lets chance bring it, and by enough to matter?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from trueup.loop.monitor.judgement import judge
from trueup.loop.monitor.moved import moved, plain
from trueup.loop.monitor.noise import LEARNT
from trueup.loop.monitor.signals import FLOORS, RARE, Kind, Signal
from trueup.loop.monitor.watch import Track
from trueup.loop.monitor.wobble import wobble

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import Profile
    from trueup.loop.monitor.watch import Watch

Severity = Literal["minor", "moderate", "major"]

WINDOW_PART: Final = 2.0  # of a look's part: a window over its limit is an alert only with a second one,
TREND_PART: Final = 0.25  # and a trend over its limit mostly is in the next window too
OVERWHELMING: Final = 0.005  # of a look's part: so unlikely needs no second window
LEARNING_PSI: Final = 0.10  # least psi beyond chance while the noise is being learnt
LEARNING_RISE: Final = 0.05  # least rise of what should not be there, likewise
MODERATE, MAJOR = 0.1, 0.2  # psi beyond chance and days, or rise of what should not be there
TWICE, MANY_TIMES = math.log(2.0), math.log(5.0)  # as many rows, or as few
ROWS: Final = "rows"  # what people read where no column moved, but the number of rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The most telling signal of one column in one window, against its limit."""

    column: str
    kind: Kind
    level: str  # of a share; else empty
    value: float  # rank, share, or psi beyond chance
    usual: float  # what this place in the cycle has
    p: float  # chance of a value at least as far out when nothing is wrong
    limit: float  # an even part of the budget of false alerts; a window may take more of it, a trend less
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
    usual: float  # value that this place in the cycle has
    effect: float  # how far it is from that
    psi: float  # of the column, beyond chance
    grave: float  # of the column, psi beyond what chance and days bring
    known: int  # windows that its noise was learnt from
    over: bool  # over the limit, and far enough to matter
    crossed: bool  # over the limit now and in the window before, on opposite sides: it swings, it did not move
    lasted: bool  # over the limit often enough to be an alert
    track: Track  # with this window


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What is looked at in a window, and how closely."""

    signals: tuple[Signal, ...]
    beats: tuple[int, ...]  # that the window covers on the clock
    limit: float  # p below this counts
    widen: float = 1.0  # factor by which the calendar widens what is usual


def judged(watch: Watch, look: Look) -> tuple[Judged, ...]:
    """All signals of one window, each against its part of the budget."""
    signals = look.signals
    if not signals:
        return ()
    before = {one.key: one for one in watch.tracks}
    tracks = [before.get(one.key) or Track(column=one.column, kind=one.kind, level=one.level) for one in signals]
    known = wobble(watch.noise, signals, watch.basis, look.beats)
    verdicts = judge(signals, known, [one.trend for one in tracks], widen=look.widen)
    least = np.minimum(verdicts.p, verdicts.p_trend).tolist()
    asked = np.minimum(verdicts.p / WINDOW_PART, verdicts.p_trend / TREND_PART).tolist()
    windows, effects, trends = known.windows.tolist(), verdicts.effect.tolist(), verdicts.trend.tolist()
    psi = {one.column: (one.value, effect) for one, effect in zip(signals, effects, strict=True) if one.kind == "shape"}
    found = []
    for place, (signal, track) in enumerate(zip(signals, tracks, strict=True)):
        p, effect, learning = least[place], effects[place], windows[place] < LEARNT
        its_psi, grave = psi.get(signal.column, (0.0, 0.0))
        over = asked[place] < look.limit and _matters(
            signal, effect / look.widen, its_psi / look.widen, learning=learning
        )
        often = all(track.hits) if learning else any(track.hits) or asked[place] < OVERWHELMING * look.limit
        found.append(
            Judged(
                signal=signal,
                p=p,
                limit=look.limit,
                usual=signal.value - effect,
                effect=effect,
                psi=its_psi,
                grave=its_psi if learning else max(grave, 0.0),
                known=int(windows[place]),
                over=over,
                crossed=over and track.hits[1] and track.side * effect < 0,
                lasted=over and often,
                track=track.followed(trends[place], over=over, effect=effect),
            )
        )
    return tuple(found)


def _matters(signal: Signal, effect: float, psi: float, *, learning: bool) -> bool:
    """Whether a move is large enough to be anyone's concern; larger while only sampling noise is known."""
    if signal.kind == "rows":
        return not learning and abs(effect) >= FLOORS["rows"]
    rise = effect if signal.kind in RARE else abs(effect)
    if not learning:
        return rise >= FLOORS[signal.kind]
    return rise >= LEARNING_RISE if signal.kind in RARE else psi >= LEARNING_PSI


def most_telling(signals: tuple[Judged, ...]) -> Judged:
    """Of a column's signals the one to show: over its limit, then least likely, then furthest beyond its floor."""
    return min(signals, key=lambda one: (not one.over, one.p, -abs(one.effect) / FLOORS[one.signal.kind]))


def severity(signals: tuple[Judged, ...]) -> Severity:
    """How grave a column's move is."""
    rises = [one.effect for one in signals if one.signal.kind in RARE]
    worst = max(signals[0].grave, *rises, 0.0)
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
        usual=one.usual,
        p=one.p,
        limit=one.limit,
        over=one.over,
        psi=one.psi,
        severity=severity(signals),
        moved=moved(*sides, one.signal.kind, one.signal.level),
    )


def volume_reading(one: Judged) -> Reading:
    """What the number of rows says, as people read it."""
    rows, usual = math.exp(one.signal.value), math.exp(one.usual)
    times = abs(one.effect)
    return Reading(
        column=ROWS,
        kind="rows",
        level="",
        value=rows,
        usual=usual,
        p=one.p,
        limit=one.limit,
        over=one.over,
        psi=0.0,
        severity="major" if times >= MANY_TIMES else "moderate" if times >= TWICE else "minor",
        moved=f"{plain(usual)} -> {plain(math.floor(rows + 0.25))} a window",
    )
