"""How much does each signal wobble from window to window when nothing is wrong?

Sampling noise shrinks with a window's rows, day-to-day noise does not; both are learnt from windows without an alert,
and kept when a new champion resets the level. A slow departure from the level is not noise, so each new window is
compared with where the last ones were. Seasons are not modelled: a weekday's habit counts as day-to-day noise.
Source: research/decision-quality.md section 3.2; psi by Wilson and Hilferty 1931 (cube root of chi-squared).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.signals import RARE, Kind
from trueup.stats.arrays import Floats
from trueup.stats.tails import negative_binomial_above, student_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.signals import Signal

ONE_SIDED: Final = RARE | {"shape"}  # only more of these is worse
SMOOTHING: Final = 0.25  # weight of the newest window in the trend
DRIFT: Final = 0.1  # weight of the newest window in where the last ones were
CUT: Final = 12.0  # one window's most in the trend
LEARNT: Final = 14  # windows; before, only sampling noise is known
RARE_ROWS: Final = 5  # fewer rows of what should not be there are no evidence
WELL_KNOWN: Final = 1000  # with more such rows in the reference, Student's t alone is exact enough


@dataclass(frozen=True, slots=True, kw_only=True)
class Wobble:
    """What the windows so far taught about one signal's noise; sums only."""

    column: str
    kind: Kind
    level: str
    windows: int = 0  # behind the sums
    squares: float = 0.0  # of residuals, corrected for the level being an estimate
    sampling: float = 0.0  # of the variances that sampling alone brings
    ratios: float = 0.0  # of squares over those variances
    lagged: float = 0.0  # of products with the window before
    last: float = 0.0  # residual of the newest window
    centre: float = 0.0  # where the last windows were, smoothed; 0 at a new level
    moved: float = 0.0  # of psi beyond chance, negative values included (shape only)

    @property
    def key(self) -> tuple[str, Kind, str]:
        """The signal's name."""
        return (self.column, self.kind, self.level)

    @property
    def correlation(self) -> float:
        """Of a window's residual with the one before."""
        return self.lagged / self.squares if self.squares > 0 else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """How unlikely each signal is, in this window alone and in the trend."""

    p: Floats  # of the window
    p_trend: Floats
    trend: Floats  # smoothed, in standard deviations, this window counted
    residual: Floats


def summed(signals: Sequence[Signal], own_part: float) -> Wobble:
    """The wobble of one signal over a reference's windows; `own_part` corrects squares for the level being theirs."""
    first = signals[0]
    wobble = Wobble(column=first.column, kind=first.kind, level=first.level)
    total = sum(_beyond_chance(one) for one in signals)
    known = replace(wobble, windows=len(signals), moved=total)
    for one in signals:
        wobble = replace(_with(wobble, one, residual_of(one, known), own_part), centre=0.0)
    return replace(wobble, moved=total)


def learnt(wobble: Wobble, signal: Signal, residual: float) -> Wobble:
    """The wobble with one more window, seen from where the last ones were."""
    return _with(wobble, signal, residual, 1 + DRIFT / 2)


def _with(wobble: Wobble, signal: Signal, residual: float, inflation: float) -> Wobble:
    """One more window in the sums; a psi far above what days bring teaches no more than twice that."""
    chance, apart = _chance(signal), residual - wobble.centre
    square = apart**2 / inflation
    by_chance = signal.row * (1 / signal.rows + 1 / signal.reference)
    return Wobble(
        column=wobble.column,
        kind=wobble.kind,
        level=wobble.level,
        windows=wobble.windows + 1,
        squares=wobble.squares + square,
        sampling=wobble.sampling + chance,
        ratios=wobble.ratios + square / chance,
        lagged=wobble.lagged + apart * wobble.last,
        last=apart,
        centre=wobble.centre + DRIFT * apart,
        moved=wobble.moved + min(_beyond_chance(signal), 2 * (day_psi(wobble) + by_chance)),
    )


def residual_of(signal: Signal, wobble: Wobble) -> float:
    """How far a signal is from its usual value; a psi in cube roots of what chance and days usually bring."""
    if signal.kind != "shape":
        return signal.value - signal.usual
    usual = signal.row * (1 / signal.rows + 1 / signal.reference) + day_psi(wobble)
    return math.cbrt(signal.raw / usual) - (1.0 - 2.0 / (9.0 * signal.row))


