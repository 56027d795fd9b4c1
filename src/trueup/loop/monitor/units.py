"""Were a column's numbers multiplied on their way here?

A change of unit moves the logarithms of all values by one step and keeps their signs. The window's signed half-octave
histogram is laid beside the reference's, mixed with the reference's moved by each usual factor; the mixture must fit
far better than no change does, and no magnitude may hold more rows than the multiplied ones can bring: a sensor that
stands still is no change of unit. Between factors that fit about as well the more usual one is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import ColumnProfile
    from trueup.stats.arrays import Floats

USUAL: Final = (1000.0, 100.0, 10.0, 60.0, 3600.0, 24.0, 1e6)  # measures, percentages, times; the most usual first
FACTORS: Final = tuple(factor for one in USUAL for factor in (one, 1 / one))
PARTS: Final = np.arange(1, 21) / 20  # share of rows that may have been multiplied
REACH: Final = 256  # half octaves on either side of zero; the largest factor moves by 40
LEAST_GAIN: Final = 0.2  # share of rows that the change of unit must explain
ABOUT: Final = 0.25  # part of the gain that a more usual factor may lack
LEAST_ROWS: Final = 20  # values other than zero
BLUR: Final = np.array([0.25, 0.5, 0.25])
CROWDED: Final = 0.25  # part of the multiplied rows that may be in magnitudes where the factor brings none
CENTRAL: Final = 0.001  # of the reference is left out on either side


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """The change of unit that explains a window best."""

    factor: float  # the values were multiplied by this
    part: float  # share of the rows that were
    fits: float  # share of the rows that lie within the reference's magnitudes, once divided by the factor


def unit_change(level: ColumnProfile, now: ColumnProfile) -> UnitChange | None:
    """The factor that explains most of a window's move; None when there is none that explains enough of it."""
    if min(_not_zero(level), _not_zero(now)) < LEAST_ROWS:
        return None
    p, q = _blurred(_shares(level)), _blurred(_shares(now))
    apart = float(np.abs(p - q).sum()) / 2
    if apart < LEAST_GAIN:
        return None
    moved = np.stack([_multiplied(p, factor) for factor in FACTORS])
    used = (p > 0) | (q > 0) | np.any(moved > 0, axis=0)
    parts = PARTS[:, None, None]
    left = np.abs(parts * moved[:, used] + (1 - parts) * p[used] - q[used]).sum(axis=2) / 2
    best = left.min(axis=0)
    least = float(best.min())
    if apart - least < LEAST_GAIN or least > apart / 2:
        return None
    place = int(np.argmax(best <= least + ABOUT * (apart - least)))
    part = float(PARTS[int(np.argmin(left[:, place]))])
    most = part * _at_most(_shares(level), FACTORS[place]) + (1 - part) * _shares(level)
    if float(np.maximum(_shares(now) - most, 0.0).sum()) > CROWDED * part:
        return None
    inside = np.minimum(1.0, _multiplied(_central(_shares(level)), FACTORS[place]))
    return UnitChange(factor=FACTORS[place], part=part, fits=float(_shares(now) @ inside))


def _not_zero(column: ColumnProfile) -> int:
    return sum(rows for place, rows in column.magnitudes if place)


def _shares(column: ColumnProfile) -> Floats:
    shares = np.zeros(2 * REACH + 1)
    for place, rows in column.magnitudes:
        shares[place + REACH] = rows
    return shares / float(shares.sum())


def _blurred(shares: Floats) -> Floats:
    """Each side a little spread, so that whole numbers near the end of a half octave are not taken for moved."""
    sides = [np.convolve(side, BLUR)[1:-1] for side in (shares[:REACH], shares[REACH + 1 :])]
    return np.concatenate((sides[0], shares[REACH : REACH + 1], sides[1]))


def _central(shares: Floats) -> Floats:
    """Ones from the reference's smallest to its largest value, the outermost ones left out; zero is inside."""
    below = np.cumsum(shares)
    inside = np.flatnonzero((below > CENTRAL) & (below - shares < 1 - CENTRAL))
    wide = np.zeros_like(shares)
    wide[inside[0] : inside[-1] + 1] = 1.0
    wide[REACH] = 1.0
    return wide


def _multiplied(shares: Floats, factor: float) -> Floats:
    """The histogram after a multiplication; a move by part of a half octave splits mass between two neighbours."""
    steps = 2 * float(np.log2(factor))
    whole = int(np.floor(steps))
    rest = steps - whole
    above, below = shares[REACH + 1 :], shares[:REACH][::-1]
    sides = [(1 - rest) * _moved(side, whole) + rest * _moved(side, whole + 1) for side in (below, above)]
    return np.concatenate((sides[0][::-1], shares[REACH : REACH + 1], sides[1]))


def _at_most(shares: Floats, factor: float) -> Floats:
    """The most that each half octave can hold after a multiplication: all of the two that it is made of."""
    whole = int(np.floor(2 * float(np.log2(factor))))
    above, below = shares[REACH + 1 :], shares[:REACH][::-1]
    sides = [np.minimum(1.0, _moved(side, whole) + _moved(side, whole + 1)) for side in (below, above)]
    return np.concatenate((sides[0][::-1], shares[REACH : REACH + 1], sides[1]))


def _moved(side: Floats, steps: int) -> Floats:
    moved = np.zeros_like(side)
    if steps >= 0:
        moved[steps:] = side[: len(side) - steps]
    else:
        moved[:steps] = side[-steps:]
    return moved
