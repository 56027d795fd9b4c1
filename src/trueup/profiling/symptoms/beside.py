"""What is remembered of the champion's own rows, and how a window is laid beside it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.loop.monitor.profile import Edges
from trueup.profiling.source import column_of
from trueup.profiling.symptoms.columns import Levels, Numbers, Values, gap, levels_gap, shares, values
from trueup.profiling.symptoms.joint import Joint, learn
from trueup.profiling.symptoms.numbers import most_alike
from trueup.profiling.symptoms.repeats import repeated
from trueup.stats.arrays import Floats, Integers

if TYPE_CHECKING:
    from collections.abc import Collection

SAMPLE: Final = 10_000  # rows of either side that are looked at
TOGETHER: Final = 3_000  # rows of a window whose columns are looked at together
LEAST_ROWS: Final = 50  # of a window that says how many values are alike
REPEATS: Final = 8  # newest windows that teach how many rows repeat by themselves


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """Some rows, looked at one by one."""

    columns: Mapping[str, Values]
    rows: Floats  # their coordinates
    pulled: Floats  # the same, times the inverse covariance

    @staticmethod
    def of(columns: Mapping[str, Values], joint: Joint) -> Laid:
        """A bounded number of rows."""
        places = _spread(min(_length(columns), SAMPLE), TOGETHER)
        few = {name: one.take(places) for name, one in columns.items()}
        rows = joint.rows(few)
        return Laid(columns=few, rows=rows, pulled=rows @ joint.inverse)

    @property
    def far(self) -> Floats:
        """Squared distance of each row from the middle of the reference."""
        return np.asarray(np.einsum("ij,ij->i", self.pulled, self.rows))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Beside:
    """The reference, as it is compared with."""

    edges: Edges
    columns: Mapping[str, Values]  # a bounded sample, evenly spread over the rows
    ordered: Mapping[str, Floats]  # its numbers
    counts: Mapping[str, Mapping[str, int]]  # its levels
    most: Mapping[str, float]  # of its numbers: largest share that one value has in one of its windows
    joint: Joint
    laid: Laid  # some of its rows, all columns together
    repeated: float  # the most that one of its windows had
    sensitive: frozenset[str]  # columns whose values are never written


def remember(table: pa.Table, windows: Integers, edges: Edges, *, sensitive: Collection[str] = ()) -> Beside:
    """The reference's rows in memory; `windows` says for each row which window it is of, in order of time."""
    some = _spread(table.num_rows, SAMPLE)
    columns = _columns(table.take(some), edges)
    joint = learn(columns, windows[some])
    newest = np.unique(windows)[-REPEATS:].tolist()
    return Beside(
        edges=edges,
        columns=columns,
        ordered={name: one.ordered for name, one in columns.items() if isinstance(one, Numbers)},
        counts={name: one.counts for name, one in columns.items() if isinstance(one, Levels)},
        most={name: _most(one, windows[some]) for name, one in columns.items() if isinstance(one, Numbers)},
        joint=joint,
        laid=Laid.of(columns, joint),
        repeated=max(_repeated(table.filter(pa.array(windows == number)), edges) for number in newest),
        sensitive=frozenset(sensitive),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class View:
    """A window's rows, laid beside the reference."""

    beside: Beside
    total: int  # rows
    repeated: float
    columns: Mapping[str, Values]  # a bounded sample
    present: Mapping[str, Floats]  # the numbers of each column, in order, where both sides have some
    laid: Laid
    gaps: Mapping[str, float]  # distance of each column from the reference

    @property
    def levels(self) -> Mapping[str, Levels]:
        """The columns of levels."""
        return {name: one for name, one in self.columns.items() if isinstance(one, Levels)}


def view(beside: Beside, table: pa.Table) -> View:
    """Lay a window beside the reference."""
    columns = _columns(table.take(_spread(table.num_rows, SAMPLE)), beside.edges)
    ordered = {name: one.ordered for name, one in columns.items() if isinstance(one, Numbers)}
    return View(
        beside=beside,
        total=table.num_rows,
        repeated=_repeated(table, beside.edges)
        if table.num_rows > SAMPLE
        else repeated(columns.values(), table.num_rows),
        columns=columns,
        present={name: one for name, one in ordered.items() if len(one) and len(beside.ordered[name])},
        laid=Laid.of(columns, beside.joint),
        gaps=gaps(beside, columns),
    )


def gaps(beside: Beside, columns: Mapping[str, Values]) -> dict[str, float]:
    """How far each column is from the reference, missing values left out."""
    found = {}
    for name, one in columns.items():
        if isinstance(one, Numbers):
            found[name] = gap(beside.ordered[name], one.ordered)
        elif one.counts:
            found[name] = levels_gap(shares(beside.counts[name]), shares(one.counts))
    return found


def _columns(table: pa.Table, edges: Edges) -> dict[str, Values]:
    found = ((one.name, values(one, column_of(table, one.name, None))) for one in edges.columns)
    return {name: one for name, one in found if one is not None}


def _repeated(table: pa.Table, edges: Edges) -> float:
    return repeated(_columns(table, edges).values(), table.num_rows)


def _spread(rows: int, most: int) -> Integers:
    """Places of at most so many rows, evenly spread."""
    return np.unique(np.linspace(0, rows - 1, min(rows, most)).astype(np.int64)) if rows else np.empty(0, np.int64)


def _length(columns: Mapping[str, Values]) -> int:
    return next((len(one.values if isinstance(one, Numbers) else one.codes) for one in columns.values()), 0)


def _most(column: Numbers, windows: Integers) -> float:
    parts = (column.values[windows == number] for number in np.unique(windows).tolist())
    return max((most_alike(one) for one in parts if len(one) >= LEAST_ROWS), default=most_alike(column.values))
