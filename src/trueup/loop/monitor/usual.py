"""What is usual for a number of this window, and how far may it be off by itself?

Learnt from quiet windows: a level for each champion, a habit for each place in the cycle where there is one (weekday,
hour), sampling noise, which shrinks with a window's rows, and day-to-day noise, which does not. A new champion begins
near the level of the one before it and keeps habit and noise, so that a promotion does not blind the monitor.
Source: research/decision-quality.md section 3.2, on one signal; levels by champion as in a one-way layout.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.cycle import Cycle, cycle
from trueup.stats.intervals import normal_below
from trueup.stats.tails import negative_binomial_above, student_above

if TYPE_CHECKING:
    from collections.abc import Sequence


LEARNT: Final = 14  # windows; before, nothing is called unusual
CHANGE: Final = 0.25  # variance of a champion's level around the last one's, in variances of one window
RARE: Final = 0.5  # a higher rate of events does not lean
LIKELY: Final = 0.1  # a greater chance need not be known exactly
MOST_SHAPE: Final = 1e4  # of the distribution of a rate: beyond, it is as good as known
CLEARLY: Final = 2.0  # standard deviations; a level that is further from the last one's is taken as it is
EXACT: Final = 1e-6  # of a number: a smaller difference is rounding, also where nothing ever varied
SAFE: Final = 0.5  # standard errors by which a correlation is taken for greater
SMOOTHING: Final = 0.25  # weight of the newest window in the trend
CUT: Final = 4.0  # standard deviations that one window counts for in the trend, at most
SLOWEST: Final = 4.0  # most that slow noise may add to the doubt about a level, in variances of one window


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One number of one labelled window."""

    window: int  # number
    moment: int  # its place on the axis, counted in windows; 0 for all where there is no clock
    reign: int  # how many champions had come by then
    value: float  # turned so that higher is worse
    variance: float  # of sampling, in the unit squared
    labelled: int  # rows behind it


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """What a window would be like if nothing were wrong."""

    value: float
    doubt: float  # variance of `value` as an estimate
    lasting: float  # the part of it that is the same in every place of the cycle
    noise: float  # variance of the window's own number around it
    days: float  # the part of it that more rows would not lessen
    freedom: float  # degrees of freedom of the noise
    correlation: float  # of a window's noise with the one before, on the safe side
    period: int  # windows of the cycle; 1: there is none

    def off(self, value: float) -> float:
        """How far a number is from what is usual, in standard deviations of one window's noise; 0 where there is none.

        No window counts for more than a few of them, so that a single one makes no trend.
        """
        if self.noise == 0.0:
            return 0.0
        return max(-CUT, min(CUT, (value - self.value) / math.sqrt(self.noise)))

    def trend(self, before: float, value: float) -> float:
        """The trend with this window's number: a mean that forgets, of how far numbers were off.

        Source: Roberts 1959 (exponentially weighted moving average).
        """
        return (1.0 - SMOOTHING) * before + SMOOTHING * self.off(value)

    def trend_chance(self, trend: float) -> float:
        """The chance of a trend at least as high, were nothing wrong: noise averages out, doubt about the level stays.

        Source: variance of the average of a first-order autoregressive series; Schmid and Schöne 1997.
        """
        if self.noise == 0.0:
            return 1.0
        stay, several = (1.0 - SMOOTHING) * self.correlation, SMOOTHING / (2.0 - SMOOTHING)
        passing = (1.0 + stay) / (1.0 - stay) + (self.doubt - self.lasting) / self.noise
        z = trend / math.sqrt(several * passing + self.lasting / self.noise)
        return normal_below(-z) if z < 1.0 else float(student_above(np.array([z]), np.array([self.freedom]))[0])

    def chance(self, value: float, events: tuple[float, float] | None = None) -> float:
        """The chance of a number at least as high, were nothing wrong.

        A share of few events leans to one side, so these are judged as counts too: of a rate that days make uncertain.
        """
        spread = math.sqrt(self.noise + self.doubt)
        if spread == 0.0:
            return 1.0 if value <= self.value else 0.0
        z = (value - self.value) / spread
        if z < 1.0:
            return normal_below(-z)
        chance = float(student_above(np.array([z]), np.array([self.freedom]))[0])
        if chance > LIKELY or events is None or not 0.0 < self.value <= RARE:
            return chance
        shape = min(self.value**2 / max(self.days + self.doubt, 1e-300), MOST_SHAPE)
        odds = events[1] / (events[1] + shape / self.value)
        return max(chance, float(negative_binomial_above(*(np.array([one]) for one in (events[0], shape, odds)))[0]))


