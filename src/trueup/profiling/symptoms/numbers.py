"""Numbers of one column beside the reference's: a value that holds too many rows, a change of unit."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.moved import plain
from trueup.loop.monitor.symptoms import Atom
from trueup.profiling.fine import LEAST_ROWS
from trueup.profiling.symptoms.columns import gap, upto

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.loop.monitor.profile import ColumnEdges
    from trueup.stats.arrays import Floats

LEAST_GAIN: Final = 0.01  # of an atom's share
FREQUENT: Final = 16  # values that are looked at
ATOMS: Final = 2  # of them are told, those that gained most
SIGNS: Final = frozenset({-1.0, -9.0, -99.0, -999.0, -9999.0, -99999.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0})
FACTORS: Final = (1000.0, 100.0, 10.0, 60.0, 3600.0, 24.0, 1e6, 2.54, 2.2046226, 1.609344, 0.3048, 0.45359237)
UNITS: Final = (  # (factor, offset): now = factor * then + offset; the most usual first
    *((one, 0.0) for factor in FACTORS for one in (factor, 1 / factor)),
    (1.8, 32.0),  # degrees
    (1 / 1.8, -32 / 1.8),
    (1.0, 273.15),
    (1.0, -273.15),
)
PARTS: Final = np.arange(1, 21)[:, None] / 20
POINTS: Final = 200  # places at which distributions are compared
ALIKE: Final = 0.95  # share of one value in a reference window from which on there is no range to be far from
FEW: Final = 0.2  # different values per row, below which values are alike by nature
LEAST_NEW: Final = 0.3  # part of the turned rows whose values must be new
SAME: Final = 1e-6  # relative
MOSTLY: Final = 0.8
TURN: Final = 1e-9  # relative; a value that was multiplied and divided is not the same to the last bit
HANDFUL: Final = 0.1  # part of the turned rows from which on one value is among a few
ODD: Final = 5.0  # a factor below it is a move of the world as well
GRIDS: Final = tuple(10.0**places for places in range(7))  # steps per one
ON_GRID: Final = 0.99  # share of the values
COARSE: Final = 1e7  # of single floats
SLACK: Final = 0.02  # of a step
HELD: Final = 0.5  # part of them from which on a few values hold them


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The change of unit that fits best."""

    factor: float
    offset: float
    part: float
    after: float


def atoms(edges: ColumnEdges, before: Floats, after: Floats, *, most: float, told: bool) -> Iterator[Atom]:
    """The values that gained most rows; both sides are in order and have rows."""
    held, rows = np.unique(after, return_counts=True)
    frequent = np.argsort(-rows, kind="stable")[:FREQUENT]
    lows, highs = (np.searchsorted(before, held[frequent], side=side) for side in ("left", "right"))
    gains = rows[frequent] / len(after) - (highs - lows) / len(before)
    for place in np.argsort(-gains, kind="stable")[:ATOMS].tolist():
        value, count = float(held[frequent[place]]), int(rows[frequent[place]])
        low, high = int(lows[place]), int(highs[place])
        share, usual = count / len(after), (high - low) / len(before)
        if count < 2 or share - usual < LEAST_GAIN:
            continue
        reach = edges.reach
        outside = value < edges.low or value > edges.high
        yield Atom(
            column=edges.name,
            value=plain(value) if told and count >= LEAST_ROWS else "",
            rows=count,
            share=share,
            usual=usual,
            most=most,
            new=high == low,
            far=most < ALIKE and (not reach[0] <= value <= reach[1] or (outside and value in SIGNS)),
            rest=gap(np.delete(before, slice(low, high)), after[after != value]),
            others=len(held) - 1,
        )


def most_alike(values: Floats) -> float:
    """The largest share of one value; 0 without any."""
    ordered = np.sort(values[np.isfinite(values)])
    if not len(ordered):
        return 0.0
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    return float(np.diff(np.append(starts, len(ordered))).max() / len(ordered))


def same_values(before: Floats, after: Floats, fit: Fit) -> bool:
    """Whether the values that are new are old ones in another unit; where no two are alike that cannot be asked."""
    known = np.unique(before)
    if len(known) > FEW * len(before):
        return True
    fresh = np.setdiff1d(after, known)
    fresh = after[np.isin(after, fresh)]
    if len(fresh) < LEAST_NEW * fit.part * len(after):
        return False
    back = (fresh - fit.offset) / fit.factor
    place = np.clip(np.searchsorted(known, back), 1, max(len(known) - 1, 1))
    nearest = np.minimum(np.abs(back - known[place - 1]), np.abs(back - known[np.minimum(place, len(known) - 1)]))
    return float(np.mean(nearest <= SAME * np.maximum(np.abs(back), 1e-12))) >= MOSTLY


