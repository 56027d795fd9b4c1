"""Has a signal a habit of the week, or of the day's hours? What is usual at each place of it?

A habit is believed only when, over at least three full cycles, the windows at the same place foretell a window left
out clearly better than all windows do. Source: research/decision-quality.md section 3.2.
"""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.cycle import CYCLES, GAIN, PERIODS
from trueup.stats.arrays import Floats, Integers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.policy import Windowing
    from trueup.loop.window import Window

NOWHERE: Final = -1  # the place of a window that is not one beat long


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """Where windows stand in a cycle; daylight saving moves a day's start by less than half a beat."""

    start: float = 0.0  # of the first window, in time units
    beat: float = 0.0  # length of a window, in time units; 0: windows of rows, which have no place in a cycle

    @classmethod
    def of(cls, windows: Sequence[Window]) -> Clock:
        """The clock that nearly all of these windows keep; without one there is no season."""
        lengths = [one.end - one.start for one in windows]
        beat = statistics.median(lengths)
        alike = sum(abs(length - beat) <= 0.1 * beat for length in lengths)
        return cls(start=windows[0].start, beat=beat) if 5 * alike >= 4 * len(lengths) else cls()

    @classmethod
    def kept_by(cls, windowing: Windowing, start: float) -> Clock:
        """Windows of time have a place in the week or the day, windows of rows have none."""
        return cls(start=start, beat=windowing.length if windowing.unit == "time" else 0.0)

    def beats(self, window: Window) -> tuple[int, ...]:
        """The beats that a window covers, counted from the start; none without a clock."""
        if not self.beat:
            return ()
        first, after = (round((moment - self.start) / self.beat) for moment in (window.start, window.end))
        return tuple(range(first, max(after, first + 1)))

    def place(self, window: Window) -> int:
        """The beat of a window that covers just one."""
        beats = self.beats(window)
        return beats[0] if len(beats) == 1 and beats[0] >= 0 else NOWHERE


@dataclass(frozen=True, slots=True, eq=False)
class Habit:
    """What the windows known so far foretell of each signal, by the baseline that foretells it best."""

    foretold: Floats  # windows x signals: of each window by the others
    period: Integers  # signals: windows of a cycle; 1: all places alike
    tables: tuple[tuple[int, Floats, Floats], ...]  # (period, mean, windows) of places x signals

    def over(self, places: Sequence[int], weights: Sequence[float]) -> tuple[Floats, Floats]:
        """What is usual over some beats, weighed, and how many windows tell it, by signal."""
        usual, behind = np.zeros(len(self.period)), np.ones(len(self.period))
        for period, means, counts in self.tables:
            share = np.zeros(period)
            for place, weight in zip(places, weights, strict=True):
                share[place % period if place >= 0 else slice(None)] += weight if place >= 0 else weight / period
            share = share / share.sum() if share.sum() > 0 else np.full(period, 1 / period)
            its = self.period == period
            usual[its], behind[its] = share @ means[:, its], share @ counts[:, its]
        return usual, np.maximum(behind, 1.0)


def habit(moves: Floats, places: Integers) -> Habit:
    """Each signal's baseline, from windows x signals (NaN: not known) and the windows' places on the clock."""
    known = np.isfinite(moves)
    filled = np.where(known, moves, 0.0)
    pooled = _by_place(filled, known, np.zeros(len(moves), np.int64), 1)
    tables, foretold = [(1, *pooled[1:])], pooled[0]
    period = np.ones(moves.shape[1], np.int64)
    least = _error(filled, known, foretold)
    for length in PERIODS:
        if int(np.sum(places >= 0)) < CYCLES * length:
            continue
        groups = np.where(places >= 0, places % length, NOWHERE)
        by_place, means, counts = _by_place(filled, known, groups, length)
        by_place[groups < 0] = pooled[0][groups < 0]
        error = np.where(counts.min(axis=0) >= CYCLES, _error(filled, known, by_place), np.inf)
        better = GAIN * error < least
        period, least = np.where(better, length, period), np.where(better, error, least)
        foretold = np.where(better, by_place, foretold)
        tables.append((length, means, counts))
    return Habit(foretold, period, tuple(tables))


def _error(filled: Floats, known: Floats, foretold: Floats) -> Floats:
    error: Floats = np.sum(np.where(known, filled - foretold, 0.0) ** 2, axis=0)
    return error


def _by_place(filled: Floats, known: Floats, groups: Integers, length: int) -> tuple[Floats, Floats, Floats]:
    """Each window foretold by the others at its place; then every place's mean, and the windows behind it."""
    member = (groups[:, None] == np.arange(length)).astype(float)
    sums, counts = member.T @ filled, member.T @ known
    others = counts[groups] - known
    foretold = (sums[groups] - filled) / np.maximum(others, 1.0)
    return foretold, sums / np.maximum(counts, 1.0), counts
