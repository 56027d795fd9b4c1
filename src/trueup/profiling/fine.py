"""What did the rows look like, finely? Too much for the journal, so it becomes a file; it points at no person either.

Fine profiles beside the same reference add up, in any grouping: sums are whole steps. What one row alone would tell is
not told: the sum of a bin with fewer than 20 rows (they stand at the bin's centre), a level seen fewer than 20 times,
the least and the greatest value (the means of the outer bins stand for them).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from trueup.errors import Incompatible
from trueup.loop.schema import Kind
from trueup.stats.arrays import Floats, Integers

LEAST_ROWS: Final = 20  # fewer rows could point at a person
FAR: Final = float(1 << 40)  # steps of the sums at which a value is cut


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineNumbers:
    """A column of numbers or of moments; a value is in the bin (edge, next edge], the outer ones are open."""

    name: str
    kind: Kind
    middle: float  # what sums are counted from
    unit: float  # one step of the sums
    edges: Floats  # ascending
    counts: Integers  # rows per bin
    sums: Integers  # per bin, of the values' steps from the middle
    missing: int  # rows without a finite number

    def __add__(self, other: FineNumbers) -> FineNumbers:
        return replace(
            self, counts=self.counts + other.counts, sums=self.sums + other.sums, missing=self.missing + other.missing
        )

    @property
    def centres(self) -> Integers:
        """Where in each bin its rows are by the mean, in steps from the middle; half way where there are none."""
        bounds = np.concatenate((self.edges[:1], self.edges, self.edges[-1:]))
        half_way = np.zeros(1, np.int64)
        if len(self.edges):
            with np.errstate(over="ignore"):
                half_way = steps(bounds[:-1] + np.diff(bounds) / 2, self.middle, self.unit)
        mean = np.rint(self.sums / np.maximum(self.counts, 1)).astype(np.int64)
        return np.where(self.counts > 0, mean, half_way)

    def beside(self, centres: Integers) -> FineNumbers:
        """The same, with the rows of thin bins at these centres."""
        return replace(self, sums=np.where(self.counts < LEAST_ROWS, self.counts * centres, self.sums))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineLevels:
    """A column of levels."""

    name: str
    kind: Kind
    coded: bool  # the levels stand under codes, not under their names
    counts: Mapping[str, int]  # rows per level that may be told
    other: int  # rows of all other levels
    missing: int

    def __add__(self, other: FineLevels) -> FineLevels:
        names = sorted({*self.counts, *other.counts})
        return replace(
            self,
            counts={name: self.counts.get(name, 0) + other.counts.get(name, 0) for name in names},
            other=self.other + other.other,
            missing=self.missing + other.missing,
        )

    def naming(self, known: Mapping[str, int]) -> FineLevels:
        """The same, with only the known levels and the frequent ones by name."""
        told = {
            name: rows for name, rows in sorted(self.counts.items()) if rows >= LEAST_ROWS or (rows and name in known)
        }
        return replace(self, counts=told, other=self.other + sum(self.counts.values()) - sum(told.values()))


FineColumn = FineNumbers | FineLevels


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FineProfile:
    """The fine counts of some rows."""

    edges_id: str  # of the coarse edges that it refines
    reference: str  # content hash of the fine profile it is counted beside; empty: it is such a reference itself
    rows: int
    columns: tuple[FineColumn, ...]

    def __add__(self, other: FineProfile) -> FineProfile:
        if (other.reference, other.edges_id) != (self.reference, self.edges_id):
            what = "fine profiles beside two references do not add up"
            raise Incompatible(what, self.reference[:12], other.reference[:12])
        pairs = zip(self.columns, other.columns, strict=True)
        columns = tuple(_added(left, right) for left, right in pairs)
        return replace(self, rows=self.rows + other.rows, columns=columns)

    def column(self, name: str) -> FineColumn | None:
        """One column, if it is there."""
        return next((column for column in self.columns if column.name == name), None)


def steps(values: Floats, middle: float, unit: float) -> Integers:
    """Whole steps from the middle, far ones cut."""
    with np.errstate(over="ignore"):
        far = (values - middle) / unit
    return np.rint(np.clip(far, -FAR, FAR)).astype(np.int64)


def _added(left: FineColumn, right: FineColumn) -> FineColumn:
    if isinstance(left, FineNumbers) and isinstance(right, FineNumbers):
        return left + right
    if isinstance(left, FineLevels) and isinstance(right, FineLevels):
        return left + right
    raise Incompatible("a column of numbers and one of levels do not add up", left.name, right.name)
