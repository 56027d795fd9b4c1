"""A level for each champion and one habit of the week, or of the day's hours, fitted together by least squares.

A habit is believed only when, over at least three full cycles, it foretells windows left out clearly better than none.
Source: research/decision-quality.md section 3.2; Allen 1974 (PRESS); levels by champion as in a one-way layout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from trueup.stats.arrays import Flags, Floats, Integers

PERIODS: Final = (7, 24)  # windows of a cycle: days of a week, hours of a day
CYCLES: Final = 3  # that must have been seen before a habit is believed
GAIN: Final = 1.05  # times that the error must be smaller, for a habit to be believed
ALONE: Final = 0.95  # a window that its own prediction rests on to this part says nothing about the others


@dataclass(frozen=True, slots=True, eq=False)
class Cycle:
    """What is left of some windows' numbers once levels and habit are taken out."""

    period: int  # windows of the cycle; 1: there is no habit
    habit: Floats  # places x numbers: added to the level; over a cycle they add up to about 0
    residual: Floats  # windows x numbers
    leverage: Floats  # by window: how far its prediction rests on itself
    free: int  # degrees of freedom that are left

    @property
    def good(self) -> Flags:
        """The windows that others say something about."""
        return np.asarray(self.leverage < ALONE)

    @property
    def left_out(self) -> Floats:
        """Each window's distance from what all others foretell of it."""
        return np.asarray(self.residual / np.maximum(1 - self.leverage, 1 - ALONE)[:, None])


def cycle(values: Floats, epochs: Integers, places: Integers, scale: Floats | float = 1.0) -> Cycle:
    """The habit that foretells best, from windows x numbers.

    Windows of one level have one epoch; places count in usual windows. Errors are measured in units of `scale`.
    """
    best = _fitted(values, epochs, places, 1)
    least = _error(best, scale)
    for period in PERIODS:
        if len(values) < CYCLES * period or np.bincount(places % period, minlength=period).min() < CYCLES - 1:
            continue
        other = _fitted(values, epochs, places, period)
        error = _error(other, scale)
        if GAIN * error < least:
            best, least = other, error
    return best


def _error(found: Cycle, scale: Floats | float) -> float:
    squares = ((found.left_out / scale) ** 2).sum(axis=1)[found.good]
    return float(squares.mean()) if squares.size else np.inf


def _fitted(values: Floats, epochs: Integers, places: Integers, period: int) -> Cycle:
    reigns = np.unique(epochs, return_inverse=True)[1]
    levels = np.equal.outer(reigns, np.arange(reigns.max() + 1)).astype(float)
    phases = np.equal.outer(places % period, np.arange(period)).astype(float)
    design = np.hstack((levels, phases[:, :-1] - phases[:, -1:]))
    sides, sizes, ways = np.linalg.svd(design, full_matrices=False)
    rank = int(np.sum(sizes > 1e-9 * sizes[0]))
    sides, sizes, ways = sides[:, :rank], sizes[:rank], ways[:rank]
    along = sides.T @ values
    habit = (ways.T @ (along / sizes[:, None]))[levels.shape[1] :]
    return Cycle(
        period=period,
        habit=np.vstack((habit, -habit.sum(axis=0))),
        residual=values - sides @ along,
        leverage=np.sum(sides * sides, axis=1),
        free=len(values) - rank,
    )
