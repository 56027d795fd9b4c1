"""How likely is each signal of a window when nothing is wrong, by itself and in the trend?

Source: research/decision-quality.md sections 3.2 and 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.signals import NO_TREND, RARE, RARE_ROWS
from trueup.loop.monitor.wobble import linear, root
from trueup.stats.arrays import Floats
from trueup.stats.tails import negative_binomial_above, student_above

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.monitor.signals import Signal
    from trueup.loop.monitor.wobble import Wobble

ONE_SIDED: Final = RARE | {"shape"}  # only more of these is worse
SMOOTHING: Final = 0.25  # weight of the newest window in the trend
CUT: Final = 12.0  # one window's most in the trend
LIKELY: Final = 0.05  # what Student's t finds likelier need not be counted as well
WELL_KNOWN: Final = 1000  # with more such rows in the reference, Student's t alone is exact enough


@dataclass(frozen=True, slots=True, eq=False)
class Verdicts:
    """How unlikely each signal is, in this window alone and in the trend, and how far it went."""

    p: Floats  # of the window
    p_trend: Floats
    trend: Floats  # smoothed, in standard deviations, this window counted
    effect: Floats  # from what is usual here, in the signal's unit; psi: beyond what chance and days bring


def judge(signals: Sequence[Signal], known: Wobble, trends: Sequence[float], *, widen: float = 1.0) -> Verdicts:
    """The p-values of a window's signals, by what was learnt of them.

    What is `widen` times as far out is called as unlikely as what is that far out else.
    """
    move, chance = (np.array([getattr(one, what) for one in signals]) for what in ("move", "chance"))
    effect = move - known.usual
    bent = np.flatnonzero(~linear(signals)).tolist()
    free = np.array([signals[place].row for place in bent])
    residual, sampling = effect.copy(), chance.copy()
    residual[bent] = root(move[bent], chance[bent], known.usual[bent], free)
    sampling[bent] = 2.0 / (9.0 * free)
    variance = np.maximum(known.days + sampling, known.clumps * sampling)
    z = residual / np.sqrt(variance * (1 + known.lasting + known.fleeting)) / widen
    trend = (1 - SMOOTHING) * np.asarray(trends, float) + SMOOTHING * np.clip(z, -CUT, CUT)
    rho = known.correlation * (1 - SMOOTHING)
    spread = SMOOTHING / (2 - SMOOTHING) * (1 + rho) / (1 - rho)
    smooth = trend / np.sqrt(spread * (1 + known.fleeting) + known.lasting)
    far = np.abs(np.concatenate((z, smooth)))
    tail, tail_trend = np.split(student_above(far, np.concatenate((known.freedom, known.freedom))), 2)
    upper = np.array([one.kind in ONE_SIDED for one in signals], dtype=bool)
    still = np.array([one.kind in NO_TREND for one in signals], dtype=bool)
    p = np.where(upper, np.where(z > 0, tail, 1 - tail), 2 * tail)
    return Verdicts(_with_rare(signals, p), np.where(still, 1.0, 2 * tail_trend), np.where(still, 0.0, trend), effect)


def _with_rare(signals: Sequence[Signal], p: Floats) -> Floats:
    """Where a reference had next to none of what should not be there, a count is judged as a count."""
    p = p.copy()
    few = [n for n, one in enumerate(signals) if one.kind in RARE and one.count < RARE_ROWS]
    p[few] = 1.0
    places = [n for n in np.flatnonzero(p < LIKELY).tolist() if _countable(signals[n])]
    if places:
        count = np.array([float(signals[n].count) for n in places])
        shape = np.array([max(2.0, signals[n].expected + 1.0) for n in places])
        odds = np.array([signals[n].rows / (signals[n].rows + signals[n].reference) for n in places])
        p[places] = np.maximum(p[places], negative_binomial_above(count, shape, odds))
    return p


def _countable(signal: Signal) -> bool:
    return signal.kind in RARE and signal.count >= RARE_ROWS and signal.expected <= WELL_KNOWN
