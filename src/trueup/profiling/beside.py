"""What does one column look like in two tables? The first pass finds the edges, the second counts, block by block."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile
from trueup.loop.schema import Column
from trueup.profiling.brackets import Bracket, carried, greatest_gap
from trueup.profiling.edges import numeric_edges
from trueup.profiling.gathered import Gathered
from trueup.profiling.levels import Levels, counted
from trueup.profiling.plain import plain
from trueup.profiling.spread import binned, cuts_of, profile_of
from trueup.profiling.tally import Tally, finite_part

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from trueup.loop.schema import Kind
    from trueup.profiling.arrays import Block
    from trueup.stats.arrays import Floats

    Blocks = Callable[[], Iterable[Block]]
    Numbers = Callable[[], Iterable[Sequence[tuple[Floats, int]]]]  # a block is values and how many rows lack one


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """One column in two tables."""

    edges: ColumnEdges
    before: ColumnProfile
    after: ColumnProfile
    read_as: str = ""  # of numbers made from something else: what that is; else empty
    infinite: tuple[int, int] = (0, 0)  # rows of an infinity, before and after
    one_value: float | None = None  # of all finite numbers after; None: they differ
    gap: Bracket | None = None  # Kolmogorov-Smirnov, of finite numbers; None: of levels, or nothing to compare
    carried: Bracket | None = None  # Wasserstein, in standard deviations of the reference; None: as gap, or no spread


def levels_beside(name: str, kind: Kind, before: Blocks, after: Blocks) -> Beside:
    """A column of levels; each side is read when it is called, the first one twice."""
    seen = Levels(Column(name=name, kind=kind))
    for block in before():
        seen.add(block)
    edges = seen.edges()
    places = seen.places(edges)
    return Beside(edges=edges, before=counted(edges, places, before()), after=counted(edges, places, after()))


def numbers_beside(names: Sequence[str], kind: Kind, before: Numbers, after: Numbers) -> tuple[Beside, ...]:
    """Columns of numbers or moments that are read together; each block has a part for each of them."""
    kept, missing = [Gathered() for _ in names], [0] * len(names)
    for block in before():
        for place, (values, lacking) in enumerate(block):
            kept[place].add(values)
            missing[place] += lacking
    sides = [
        _reference(Column(name=name, kind=kind), one, lacking)
        for name, one, lacking in zip(names, kept, missing, strict=True)
    ]
    if any(one.every > 1 for one in kept):
        left = [Tally(one.cuts) for _, one in sides]
        _count(left, before())
        sides = [(edges, one) for (edges, _), one in zip(sides, left, strict=True)]
    right = [Tally(one.cuts) for _, one in sides]
    _count(right, after())
    return tuple(_beside(edges, left, right) for (edges, left), right in zip(sides, right, strict=True))


def plain_blocks(blocks: Iterable[Block]) -> Iterator[tuple[tuple[Floats, int], ...]]:
    """Blocks of a column that is one of numbers itself."""
    for block in blocks:
        yield (plain(block),)


def _reference(column: Column, kept: Gathered, missing: int) -> tuple[ColumnEdges, Tally]:
    """How a column is counted, and its reference so counted, unless only some of it was kept."""
    ordered = kept.ordered()
    finite, _ = finite_part(ordered)
    edges = numeric_edges(column, finite, kept.summary(finite))
    tally = Tally(cuts_of(edges, finite))
    tally.add_sorted(ordered, missing=missing)
    return edges, tally


def _count(tallies: Sequence[Tally], blocks: Iterable[Sequence[tuple[Floats, int]]]) -> None:
    for block in blocks:
        for tally, (values, lacking) in zip(tallies, block, strict=True):
            tally.add(values, missing=lacking)


def _beside(edges: ColumnEdges, left: Tally, right: Tally) -> Beside:
    gap = far = None
    if edges.kind == "numeric" and left.finite and right.finite:
        sides = binned(left), binned(right)
        gap = greatest_gap(*sides)[1]
        far = _in_spreads(carried(*sides), edges.sd)
    return Beside(
        edges=edges,
        before=profile_of(edges, left),
        after=profile_of(edges, right),
        infinite=(left.infinite, right.infinite),
        one_value=right.one_value if edges.kind == "numeric" else None,
        gap=gap,
        carried=far,
    )


def _in_spreads(far: Bracket, sd: float) -> Bracket | None:
    """A distance in standard deviations; None where there are none, or the sums are too large for a float."""
    if not (0 < sd < math.inf and math.isfinite(far.low) and math.isfinite(far.high)):
        return None
    return Bracket(low=far.low / sd, high=far.high / sd)
