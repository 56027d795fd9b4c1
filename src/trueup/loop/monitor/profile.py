"""What did the rows look like, in numbers that add up and name nobody?"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from hashlib import blake2b

from trueup.errors import Incompatible
from trueup.loop.schema import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnEdges:
    """How one column is counted; frozen from the reference rows, floats with 12 significant digits."""

    name: str
    kind: Kind
    known: int  # reference rows that are not missing; 0: nothing was learnt, the column is not watched
    interior: tuple[float, ...] = ()  # numbers: at most 20 edges, a value v is in the bin (edge, next edge]
    low: float = 0.0  # numbers: least value of the reference
    high: float = 0.0  # numbers: greatest value of the reference
    mean: float = 0.0  # numbers: mean of the reference
    sd: float = 0.0  # numbers: standard deviation of the reference
    unit: float = 1.0  # numbers: one step of the fixed-point sums
    levels: tuple[str, ...] = ()  # categories: at most 20, each seen in at least 20 rows; a boolean: false, true
    others: str = ""  # categories: hexadecimal Bloom filter of the reference's levels that are not named
    open_ended: bool = False  # categories: more levels than can be known, so none is ever called unseen
    coded: bool = False  # categories: the column is sensitive, its levels stand under codes

    @property
    def numbers(self) -> bool:
        """Whether the column is counted by edges, and not by levels."""
        return self.kind in {"numeric", "datetime"}

    @property
    def reach(self) -> tuple[float, float]:
        """Where values are not called out of range: the reference's range, and as much again on either side."""
        width = self.high - self.low
        return self.low - width, self.high + width

    @property
    def bins(self) -> int:
        """How many counts a profile of this column has; the last one of a category is `other`."""
        return len(self.interior) + 1 if self.numbers else len(self.levels) + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """How a table is counted; only profiles on the same edges add up."""

    edges_id: str  # hash of the content
    rows: int  # of the reference
    columns: tuple[ColumnEdges, ...]

    @staticmethod
    def of(rows: int, columns: tuple[ColumnEdges, ...]) -> Edges:
        """Edges under the name of their content."""
        words = [[getattr(column, field) for field in ColumnEdges.__slots__] for column in columns]
        content = json.dumps([rows, words], ensure_ascii=True, separators=(",", ":"))
        return Edges(edges_id=blake2b(content.encode(), digest_size=6).hexdigest(), rows=rows, columns=columns)

    def column(self, name: str) -> ColumnEdges:
        """The edges of one column."""
        return next(column for column in self.columns if column.name == name)


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnProfile:
    """The counts of one column over some rows; whole numbers, so that any grouping gives the same."""

    name: str
    counts: tuple[int, ...]  # rows per bin, missing and unseen ones left out
    missing: int  # rows without a value
    unseen: int  # rows with a level that the reference never had
    out_of_range: int  # rows beyond the reference's range by more than its width; they are in the outer bins too
    total: int  # rows
    sum: int = 0  # of the finite numbers' distances from the edges' mean, in the edges' unit
    magnitudes: tuple[tuple[int, int], ...] = ()  # (signed half octave, rows), sorted; 0 is zero, 65 is 1 to 1.41

    @property
    def present(self) -> int:
        """Rows with a value."""
        return self.total - self.missing

    def __add__(self, other: ColumnProfile) -> ColumnProfile:
        if other.name != self.name or len(other.counts) != len(self.counts):
            raise Incompatible("profiles of two columns do not add up", self.name, other.name)
        return replace(
            self,
            counts=tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)),
            missing=self.missing + other.missing,
            unseen=self.unseen + other.unseen,
            out_of_range=self.out_of_range + other.out_of_range,
            total=self.total + other.total,
            sum=self.sum + other.sum,
            magnitudes=_merge(self.magnitudes, other.magnitudes, 1),
        )

    def __sub__(self, other: ColumnProfile) -> ColumnProfile:
        if other.name != self.name or len(other.counts) != len(self.counts):
            raise Incompatible("profiles of two columns have no difference", self.name, other.name)
        return replace(
            self,
            counts=tuple(a - b for a, b in zip(self.counts, other.counts, strict=True)),
            missing=self.missing - other.missing,
            unseen=self.unseen - other.unseen,
            out_of_range=self.out_of_range - other.out_of_range,
            total=self.total - other.total,
            sum=self.sum - other.sum,
            magnitudes=_merge(self.magnitudes, other.magnitudes, -1),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The counts of a table over some rows: hours add up to days, in any order."""

    edges_id: str
    rows: int
    columns: tuple[ColumnProfile, ...]

    @staticmethod
    def empty(edges: Edges) -> Profile:
        """The profile of no rows: adding it changes nothing."""
        columns = tuple(
            ColumnProfile(name=one.name, counts=(0,) * one.bins, missing=0, unseen=0, out_of_range=0, total=0)
            for one in edges.columns
        )
        return Profile(edges_id=edges.edges_id, rows=0, columns=columns)

    def __add__(self, other: Profile) -> Profile:
        if other.edges_id != self.edges_id:
            raise Incompatible("profiles on different edges do not add up", self.edges_id, other.edges_id)
        columns = tuple(a + b for a, b in zip(self.columns, other.columns, strict=True))
        return replace(self, rows=self.rows + other.rows, columns=columns)

    def __sub__(self, other: Profile) -> Profile:
        if other.edges_id != self.edges_id:
            raise Incompatible("profiles on different edges have no difference", self.edges_id, other.edges_id)
        columns = tuple(a - b for a, b in zip(self.columns, other.columns, strict=True))
        return replace(self, rows=self.rows - other.rows, columns=columns)

    def column(self, name: str) -> ColumnProfile:
        """The profile of one column."""
        return next(column for column in self.columns if column.name == name)


def mean(edges: ColumnEdges, column: ColumnProfile) -> float:
    """The mean of a column's finite numbers, far ones cut at a million standard deviations; 0 without any."""
    if not column.present:
        return 0.0
    plainly = edges.mean + edges.unit * column.sum / column.present
    if math.isfinite(plainly):
        return plainly
    largest = math.nextafter(math.inf, 0.0)  # near it the sum is too large for a float, and the mean is not
    return min(max(edges.mean + edges.unit * (column.sum / column.present), -largest), largest)


def _merge(
    left: tuple[tuple[int, int], ...], right: tuple[tuple[int, int], ...], sign: int
) -> tuple[tuple[int, int], ...]:
    if not right:
        return left
    sums = dict(left)
    for key, rows in right:
        sums[key] = sums.get(key, 0) + sign * rows
    return tuple(sorted((key, rows) for key, rows in sums.items() if rows))
