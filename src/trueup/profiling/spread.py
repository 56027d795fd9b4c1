"""How do a column's numbers lie beside the reference's? Fine cuts for distances, and on them the coarse counts too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.profile import ColumnProfile
from trueup.profiling.brackets import Binned, wide
from trueup.profiling.fine import LEAST_ROWS
from trueup.profiling.grid import QUANTILES, distinct, grid
from trueup.profiling.kernel import FAR, STEPS

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import ColumnEdges
    from trueup.profiling.tally import Tally
    from trueup.stats.arrays import Floats, Integers

FEW: Final = 500  # edges; fewer are filled up
BEFORE_STEPS: Final = np.nextafter(STEPS, -np.inf)
BEFORE_ZERO: Final = float(np.nextafter(0.0, -1.0))
MAGNITUDES: Final = np.concatenate((-STEPS, [BEFORE_ZERO, 0.0], BEFORE_STEPS))


def cuts_of(edges: ColumnEdges, ordered: Floats) -> Floats:
    """Where to cut, from the reference's ascending values: 1000 quantiles, tails, and what a coarse profile asks."""
    low, high = edges.reach
    fine = _filled(grid(ordered, width=edges.unit * 2**20))
    asked = np.concatenate((fine, _own(ordered), edges.interior, [np.nextafter(low, -np.inf), high], MAGNITUDES))
    return distinct(asked[np.isfinite(asked)])


def _own(ordered: Floats) -> Floats:
    """A short reference's own values, up to 1000 of them: finer than the grid, which is to be kept and names no row."""
    if len(ordered) >= LEAST_ROWS * QUANTILES:
        return np.empty(0)
    step = -(-len(ordered) // QUANTILES) or 1
    values = np.concatenate((ordered[:1], ordered[step - 1 :: step], ordered[-1:]))
    return np.concatenate((np.nextafter(values, -np.inf), values))


def _filled(edges: Floats) -> Floats:
    """Where a few values hold all rows there are few edges: the gaps between them are cut evenly, for what comes."""
    left = edges[:-1][wide(edges)]
    parts = FEW // max(len(left), 1)
    if parts < 2:
        return edges
    with np.errstate(over="ignore"):
        gaps = np.diff(edges)[wide(edges)]
    between = left[:, None] + gaps[:, None] * (np.arange(1, parts) / parts)
    return np.concatenate((edges, between.ravel()))


def profile_of(edges: ColumnEdges, tally: Tally) -> ColumnProfile:
    """The coarse profile of counted rows; infinite ones are in the outer bins and out of range."""
    present = tally.total - tally.missing
    low, high = edges.reach
    inside = int(tally.upto(np.array([high]))[0]) - (_first(tally, low) if np.isfinite(low) else tally.below)
    return ColumnProfile(
        name=edges.name,
        counts=tuple(np.diff(tally.upto(np.array(edges.interior)), prepend=0, append=present).tolist()),
        missing=tally.missing,
        unseen=0,
        out_of_range=present - inside if edges.known else 0,
        total=tally.total,
        sum=_steps(edges, tally),
        magnitudes=_magnitudes(tally, present),
    )


def binned(tally: Tally) -> Binned:
    """The finite rows, for distances."""
    return Binned(edges=tally.cuts, counts=tally.counts, sums=tally.sums)


def _first(tally: Tally, low: float) -> int:
    """Rows below a value."""
    return int(tally.upto(np.array([np.nextafter(low, -np.inf)]))[0])


def _steps(edges: ColumnEdges, tally: Tally) -> int:
    """The sum of distances from the mean in fixed point, bins far out cut."""
    with np.errstate(over="ignore", invalid="ignore"):
        far = (tally.sums - tally.counts * edges.mean) / edges.unit
        ends = np.concatenate((tally.cuts[:1], tally.cuts, tally.cuts[-1:]))
        middle = (ends[1:] / 2 + ends[:-1] / 2 - edges.mean) / edges.unit  # of bins whose sum no float holds
        far = np.nan_to_num(np.where(np.isfinite(far), far, tally.counts * middle))
    return round(float(np.sum(np.clip(far, -FAR * tally.counts, FAR * tally.counts))))


def _magnitudes(tally: Tally, present: int) -> tuple[tuple[int, int], ...]:
    """Rows per half octave of the absolute value, signed, as `kernel` counts them."""
    to_zero, before_zero = tally.upto(np.array([0.0, BEFORE_ZERO])).tolist()
    below = np.diff(tally.upto(-STEPS[::-1]), prepend=0, append=before_zero)
    above = np.diff(tally.upto(BEFORE_STEPS), prepend=to_zero, append=present)
    rows: Integers = np.concatenate((below, [to_zero - before_zero], above))
    used = np.flatnonzero(rows)
    return tuple(zip((used - len(below)).tolist(), rows[used].tolist(), strict=True))
