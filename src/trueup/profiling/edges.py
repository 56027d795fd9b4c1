"""At which values is a column cut into bins, and which of its levels are counted by name?"""

from __future__ import annotations

import math
from dataclasses import replace
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
        return _numeric(column, np.sort(np.concatenate([np.empty(0), *parts])))
    coded = coded and column.kind == "categorical"
    counts: dict[str, int] = {}
    for block in blocks(values):
        for level, count in levels_of(block, coded=coded).items():
            counts[level] = counts.get(level, 0) + count
    return replace(_categorical(column, counts), coded=coded)


def _categorical(column: Column, counts: dict[str, int]) -> ColumnEdges:
    """Booleans name both values; categories name their frequent levels and know the others by a filter."""
    total = sum(counts.values())
    if column.kind == "boolean":
        return ColumnEdges(name=column.name, kind=column.kind, known=total, levels=("false", "true"))
    ranked = sorted(counts, key=lambda level: (-counts[level], level))
    least = max(LEAST_ROWS, LEAST_SHARE * total)
    named = tuple(sorted(level for level in ranked[:MOST_LEVELS] if counts[level] >= least))
    others = [level for level in ranked if level not in set(named)]
    once = sum(counts[level] == 1 for level in others)  # Good 1953: their share is that of unseen levels to come
    open_ended = len(others) > known.MOST or once > MOST_ONCE * total
    return ColumnEdges(
        name=column.name,
        kind=column.kind,
        known=total,
        levels=named,
        others="" if open_ended else known.pack(others),
        open_ended=open_ended,
    )


def _numeric(column: Column, ordered: Floats) -> ColumnEdges:
    finite = ordered[np.isfinite(ordered)]
    if not len(finite):
        return ColumnEdges(name=column.name, kind=column.kind, known=0)
    middle, spread = _rounded(float(finite.mean())), _rounded(float(finite.std()))
    scale = spread or max(abs(middle), 1.0)
    return ColumnEdges(
        name=column.name,
        kind=column.kind,
        known=len(finite),
        interior=_interior(finite),
        low=_below(float(finite[0])),
        high=-_below(-float(finite[-1])),
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
    cuts = np.quantile(ordered, DECILES, method="inverted_cdf")
    heavy = cuts[:-1][cuts[1:] == cuts[:-1]]
    above = np.searchsorted(ordered, np.unique(cuts), side="right")
    below = np.searchsorted(ordered, np.unique(heavy), side="left")
    places = np.union1d(above, below)
    places = places[(places > 0) & (places < len(ordered))]
    low, high = ordered[places - 1], ordered[places]
    edges = {_rounded(float(edge)) for edge in low + (high - low) / 2}
    return tuple(sorted(edges))


def _rounded(value: float) -> float:
    """Twelve significant digits: what an event keeps of a float."""
    return float(f"{value:.12g}")


def _below(value: float) -> float:
    """The nearest number of twelve digits that is not above the value."""
    rounded = _rounded(value)
    return rounded if rounded <= value else _rounded(value - abs(value) * 1e-11)
