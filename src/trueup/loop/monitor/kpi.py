"""Did a number that people care about become worse, beyond what its own noise explains?

`calibrated`: two looks a window at Student's t, of its distance from what is usual and of the trend of such distances,
and a move that matters. The metric and the KPIs share one part of the owner's budget of false alerts.
`strict`, for shares of events: a Shiryaev-Roberts detector of e-values. Whenever the rate of bad events stays below
the bound, the mean time between its alerts is at least the budget, proven for any length of time.
Source: research/decision-quality.md section 4; Shin, Ramdas and Rinaldo 2022 (e-detectors).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from trueup.loop.monitor.usual import Sight, usual
from trueup.loop.policy import Kpi
from trueup.stats.intervals import Z95

if TYPE_CHECKING:
    from trueup.loop.monitor.usual import Usual

Guarantee = Literal["calibrated", "strict"]

TOLERANCE: Final = 0.05  # of the usual value; a smaller move is nobody's concern
MOST_TOLERANCE: Final = 0.01  # of a number between 0 and 1: a point
THIN: Final = 20  # labelled rows; a thinner window is not judged
KEPT: Final = 84  # quiet windows that are remembered
WINDOW_PART: Final = 0.6  # of the budget is for windows that are far off by themselves, the rest for the trend
QUIET: Final = 3  # windows as usual that close an incident
HELD: Final = 14  # windows that must follow without an incident, before one teaches
NEW: Final = 14  # windows of a champion that teach at once, for its level
SURE: Final = 42  # windows that teach at once, for the noise
STILL: Final = 0.05  # an open incident goes on while the chance is below
RATIOS: Final = (1.1, 1.25, 1.5, 2.0, 3.0)  # of the bound, bet on by the strict detector
RICHEST: Final = 1e12  # more wealth is not counted

Status = Literal["learning", "insufficient", "watching"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a window's number came to."""

    window: int
    status: Status  # only `watching` says that nothing is wrong
    value: float  # turned so that higher is worse
    usual: float | None = None  # turned alike; None: not known yet
    chance: float = 1.0  # of a number at least as bad, were nothing wrong
    alarm: bool = False  # over the limit in this window
    opened: bool = False  # an incident opened with it
    lasting: bool = False  # the last windows are over it together, not this one by itself
    period: int = 1  # windows of the cycle that `usual` is for


@dataclass(frozen=True, slots=True, kw_only=True)
class Vigil:
    """What is remembered of one number: its quiet windows, and what is known to be wrong."""

    name: str
    kpi: Kpi | None = None  # how the number is made; None: it is the metric
    known: tuple[Sight, ...] = ()  # quiet windows, oldest first
    waiting: tuple[Sight, ...] = ()  # newest windows, not learnt from yet
    anew: int = 0  # reigns up to this one say nothing about later levels: it ended while something was wrong
    since: int = 0  # number of the window that opened the incident; 0: none is open
    quiet: int = 0  # windows in a row as usual, while one is open
    reign: int = 0  # of the newest window
    trend: float = 0.0  # of how far the numbers were off, in standard deviations of one window's noise
    wealth: float = 0.0  # of the strict detector
    opened: int = 0  # incidents so far
    seen: Seen | None = None  # the newest window's
    usual: float | None = None  # what was usual for it, as people know the number

    @property
    def watching(self) -> bool:
        """Whether its silence means anything."""
        return self.seen is not None and self.seen.status == "watching"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """On which terms numbers are watched."""

    windows: float  # per false alert of this number
    guarantee: Guarantee = "calibrated"
    share: bool = False  # the number lies between 0 and 1, and is turned by taking it from 1


