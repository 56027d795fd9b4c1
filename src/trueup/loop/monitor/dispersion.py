"""How much do the shares of a few classes wobble from window to window when nothing is wrong, and is this one apart?

One statistic for all classes together: the squared distance of a window's shares from what is usual for its place in
the week or day, each class in units of its share (Pearson's chi-squared over the rows). How large it usually is is
learnt from quiet windows: sampling noise shrinks with the rows, day-to-day noise does not. Its tail is that of Fisher's
F with as many degrees of freedom as the noise has directions (Satterthwaite); for two classes, of Student's t squared.
Source: research/decision-quality.md section 3.2; Satterthwaite 1946; Allen 1974 for left-out residuals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.cycle import cycle
from trueup.stats.arrays import Floats, Integers
from trueup.stats.tails import incomplete_beta

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.stats.arrays import Flags

LEAST: Final = 6  # windows; before, only sampling noise is known
LEARNT: Final = 14  # windows; before, so little is known of noise that nothing but what lasts counts
NOTHING: Final = 1e-12  # squared distance below which shares differ by rounding alone
SMOOTHING: Final = 0.25  # weight of the newest window in the trend
CUT: Final = 12.0  # one window's most in the trend, standard deviations


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The quiet windows that noise is learnt from, oldest first."""

    shares: Floats  # (windows, classes)
    rows: Floats  # per window
    epochs: Integers  # windows of one level have one number
    places: Integers  # a window's position in time, in usual windows


@dataclass(frozen=True, slots=True, eq=False)
class Dispersion:
    """What quiet windows teach about noise, and the habit of each phase of the cycle."""

    windows: int  # learnt from
    period: int  # windows in the cycle; 1: there is none
    habit: Floats  # (period, classes): added to the level
    days: float  # squared distance that days bring about beyond sampling
    clumps: float  # times that rows which come in clumps bring more of it than independent ones
    directions: float  # degrees of freedom of the noise
    correlation: float  # of a window with the one before
    freedom: float  # degrees of freedom of what is known about the noise

    @property
    def slow(self) -> float:
        """How many windows tell as much of a level as one that stands alone."""
        return (1 + self.correlation) / (1 - self.correlation)

    def usual(self, rows: Floats | float, classes: int) -> Floats:
        """The squared distance that a quiet window of so many rows has on average."""
        sampling = (classes - 1) / np.asarray(rows, float)
        return np.asarray(np.maximum(self.days + sampling, self.clumps * sampling))


def disperse(past: Past, level: Floats) -> Dispersion:
    """Learn from quiet windows; `level` are the shares that a distance is measured in units of."""
    past = _in_company(past)
    count, classes = past.shares.shape
    if count < LEAST:
        return Dispersion(count, 1, np.zeros((1, classes)), 0.0, 1.0, max(classes - 1.0, 1.0), 0.0, 1e4)
    found = cycle(past.shares, past.epochs, past.places, np.sqrt(level))
    good = found.good
    used, rows, own = found.left_out[good] / np.sqrt(level), past.rows[good], found.leverage[good]
    squares = (used**2).sum(axis=1)
    rho = _correlation(used, past.places[good])
    slow = (1 + rho) / (1 - rho)
    of_level = 1 / _sizes(past.epochs)[good]
    squares = squares / (np.maximum(0.3, 1 - slow * of_level - (own - of_level)) / (1 - own) ** 2)
    sampling = (classes - 1) / rows
    spread = used.T @ used
    directions = float(np.trace(spread) ** 2 / max(float(np.sum(spread**2)), 1e-300))
    fitted = found.period - 1 + len(np.unique(past.epochs))
    freedom = max(3.0, (len(rows) - fitted) * (1 - rho**2) / (1 + rho**2))
    directions = min(max(directions, 1.0), max(classes - 1.0, 1.0))
    return Dispersion(
        windows=count,
        period=found.period,
        habit=found.habit,
        days=max(0.0, float(np.mean(squares) - np.mean(sampling))),
        clumps=max(1.0, float(np.mean(squares / sampling))),
        directions=directions,
        correlation=rho,
        freedom=freedom * directions,
    )


def f_above(value: float, over: float, under: float) -> float:
    """P(F >= value) of Fisher's F with these degrees of freedom.

    Source: Abramowitz and Stegun 26.6.2.

    >>> round(f_above(4.0, 1.0, 10.0), 5), f_above(0.0, 2.0, 9.0)
    (0.07339, 1.0)
    """
    if value <= 0:
        return 1.0
    x = np.array([under / (under + over * value)])
    return float(incomplete_beta(np.array([under / 2]), np.array([over / 2]), x)[0])


def _in_company(past: Past) -> Past:
    """Without the windows that are the only one of their level: they are no distance from themselves."""
    keep = _sizes(past.epochs) > 1
    return Past(past.shares[keep], past.rows[keep], past.epochs[keep], past.places[keep])


def _sizes(epochs: Integers) -> Floats:
    """How many windows each window's level has."""
    _, place, sizes = np.unique(epochs, return_inverse=True, return_counts=True)
    return np.asarray(sizes[place], float)


def _correlation(used: Floats, places: Integers) -> float:
    """Of neighbours in time, on the safe side while little is known."""
    neighbours: Flags = np.diff(places) == 1
    size = float(np.mean((used**2).sum(axis=1)))
    if not neighbours.any() or size <= NOTHING:
        return 0.0
    lagged = float(np.mean((used[1:] * used[:-1]).sum(axis=1)[neighbours]))
    return float(min(max(lagged / size + 0.5 / len(used) ** 0.5, 0.0), 0.9))


def pooled_shares(counts: Sequence[Sequence[int]], keep: Sequence[int]) -> Floats:
    """Shares of the classes kept, and of all others together where there are any; half a row a class."""
    table = np.asarray(counts, float)
    others = [place for place in range(table.shape[1]) if place not in set(keep)]
    parts = [table[:, list(keep)]] + ([table[:, others].sum(axis=1, keepdims=True)] if others else [])
    merged = np.hstack(parts)
    return np.asarray(merged / np.maximum(merged.sum(axis=1, keepdims=True), 1e-300))
