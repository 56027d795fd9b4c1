"""How much does a side win that bets, unit after unit, against a claim about a mean?

Differences d <= 1 are kept as masses on 101 signed-log nodes. Each d is split between its two neighbours with its mean
kept, in integers: adding is exact and order free. Since ln(1 - b v) is concave in v, the split can only lower a side's
winnings, so a histogram never claims more than the rows it was made of (up to 2^-21 of a node's gap a unit).

Fixed bets on a non-negative martingale: Ville's inequality bounds the chance of ever reaching 1/alpha by alpha, at
every look, while the true mean so far is on the other side of the claim.

Source: Waudby-Smith and Ramdas 2024 (betting); Ville 1939.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.errors import BadData

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats, Integers

STEPS: Final = 50  # nodes on each side of zero
SMALLEST: Final = 1e-4  # scale at which nodes turn from even to log spacing
MASS: Final = 1 << 20  # mass of one unit
BETS: Final = np.array([0.01, 0.03, 0.08, 0.2, 0.4, 0.7, 0.95, 0.95, 0.95, 0.95])  # top-heavy
CLOSE: Final = 1e-9  # a growth is found to this part of itself
SLACK: Final = 1e-9  # how far float rounding may carry a difference over its bound


def nodes(stretch: float = 1.0) -> Floats:
    """The 101 places where mass is kept, from -stretch through 0 to 1.

    >>> nodes()[[0, 50, 100]].tolist()
    [-1.0, 0.0, 1.0]
    """
    side = SMALLEST * np.sinh(np.arange(STEPS + 1) / STEPS * np.arcsinh(1 / SMALLEST))
    side[-1] = 1.0
    return np.concatenate([-stretch * side[:0:-1], side])


def split(differences: Floats, stretch: float = 1.0) -> Integers:
    """The histogram of differences: each one's mass on its two neighbouring nodes, its mean kept.

    >>> histogram = split(np.array([0.0, 1.0]))
    >>> int(histogram[50]) == MASS, int(histogram[100]) == MASS, int(histogram.sum()) == 2 * MASS
    (True, True, True)
    """
    if differences.size and not (differences.min() >= -stretch - SLACK and differences.max() <= 1 + SLACK):
        least, most = float(differences.min()), float(differences.max())
        raise BadData(
            "differences", f"{least:.6g} to {most:.6g} leave [{-stretch:.6g}, 1]", "declare the loss's bounds anew"
        )
    places = nodes(stretch)
    inside = np.clip(differences, -stretch, 1.0)
    below = np.clip(np.searchsorted(places, inside, side="right") - 1, 0, 2 * STEPS - 1)
    share = (inside - places[below]) / (places[below + 1] - places[below])
    up = np.rint(share * MASS)
    size = 2 * STEPS + 1
    upper = np.bincount(below + 1, weights=up, minlength=size)
    lower = np.bincount(below, weights=MASS - up, minlength=size)
    return (upper + lower).astype(np.int64)


def mean(histogram: Integers, stretch: float = 1.0) -> float:
    """The mean difference of the units in a histogram; 0 when it is empty."""
    units = histogram.sum() / MASS
    return float(histogram @ nodes(stretch) / MASS / units) if units else 0.0


def log_winnings_below(
    histogram: Integers, *, stretch: float = 1.0, design_effect: float = 1.0, bets: Floats = BETS
) -> Floats:
    """Per bet, the log of what betting on *the mean is below 0* has made of 1."""
    return np.log1p(-np.outer(bets, nodes(stretch))) @ (histogram / MASS) / design_effect


def log_winnings_above(
    histogram: Integers, *, stretch: float = 1.0, design_effect: float = 1.0, bets: Floats = BETS
) -> Floats:
    """Per bet, the log of what betting on *the mean is above 0* has made of 1."""
    return np.log1p(np.outer(bets, nodes(stretch) / stretch)) @ (histogram / MASS) / design_effect


def log_mean(logs: Floats) -> float:
    """The log of the mean of numbers given by their logs; the mean over fixed bets is again a fair game.

    >>> round(float(np.exp(log_mean(np.log(np.array([1.0, 3.0]))))), 12)
    2.0
    """
    each: list[float] = logs.tolist()  # a handful: plain floats are faster than arrays
    largest = max(each)
    return largest + math.log(sum(math.exp(one - largest) for one in each) / len(each))


def growth_needed(logs: Floats, needed: float) -> float:
    """How many times such units would bring the log of the mean to what is needed; infinite if no number would.

    >>> round(growth_needed(np.array([1.0, 1.0]), 3.0), 6)
    3.0
    """
    best = float(logs.max())
    if best <= 0:
        return math.inf
    least, most = 0.0, (needed + math.log(len(logs))) / best
    while most - least > CLOSE * most:
        middle = (least + most) / 2
        least, most = (least, middle) if log_mean(middle * logs) >= needed else (middle, most)
    return most