def usual(known: Sequence[Sight], now: Sight, *, anew: int = 0) -> Usual | None:
    """What is usual for `now`; reigns up to `anew` say nothing about the levels after it. None: too little is known."""
    if len(known) < LEARNT:
        return None
    fit = _fitted(known)
    if fit.free < 3:
        return None
    rho = _correlation(known, fit)
    slow = (1 + rho) / (1 - rho)
    sampling = np.array([one.variance for one in known])
    square = float(np.sum(fit.residual**2)) / max(fit.free - (slow - 1), 0.3 * fit.free)
    days, clumps = max(0.0, square - float(sampling.mean())), max(1.0, square / max(float(sampling.mean()), 1e-300))
    row = float(np.mean([one.variance * one.labelled for one in known])) / max(now.labelled, 1)
    least = (EXACT * max(abs(known[-1].value), EXACT)) ** 2
    noise = max(days + row, clumps * row, least)
    found = _level(known, now, fit, square, slow, anew)
    if found is None:
        return None
    level, lasting = found
    doubt = lasting + (square * fit.period / len(known) if fit.period > 1 else 0.0)
    freedom = max(3.0, fit.free * (1 - rho**2) / (1 + rho**2))
    value = level + float(fit.habit[now.moment % fit.period, 0])
    return Usual(
        value=value,
        doubt=doubt,
        lasting=lasting,
        noise=noise,
        days=days,
        freedom=freedom,
        correlation=rho,
        period=fit.period,
    )


def _fitted(known: Sequence[Sight]) -> Cycle:
    values = np.array([[one.value] for one in known])
    return cycle(values, np.array([one.reign for one in known]), np.array([one.moment for one in known]))


def _correlation(known: Sequence[Sight], fit: Cycle) -> float:
    """Of a window's residual with the one before, on the safe side: what a fitted level hides is added again."""
    residual = fit.residual[:, 0]
    total = float(residual @ residual)
    pairs = [a * b for (a, b), (one, two) in zip(pairwise(residual), pairwise(known), strict=True)
             if one.reign == two.reign]  # fmt: skip
    own = sum(pairs) / total if total > 0 else 0.0
    hidden = len({one.reign for one in known}) / len(known)
    return float(np.clip(own + hidden + SAFE / math.sqrt(len(known)), 0.0, 0.9))


def _level(
    known: Sequence[Sight], now: Sight, fit: Cycle, square: float, slow: float, anew: int
) -> tuple[float, float] | None:
    """The level of the reign that `now` is in, and the variance of that; None where nothing is known of it."""
    level, doubt = 0.0, math.inf
    reigns = sorted({one.reign for one in known} | {now.reign})
    for place, reign in enumerate(reigns):
        if place:
            doubt = math.inf if reigns[place - 1] <= anew < reign else doubt + CHANGE * square
        values = [one.value - float(fit.habit[one.moment % fit.period, 0]) for one in known if one.reign == reign]
        if not values:
            continue
        mean, own = sum(values) / len(values), square * min(slow / len(values), SLOWEST)
        another = (mean - level) ** 2 > CLEARLY**2 * (doubt + own)
        weight = 1.0 if another or math.isinf(doubt) else doubt / max(doubt + own, 1e-300)
        level, doubt = level + weight * (mean - level), weight * own
    return None if math.isinf(doubt) else (level, doubt)
