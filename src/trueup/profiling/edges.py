"""At which values is a column cut into bins, and which of its levels are counted by name?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.errors import BadData
from trueup.loop.monitor.profile import ColumnEdges, Edges
from trueup.loop.schema import Column
from trueup.profiling import known
from trueup.profiling.arrays import blocks, levels_of, numbers
from trueup.profiling.fine import LEAST_ROWS
from trueup.profiling.source import SCORE, column_of

if TYPE_CHECKING:
    from collections.abc import Collection

    import pyarrow as pa

    from trueup.loop.schema import Schema
    from trueup.profiling.arrays import Values
    from trueup.stats.arrays import Floats

DECILES: Final = np.arange(1, 10) / 10
MOST_LEVELS: Final = 20
MOST_ONCE: Final = 0.1  # share of rows whose level is like no other; with more, new levels are the rule
HUGE: Final = 1e100
LEAST_SHARE: Final = 0.005  # a level rarer than this is counted as `other`


def edges_of(table: pa.Table, schema: Schema, *, score: Floats | None = None, sensitive: Collection[str] = ()) -> Edges:
    """The edges for a reference table; the model's score, where given, is one more column called `score`.

    Levels of sensitive columns are counted under codes, so that no name is written anywhere.
    """
    if not table.num_rows:
        raise BadData("the reference", "has no rows", "give at least one window of data")
    features = schema.features if score is None else (*schema.features, Column(name=SCORE, kind="numeric"))
    columns = tuple(
        _column(column, column_of(table, column.name, score), coded=column.name in sensitive) for column in features
    )
    return Edges.of(table.num_rows, columns)


def _column(column: Column, values: Values, *, coded: bool) -> ColumnEdges:
    if column.kind in {"numeric", "datetime"}:
        parts = [numbers(column.name, column.kind, block) for block in blocks(values)]
        ordered = np.sort(np.concatenate([np.empty(0), *parts]))
        finite = ordered[np.isfinite(ordered)]
        return numeric_edges(column, finite, summary_of(finite))
    coded = coded and column.kind == "categorical"
    counts: dict[str, int] = {}
    for block in blocks(values):
        for level, count in levels_of(block, coded=coded).items():
            counts[level] = counts.get(level, 0) + count
    return replace(level_edges(column, counts, sum(counts.values())), coded=coded)


def level_edges(column: Column, counts: dict[str, int], total: int) -> ColumnEdges:
    """Booleans name both values; categories name their frequent levels and know the others by a filter.

    `counts` may leave out rare levels of a column that has more than a filter knows; `total` are all rows with a level.
    """
    if column.kind == "boolean":
        return ColumnEdges(name=column.name, kind=column.kind, known=total, levels=("false", "true"))
    least = max(LEAST_ROWS, LEAST_SHARE * total)
    frequent = [level for level, rows in counts.items() if rows >= least]
    named = tuple(sorted(sorted(frequent, key=lambda level: (-counts[level], level))[:MOST_LEVELS]))
    once = sum(rows == 1 for rows in counts.values())  # Good 1953: their share is that of unseen levels to come
    open_ended = len(counts) - len(named) > known.MOST or once > MOST_ONCE * total
    others = [] if open_ended else [level for level in counts if level not in set(named)]
    return ColumnEdges(
        name=column.name,
        kind=column.kind,
        known=total,
        levels=named,
        others=known.pack(others),
        open_ended=open_ended,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The finite numbers of a column in five."""

    known: int  # rows
    low: float
    high: float
    mean: float
    sd: float


def summary_of(ordered: Floats) -> Summary | None:
    """Of ascending finite values; None of none."""
    if not len(ordered):
        return None
    low, high = float(ordered[0]), float(ordered[-1])
    largest = max(-low, high)
    scale = 1.0 if largest < HUGE else largest  # so that squares do not overflow
    scaled = ordered if scale == 1.0 else ordered / scale
    return Summary(
        known=len(ordered), low=low, high=high, mean=scale * float(scaled.mean()), sd=scale * float(scaled.std())
    )


def numeric_edges(column: Column, ordered: Floats, summary: Summary | None) -> ColumnEdges:
    """The edges of numbers from their ascending finite values, or from an even choice of them and their summary."""
    if summary is None:
        return ColumnEdges(name=column.name, kind=column.kind, known=0)
    middle, spread = _rounded(summary.mean), _rounded(summary.sd)
    scale = spread or max(abs(middle), 1.0)
    return ColumnEdges(
        name=column.name,
        kind=column.kind,
        known=summary.known,
        interior=_interior(ordered),
        low=_below(summary.low),
        high=-_below(-summary.high),
        mean=middle,
        sd=spread,
        unit=math.ldexp(1.0, math.frexp(scale)[1] - 20),
    )


def _interior(ordered: Floats) -> tuple[float, ...]:
    """Deciles, each put half way to the next value: a value held by many rows gets a bin of its own, none is empty.

    Where there is but one value, what lies below and above it are bins too, though the reference has no row there.
    """
    if ordered[0] == ordered[-1]:
        value, step = float(ordered[0]), 1e-6 * max(1.0, abs(float(ordered[0])))
        return (_rounded(value - step), _rounded(value + step))
    ranks = np.maximum(np.ceil(len(ordered) * DECILES - 1), 0).astype(
        np.int64
    )  # numpy's inverted_cdf, without sorting again
    cuts = ordered[ranks]
    heavy = cuts[:-1][cuts[1:] == cuts[:-1]]
    above = np.searchsorted(ordered, cuts, side="right")
    below = np.searchsorted(ordered, heavy, side="left")
    places = np.array(sorted({*above.tolist(), *below.tolist()}))
    places = places[(places > 0) & (places < len(ordered))]
    low, high = ordered[places - 1], ordered[places]
    with np.errstate(over="ignore"):
        middle = low + (high - low) / 2
    middle = np.where(np.isfinite(middle), middle, low / 2 + high / 2)
    edges = {_rounded(float(edge)) for edge in middle}
    return tuple(sorted(edges))


def _rounded(value: float) -> float:
    """Twelve significant digits: what an event keeps of a float."""
    return float(f"{value:.12g}")


def _below(value: float) -> float:
    """The nearest number of twelve digits that is not above the value."""
    rounded = _rounded(value)
    return rounded if rounded <= value else _rounded(value - abs(value) * 1e-11)