def observe(vigil: Vigil, now: Sight, terms: Terms, events: tuple[float, float] | None = None) -> Vigil:
    """The vigil after one more labelled window; `events` are its bad rows and all rows, of a share of events."""
    if now.reign != vigil.reign:
        vigil = _crowned(vigil, now.reign)
    if now.labelled < THIN or not math.isfinite(now.value):
        return replace(vigil, seen=Seen(window=now.window, status="insufficient", value=now.value))
    expected = usual(vigil.known, now, anew=vigil.anew)
    if expected is None:
        seen = Seen(window=now.window, status="learning", value=now.value)
        return _learnt(replace(vigil, seen=seen), now)
    tolerance = _tolerance(expected.value, share=terms.share)
    chance, moved = expected.chance(now.value, events), now.value - expected.value >= tolerance
    trend = expected.trend(vigil.trend, now.value)
    seen = Seen(
        window=now.window,
        status="watching",
        value=now.value,
        usual=expected.value,
        chance=chance,
        period=expected.period,
    )
    if terms.guarantee == "strict" and events is not None:
        wealth = grown(vigil.wealth, events, _bound(expected, tolerance))
        seen = replace(seen, alarm=wealth >= terms.windows)
        vigil = replace(vigil, wealth=0.0 if seen.alarm else wealth)
    elif moved and chance < WINDOW_PART / terms.windows:
        seen = replace(seen, alarm=True)
    elif not vigil.since and trend * math.sqrt(expected.noise) >= tolerance:
        seen = _lasting(seen, expected.trend_chance(trend), terms)
    seen = replace(seen, opened=seen.alarm and not vigil.since)
    return _judged(replace(vigil, seen=seen, trend=trend), now, still=moved and chance < STILL)


def _lasting(seen: Seen, chance: float, terms: Terms) -> Seen:
    """Windows that are each hardly off, and all to the same side, open an incident too."""
    if chance >= (1.0 - WINDOW_PART) / terms.windows:
        return seen
    return replace(seen, alarm=True, lasting=True, chance=chance)


def _judged(vigil: Vigil, now: Sight, *, still: bool) -> Vigil:
    """The incident opens, goes on or ends; windows of one are not learnt from."""
    seen = vigil.seen
    if seen is None or not (vigil.since or seen.opened):
        return _learnt(vigil, now, still=still)
    if seen.opened:
        return replace(vigil, since=now.window, quiet=0, opened=vigil.opened + 1, waiting=())
    quiet = 0 if seen.alarm or still else vigil.quiet + 1
    return replace(vigil, since=0, quiet=0, trend=0.0) if quiet >= QUIET else replace(vigil, quiet=quiet)


def _crowned(vigil: Vigil, reign: int) -> Vigil:
    """Another champion answered: an open incident ends with the old one, whose level is no measure for the new one."""
    if vigil.since:
        return replace(vigil, reign=reign, anew=vigil.reign, since=0, quiet=0, trend=0.0, wealth=0.0)
    return replace(vigil, reign=reign, trend=0.0)


def _learnt(vigil: Vigil, now: Sight, *, still: bool = False) -> Vigil:
    """A window teaches when no incident came of it within two weeks: else what begins slowly would be called usual.

    Where little is known of the champion, one that is as usual teaches at once. A full reference is not slid along: a
    slow decline would go with it.
    """
    young = len(vigil.known) < SURE or sum(one.reign == now.reign for one in vigil.known) < NEW
    waiting, known = (*vigil.waiting, now), vigil.known
    taught = [one for one in waiting if one.window <= now.window - HELD or (young and not still and one is now)]
    for one in taught:
        room = len(known) < KEPT
        if room or known[0].reign != one.reign:
            known = (*known[0 if room else 1 :], one)
    left = tuple(one for one in waiting if one not in taught)
    return replace(vigil, known=tuple(sorted(known, key=lambda one: one.window)), waiting=left)


def _tolerance(usual: float, *, share: bool) -> float:
    """The least move that matters; of a share, part of the rarer side, be it of hits or of misses."""
    return min(TOLERANCE * max(min(usual, 1.0 - usual), 0.0), MOST_TOLERANCE) if share else TOLERANCE * abs(usual)


def _bound(expected: Usual, tolerance: float) -> float:
    """The rate of bad events that is still bearable: the upper end of what is usual, and the tolerance."""
    return min(max(expected.value, 0.0) + Z95 * math.sqrt(expected.doubt) + tolerance, 0.98)


def grown(before: float, events: tuple[float, float], bound: float) -> float:
    """The strict detector's wealth after a window: M = (M + 1) e.

    e is the mean, over some rates above the bound, of the window's likelihood ratio against the bound.

    >>> round(grown(0.0, (10.0, 100.0), 0.1), 2) < 1.0 < round(grown(0.0, (20.0, 100.0), 0.1), 2)
    True
    """
    bad, rows = events
    rates = [min(bound * ratio, 0.5 + bound / 2) for ratio in RATIOS]
    logs = [bad * math.log(rate / bound) + (rows - bad) * math.log((1 - rate) / (1 - bound)) for rate in rates]
    e = sum(math.exp(min(log, 50.0)) for log in logs) / len(logs)
    return min((before + 1.0) * e, RICHEST)
