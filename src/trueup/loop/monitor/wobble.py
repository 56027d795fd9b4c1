"""What is usual in this window, and how far do its signals go by themselves?

Every signal is seen around its own baseline: the level, or its place in the cycle. Sampling brings a known variance;
what is left over is the days' (`days`), or comes of rows in clumps, a user's many rows say (`clumps`).
Source: research/decision-quality.md section 3.2; psi by Wilson and Hilferty 1931 (cube root of chi-squared).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.noise import LEARNT
from trueup.loop.monitor.season import Habit, habit
from trueup.loop.monitor.signals import UNOWNED
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.noise import Noise
    from trueup.loop.monitor.signals import Signal
    from trueup.stats.arrays import Flags

LEAST_LEFT: Final = 0.3  # of a square, however correlated the windows are
LEAST_USUAL: Final = 0.1  # of the psi that sampling brings: calmer than that is no day
SAME: Final = 2.5  # standard deviations between the champion's rows and all quiet windows: nearer is one level
KNOWN: Final = 1e4  # degrees of freedom of a variance that is not estimated
LEAST_FREEDOM: Final = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Which windows the level is an average of."""

    places: tuple[int, ...] = ()  # on the clock
    rows: tuple[int, ...] = ()

    @property
    def windows(self) -> float:
        """How many equally large windows would be as good an average."""
        return sum(self.rows) ** 2 / sum(one**2 for one in self.rows) if any(self.rows) else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class Wobble:
    """What was learnt, for one window; one number a signal."""

    windows: Floats  # learnt from
    usual: Floats  # move from the level that the window's place in the cycle has; psi: beyond chance
    lasting: Floats  # doubt about it that is the same in every window, as a part of a window's variance
    fleeting: Floats  # doubt about it that is another one at the next place of the cycle, likewise
    days: Floats  # variance that days bring, beyond sampling
    clumps: Floats  # times that sampling varies more than rows by themselves would
    correlation: Floats  # of a window with the one before
    freedom: Floats  # degrees of freedom of the variance


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """The windows that were learnt from, around what the others of them foretell."""

    found: Habit
    windows: Floats  # by signal
    slow: Floats  # times that the mean of many windows varies more because a window is like the one before
    correlation: Floats
    square: Floats  # mean square of a window about its mean
    sampled: Floats  # the part of it that sampling brings
    ratio: Floats  # the same as a mean of ratios
    apart: Floats  # standard deviation from what is foretold, in the signal's unit, chance included


def wobble(noise: Noise, signals: Sequence[Signal], basis: Basis, beats: Sequence[int]) -> Wobble:
    """What was learnt of these signals, for a window that covers these beats."""
    learnt = _lessons(noise, signals)
    usual, lasting, fleeting = _baseline(learnt, signals, basis, beats)
    windows, rho = learnt.windows, learnt.correlation
    learning = windows < LEARNT
    level = np.array([one.rows / max(one.reference, 1) for one in signals])
    freedom = (windows - learnt.found.period) * (1 - rho**2) / (1 + rho**2)
    return Wobble(
        windows=windows,
        usual=np.where(learning & linear(signals), 0.0, usual),
        lasting=np.where(learning, level, lasting),
        fleeting=np.where(learning, 0.0, fleeting),
        days=np.where(learning, 0.0, np.maximum(0.0, learnt.square - learnt.sampled)),
        clumps=np.where(learning, 1.0, np.maximum(1.0, learnt.ratio)),
        correlation=np.where(learning, 0.0, rho),
        freedom=np.where(learning, KNOWN, np.maximum(LEAST_FREEDOM, freedom)),
    )


def linear(signals: Sequence[Signal]) -> Flags:
    """Which signals are means of rows: all but psi, which is seen as a cube root."""
    return np.array([one.kind != "shape" for one in signals], dtype=bool)


def root(beyond: Floats, chance: Floats, usual: Floats, free: Floats) -> Floats:
    """A psi as a nearly normal number, 0 where it is what chance and days usually bring."""
    brought = np.maximum(chance + usual, LEAST_USUAL * chance)
    return np.cbrt(np.maximum(beyond + chance, 0.0) / brought) - (1.0 - 2.0 / (9.0 * free))


