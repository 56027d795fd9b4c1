"""Where is a column cut finely? At 1000 quantiles of the reference, further out in its tails, and beyond them.

No edge tells a value that few rows have: an edge is half way to the next value, unless a value holds a whole step of
the grid, and so at least 20 rows, by itself.
Source: research/drift-performance.md, section 7, step 3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.profiling.fine import LEAST_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.stats.arrays import Floats

QUANTILES: Final = 1000
BEYOND: Final = np.array([0.0, 0.5, 1.0, 2.0, 4.0])  # widths of the outer bin that are looked at beyond the reference


def grid(ordered: Floats, width: float) -> Floats:
    """The edges for sorted finite values; `width` is that of an outer bin which has none."""
    if not len(ordered):
        return np.empty(0)
    with np.errstate(over="ignore", invalid="ignore"):
        edges = _edges(ordered, width)
    return distinct(edges[np.isfinite(edges)])


def distinct(values: Floats) -> Floats:
    """Each value once, ascending; numpy's own would load its masked arrays, slower than this is on a million values."""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))] if len(ordered) else ordered


def _edges(ordered: Floats, width: float) -> Floats:
    inner = _inner(ordered)
    low, high = float(np.mean(ordered[:LEAST_ROWS])), float(np.mean(ordered[-LEAST_ROWS:]))
    first, last = (inner[0], inner[-1]) if len(inner) else (low, high)
    reach = [2 * max(float(first) - low, 0.0) or width, 2 * max(high - float(last), 0.0) or width]
    return np.concatenate((first - reach[0] * (1 + BEYOND), inner, last + reach[1] * (1 + BEYOND)))


def _inner(ordered: Floats) -> Floats:
    """Quantiles and tail steps; a value that holds a step of the grid gets a bin of its own."""
    rows = len(ordered)
    bins = max(min(QUANTILES, rows // LEAST_ROWS), 1)
    places = [one * rows // bins for one in range(1, bins)] or [(rows + 1) // 2]
    cuts = distinct(ordered[np.array([*places, *_tails(rows, bins)], dtype=np.int64) - 1])
    after = np.searchsorted(ordered, cuts, side="right")
    heavy = after - np.searchsorted(ordered, cuts, side="left") >= max(rows // bins, LEAST_ROWS)
    light = ~heavy & (after < rows) & (bins > 1)
    half_way = cuts[light] + (ordered[after[light]] - cuts[light]) / 2
    return distinct(np.concatenate((half_way, cuts[heavy], np.nextafter(cuts[heavy], -np.inf))))


def _tails(rows: int, bins: int) -> Iterator[int]:
    """Ranks that halve the outer bins again and again."""
    part = rows // bins // 2
    while part >= LEAST_ROWS:
        yield part
        yield rows - part
        part //= 2
