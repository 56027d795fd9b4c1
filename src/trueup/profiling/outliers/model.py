"""Which rows are farther out than 99 % of the reference?

At most 64 columns are looked at together, and one for ten rows of the reference: those whose scores vary most. Columns
that hardly vary are left out (what is new in them has an alert of its own), and moments, since they move on by
themselves. The limit is the reference's own 99 % point, never that of a formula:
real columns are not normal together, even when each is by itself.
Source: research/drift-performance.md, section 6 (6.4 % of a reference is beyond the 99 % point of chi-squared).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from trueup.profiling.arrays import blocks
from trueup.profiling.outliers import OUTLIERS
from trueup.profiling.outliers.scores import (
    ColumnScores,
    Scorer,
    aligned,
    bins_of,
    level_scores,
    number_scores,
)
from trueup.profiling.source import column_of
from trueup.stats.arrays import Flags

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from trueup.loop.monitor.profile import ColumnEdges, Edges
    from trueup.profiling.arrays import Values
    from trueup.stats.arrays import Floats

INSIDE: Final = 0.99  # share of the reference that is not far
MOST_COLUMNS: Final = 64
ROWS_A_COLUMN: Final = 10
TOLD: Final = 3  # columns that are told
STILL: Final = 0.2  # variance of the scores below which a column hardly varies: 19 rows in 20 are equal
LEAST_ROWS: Final = 200  # of a reference that can tell what is far


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OutlierModel:
    """What the reference's rows are like, in all columns together."""

    edges_id: str  # of the edges that levels are counted on
    method: str  # in the catalogue
    rows: int  # of the reference
    columns: tuple[ColumnScores, ...]
    limit: float  # a row with a greater distance is far
    parts: Mapping[str, NDArray[np.float32]]  # the method's own


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Learnt:
    """A model, and which rows of the reference are far, each judged by the others."""

    model: OutlierModel
    far: Flags


def learn(table: pa.Table, edges: Edges, method: str, *, seed: int = 0) -> Learnt | None:
    """What a reference's rows are like; None where it has too few rows, or no column to tell it by."""
    columns = [one for one in edges.columns if one.known and one.kind != "datetime"]
    if table.num_rows < LEAST_ROWS or not columns:
        return None
    scored = tuple(_scored(one, column_of(table, one.name, None)) for one in columns)
    scorer = Scorer(scored, {one.name: one for one in edges.columns})
    scores = np.concatenate(list(_scores(table, scorer)), axis=1)
    places = _chosen(scores.astype(np.float64).var(axis=1), table.num_rows)
    if not places:
        return None
    ways = OUTLIERS[method]
    parts = ways.fit(scores[places], seed)
    distances = ways.among_others(ways.distance(scores[places], parts))
    limit = float(np.quantile(distances, INSIDE))
    model = OutlierModel(
        edges_id=edges.edges_id,
        method=method,
        rows=table.num_rows,
        columns=tuple(scored[place] for place in places),
        limit=limit,
        parts=parts,
    )
    return Learnt(model=model, far=distances > limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What became of some rows."""

    far: int  # rows
    columns: tuple[str, ...]  # with the greatest part in it, greatest first; empty where no row is far


class Measure:
    """A model ready to measure rows by; its tables are made once."""

    def __init__(self, model: OutlierModel, edges: Edges) -> None:
        """Take the model and the edges it was learnt on."""
        self.model = model
        self._scorer = Scorer(model.columns, {one.name: one for one in edges.columns})

    def far(self, table: pa.Table) -> int:
        """How many rows of a table are far."""
        return self.measured(table).far

    def measured(self, table: pa.Table) -> Measured:
        """How many rows of a table are far, and which columns have the greatest part in it."""
        model, ways = self.model, OUTLIERS[self.model.method]
        found, blame = 0, np.zeros(len(model.columns))
        for scores in _scores(table, self._scorer):
            far = ways.distance(scores, model.parts) > model.limit
            count = int(np.count_nonzero(far))
            found += count
            if count:
                blame += count * ways.blame(scores[:, far], model.parts)
        most = np.argsort(-blame, kind="stable")[:TOLD].tolist() if found else []
        return Measured(far=found, columns=tuple(model.columns[place].name for place in most))


def _scores(table: pa.Table, scorer: Scorer) -> Iterator[NDArray[np.float32]]:
    """The scores of a table, block by block."""
    values = [blocks(column_of(table, one.name, None)) for one in scorer.columns]
    for parts in zip(*values, strict=True):
        yield scorer.scores(parts)


def _scored(edges: ColumnEdges, values: Values) -> ColumnScores:
    if edges.numbers:
        parts: list[Floats] = [aligned(edges.name, block) for block in blocks(values)]
        return number_scores(edges.name, np.concatenate([np.empty(0), *parts]))
    counted = np.zeros(edges.bins + 2, np.int64)
    for block in blocks(values):
        counted += np.bincount(bins_of(edges, block) + 1, minlength=edges.bins + 2)
    return level_scores(edges, counted[1:-1])


def _chosen(spread: Floats, rows: int) -> list[int]:
    """The places of the columns that vary most, in their own order; one that hardly varies says nothing of a row."""
    most = min(MOST_COLUMNS, max(rows // ROWS_A_COLUMN, 1))
    return sorted(place for place in np.argsort(-spread, kind="stable")[:most].tolist() if spread[place] >= STILL)