def _lessons(noise: Noise, signals: Sequence[Signal]) -> Lessons:
    moves, chances = noise.of([one.key for one in signals])
    found = habit(moves, noise.places)
    windows = np.isfinite(moves).sum(axis=0).astype(float)
    known = np.maximum(windows, 2.0)
    residual, sampling = moves - found.foretold, chances.copy()
    apart = np.sqrt(np.nansum(residual**2, axis=0) / known)
    bent = np.flatnonzero(~linear(signals)).tolist()
    free = np.array([signals[place].row for place in bent])
    residual[:, bent] = root(moves[:, bent], chances[:, bent], found.foretold[:, bent], free)
    sampling[:, bent] = np.where(np.isfinite(moves[:, bent]), 2.0 / (9.0 * free), np.nan)
    rho = _correlations(residual, windows)
    slow = (1 + rho) / (1 - rho)
    pooled = (known / (known - 1)) ** 2 * np.maximum(LEAST_LEFT, 1 - slow / known)
    cycles = np.maximum(known / found.period, 2.0)
    left = np.where(found.period == 1, pooled, cycles / (cycles - 1))
    squares = np.nan_to_num(residual) ** 2
    return Lessons(
        found=found,
        windows=windows,
        slow=slow,
        correlation=rho,
        square=squares.sum(axis=0) / known / left,
        sampled=np.nansum(sampling, axis=0) / known,
        ratio=np.nansum(squares / sampling, axis=0) / known / left,
        apart=apart,
    )


def _baseline(
    learnt: Lessons, signals: Sequence[Signal], basis: Basis, beats: Sequence[int]
) -> tuple[Floats, Floats, Floats]:
    """What is usual here, and the lasting and the fleeting doubt about it.

    A champion's own rows may be few windows. Where they lie where all quiet windows lie, give or take chance, these
    tell the level better; where not, the champion's rows do, and the others only tell the cycle.
    """
    here, behind = learnt.found.over(beats, [1.0] * len(beats))
    expected, _ = learnt.found.over(basis.places, basis.rows)
    by_all = np.minimum(1.0, learnt.slow / np.maximum(learnt.windows, 1.0))
    by_own = np.minimum(1.0, learnt.slow / basis.windows)
    unowned = np.array([one.kind in UNOWNED for one in signals], dtype=bool)
    same = unowned | (expected**2 <= SAME**2 * learnt.square * (by_all + by_own))
    pooled = learnt.found.period == 1
    usual = np.where(same, here, here - expected)
    usual = np.where(linear(signals), usual, _usual_psi(usual, learnt, basis, np.where(pooled, by_all, 1.0 / behind)))
    lasting = np.where(same, np.where(pooled, by_all, 0.0), by_own)
    return usual, lasting, np.where(pooled, 0.0, 1.0 / behind)


def _usual_psi(usual: Floats, learnt: Lessons, basis: Basis, doubt: Floats) -> Floats:
    """The psi that days bring: a mean of few skewed numbers, so one standard error is added.

    A level that is an average of fewer windows than were learnt from is off by itself, which brings more psi; a psi is
    a square, so its correlation is about the square of that of what moves.
    """
    rho = np.sqrt(learnt.correlation)
    slow = (1 + rho) / (1 - rho)
    by_all, by_own = (np.minimum(1.0, slow / np.maximum(count, 1.0)) for count in (learnt.windows, basis.windows))
    brought = usual + learnt.apart * np.sqrt(np.minimum(doubt, 1.0))
    return np.where(brought > 0, brought * np.maximum(1.0, (1 + by_own) / (1 + by_all)), brought)


def _correlations(residual: Floats, windows: Floats) -> Floats:
    """Half the signal's own lag-one correlation, half the middle one of all, on the safe side while little is known."""
    filled = np.nan_to_num(residual)
    own = np.sum(filled[1:] * filled[:-1], axis=0) / np.maximum(np.sum(filled**2, axis=0), 1e-300)
    typical = float(np.median(own[windows > 3])) if np.any(windows > 3) else 0.0
    rho = 0.5 * own + 0.5 * typical + 1 / np.sqrt(np.maximum(windows, 4.0))
    return np.where(windows > 3, np.clip(rho, 0.0, 0.9), 0.0)