def day_psi(wobble: Wobble) -> float:
    """The psi that days bring about beyond sampling."""
    return max(0.0, wobble.moved / wobble.windows) if wobble.windows else 0.0


def _chance(signal: Signal) -> float:
    return 2.0 / (9.0 * signal.row) if signal.kind == "shape" else signal.row / signal.rows


def _beyond_chance(signal: Signal) -> float:
    return signal.raw - signal.row * (1 / signal.rows + 1 / signal.reference) if signal.kind == "shape" else 0.0


def judge(
    signals: Sequence[Signal], wobbles: Sequence[Wobble], trends: Sequence[float], behind: float, *, widen: float = 1.0
) -> Verdicts:
    """The p-values of a window's signals; `behind` is the number of windows that the level is an average of.

    What is `widen` times as far out is called as unlikely as what is that far out else.
    """
    windows = np.array([one.windows for one in wobbles], float)
    known = np.maximum(windows, 1.0)
    rho = _correlations(wobbles, windows)
    chance = np.array([_chance(one) for one in signals])
    mean_square = np.array([one.squares for one in wobbles]) / known
    learning = windows < LEARNT
    days = np.maximum(0.0, mean_square - np.array([one.sampling for one in wobbles]) / known)
    clumps = np.maximum(1.0, np.array([one.ratios for one in wobbles]) / known)
    variance = np.where(learning, chance, np.maximum(days + chance, clumps * chance))
    slow = (1 + rho) / (1 - rho)
    residual = np.array([residual_of(one, wobble) for one, wobble in zip(signals, wobbles, strict=True)])
    z = residual / np.sqrt(variance * (1 + np.minimum(slow / max(behind, 1.0), 4.0))) / widen
    freedom = np.where(learning, 1e4, np.maximum(3.0, (windows - 1) * (1 - rho**2) / (1 + rho**2)))
    trend = (1 - SMOOTHING) * np.asarray(trends, float) + SMOOTHING * np.clip(z, -CUT, CUT)
    spread = SMOOTHING / (2 - SMOOTHING) * (1 + rho * (1 - SMOOTHING)) / (1 - rho * (1 - SMOOTHING))
    far = np.abs(np.concatenate((z, trend / np.sqrt(spread + slow / max(behind, 1.0)))))
    tail, tail_trend = np.split(student_above(far, np.concatenate((freedom, freedom))), 2)
    upper = np.array([one.kind in ONE_SIDED for one in signals])
    p = np.where(upper, np.where(z > 0, tail, 1 - tail), 2 * tail)
    return Verdicts(_with_rare(signals, p), np.where(upper, 1.0, 2 * tail_trend), np.where(upper, 0.0, trend), residual)


def _correlations(wobbles: Sequence[Wobble], windows: Floats) -> Floats:
    """Half the signal's own lag-one correlation, half the middle one of all, on the safe side while little is known."""
    own = np.array([one.correlation for one in wobbles])
    typical = float(np.median(own[windows > 3])) if np.any(windows > 3) else 0.0
    rho = 0.5 * own + 0.5 * typical + 1 / np.sqrt(np.maximum(windows, 4.0))
    return np.where(windows > 3, np.clip(rho, 0.0, 0.9), 0.0)


def _with_rare(signals: Sequence[Signal], p: Floats) -> Floats:
    """Where a reference had next to none of what should not be there, a count is judged as a count."""
    p = p.copy()
    few = [n for n, one in enumerate(signals) if one.kind in RARE and one.count < RARE_ROWS]
    p[few] = 1.0
    places = [n for n, one in enumerate(signals) if _countable(one)]
    if places:
        count = np.array([float(signals[n].count) for n in places])
        shape = np.array([max(2.0, signals[n].expected + 1.0) for n in places])
        odds = np.array([signals[n].rows / (signals[n].rows + signals[n].reference) for n in places])
        p[places] = np.maximum(p[places], negative_binomial_above(count, shape, odds))
    return p


def _countable(signal: Signal) -> bool:
    return signal.kind in RARE and signal.count >= RARE_ROWS and signal.expected <= WELL_KNOWN