def finer(before: Floats, after: Floats, fit: Fit) -> bool:
    """Whether values kept to so many decimals have more of them now, as a factor that is no power of ten gives.

    Whole numbers that are whole numbers still were not multiplied by 2.54. Where values have no last decimal that
    cannot be asked; nor by a large factor, which is plain by itself, nor of degrees, which are rounded again.
    """
    if fit.offset or not 1 / ODD < fit.factor < ODD:
        return True
    grid = next((step for step in GRIDS if _on(before, step) >= ON_GRID), 0.0)
    return not grid or 1.0 - _on(after, grid) >= fit.part / 2


def _on(values: Floats, steps: float) -> float:
    """Share of values that are whole once multiplied; 0 where floats are too coarse to say."""
    large = values * steps
    if not len(values) or float(np.abs(large).max()) > COARSE:
        return 0.0
    return float(np.mean(np.abs(large - np.rint(large)) <= SLACK))


def unit(before: Floats, after: Floats) -> Fit:
    """Lay the window beside the reference, mixed with the reference in another unit; the best mixture wins.

    Of changes that fit about as well the more usual one is named, and the one of more rows.
    """
    at = np.unique(after[np.linspace(0, len(after) - 1, POINTS).astype(int)])
    seen, plainly = _both(after, at, 0.0), _both(before, at, 0.0)
    best = Fit(factor=1.0, offset=0.0, part=0.0, after=float(np.max(np.abs(seen - plainly), initial=0.0)))
    for factor, offset in UNITS:
        turned = _both(before, (at - offset) / factor, TURN)
        left = np.abs(PARTS * turned + (1 - PARTS) * plainly - seen).max(axis=1)
        place = int(np.flatnonzero(left <= left.min() + 0.005)[-1])
        if float(left[place]) < best.after - 0.01:
            best = Fit(factor=factor, offset=offset, part=float(PARTS[place, 0]), after=float(left[place]))
    return replace(best, part=0.0) if best.part and _handful(before, after, best) else best


def _both(ordered: Floats, at: Floats, slack: float) -> Floats:
    """Share of an ordered sample below each place, then at or below it: one value that holds all shows in the first."""
    reach = slack * np.abs(at)
    below = np.searchsorted(ordered, at - reach, side="left") / max(len(ordered), 1)
    return np.concatenate((below, upto(ordered, at + reach)))


def _handful(before: Floats, after: Floats, fit: Fit) -> bool:
    """Whether a few values hold most of the turned rows that held many values in the reference."""
    held, rows = np.unique(after, return_counts=True)
    turned, plainly = (
        np.subtract(*np.split(_both(before, at, slack), 2)[::-1])
        for at, slack in (((held - fit.offset) / fit.factor, SAME), (held, 0.0))
    )
    surplus = rows / len(after) - fit.part * turned - (1 - fit.part) * plainly
    return float(surplus[surplus >= HANDFUL * fit.part].sum()) > HELD * fit.part


def affine(before: Floats, after: Floats) -> float:
    """Distance from the reference, once moved, or moved and stretched, to its middle; the way that fits best."""
    (a, b, c), (d, e, f) = (np.quantile(side, [0.25, 0.5, 0.75]) for side in (before, after))
    ways = [(b, e, 1.0), (float(before.mean()), float(after.mean()), 1.0)]
    if f > d:
        ways.append((b, e, (c - a) / (f - d)))
    spread = float(after.std())
    if spread > 0:
        ways.append((float(before.mean()), float(after.mean()), float(before.std()) / spread))
    ways.append((_mode(before), _mode(after), 1.0))
    step = TURN * (float(max(np.abs(before).max(), np.abs(after).max())) or 1.0)
    near = np.rint(before / step)  # a value moved there and back is not the same to the last bit
    return min(gap(near, np.rint((middle + (after - now) * wide) / step)) for middle, now, wide in ways)


def _mode(ordered: Floats) -> float:
    """The value that most rows have."""
    held, rows = np.unique(ordered, return_counts=True)
    return float(held[int(np.argmax(rows))])
