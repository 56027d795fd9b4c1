"""Which few numbers of a window tell whether a column moved?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from trueup.loop.monitor.counts import Counts, occupied
from trueup.loop.monitor.distances.psi import psi

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile, Edges, Profile
    from trueup.stats.arrays import Floats

Kind = Literal["location", "spread", "share", "shape", "missing", "unseen", "out_of_range"]

FLOORS: Final[Mapping[Kind, float]] = {  # a smaller move is nobody's concern (research: decision quality, 3.3)
    "location": 0.05,  # points of rank
    "spread": 0.05,
    "share": 0.05,  # points of share, as for the three below
    "missing": 0.02,
    "unseen": 0.01,
    "out_of_range": 0.01,
    "shape": 0.05,  # psi beyond chance
}
RARE: Final = frozenset({"missing", "unseen", "out_of_range"})  # counts of what should not be there
MOST_SHARES: Final = 6  # levels of a column that have a signal of their own
LEAST_SHARE: Final = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One number of one window and column, beside what the champion's own rows had."""

    column: str
    kind: Kind
    level: str  # of a share; else empty
    value: float  # rank, share or psi beyond chance
    usual: float  # the same of the champion's rows; 0 for psi
    row: float  # variance of one row; of psi: how many bins are free
    rows: int  # behind the value
    reference: int  # rows behind `usual`
    count: int = 0  # of a rare signal: rows that have what should not be there
    expected: int = 0  # the same in the reference
    raw: float = 0.0  # of psi: chance included

    @property
    def key(self) -> tuple[str, Kind, str]:
        """Its name."""
        return (self.column, self.kind, self.level)

    @property
    def move(self) -> float:
        """How far it moved, in its own unit."""
        return self.value - self.usual


def measure(edges: Edges, level: Profile, window: Profile) -> tuple[Signal, ...]:
    """All signals of a window against the champion's rows."""
    triples = zip(edges.columns, level.columns, window.columns, strict=True)
    return tuple(signal for triple in triples for signal in column_signals(*triple))


def column_signals(edges: ColumnEdges, level: ColumnProfile, now: ColumnProfile) -> Iterator[Signal]:
    """The signals of one column; moments move on by themselves, so only their missing values are watched."""
    if not (edges.known and level.present and now.total):
        return
    yield _rare(edges, "missing", (level.missing, level.total), (now.missing, now.total))
    if not now.present or edges.kind == "datetime":
        return
    if edges.numbers:
        yield _rare(edges, "out_of_range", (level.out_of_range, level.present), (now.out_of_range, now.present))
    elif edges.kind == "categorical" and not edges.open_ended:
        yield _rare(edges, "unseen", (level.unseen, level.present), (now.unseen, now.present))
    before, after = Counts.column(edges, level), Counts.column(edges, now)
    if len(occupied(before, after)[0]) > 1:
        yield from (_ranks(edges, before, after) if edges.numbers else _shares(edges, before, after))
        yield _shape(edges, before, after)


def _rare(edges: ColumnEdges, kind: Kind, before: tuple[int, int], after: tuple[int, int]) -> Signal:
    (expected, reference), (count, rows) = before, after
    usual = expected / reference
    return Signal(
        column=edges.name,
        kind=kind,
        level="",
        value=count / rows,
        usual=usual,
        row=max(usual * (1.0 - usual), 1.0 / (reference + 2)),
        rows=rows,
        reference=reference,
        count=count,
        expected=expected,
    )


def _ranks(edges: ColumnEdges, before: Counts, after: Counts) -> Iterator[Signal]:
    """Mean rank, and mean square of the rank's distance from the middle: moves of place and of width."""
    p, q = before.shares(), after.shares()
    rank = np.cumsum(p) - p / 2
    yield _mean(edges, "location", rank, p, q, (after.total, before.total))
    yield _mean(edges, "spread", (2 * rank - 1) ** 2, p, q, (after.total, before.total))


def _mean(edges: ColumnEdges, kind: Kind, worth: Floats, p: Floats, q: Floats, rows: tuple[float, float]) -> Signal:
    usual = float(p @ worth)
    return Signal(
        column=edges.name,
        kind=kind,
        level="",
        value=float(q @ worth),
        usual=usual,
        row=max(float(p @ worth**2) - usual**2, 1e-4),
        rows=int(rows[0]),
        reference=int(rows[1]),
    )


def _shares(edges: ColumnEdges, before: Counts, after: Counts) -> Iterator[Signal]:
    """The shares of the champion's most frequent levels; two levels need only one."""
    p, q = before.shares(), after.shares()
    frequent = [place for place in range(len(edges.levels)) if p[place] >= LEAST_SHARE]
    frequent = sorted(frequent, key=lambda place: -p[place])[:MOST_SHARES]
    for place in frequent[1:] if len(edges.levels) == 2 and len(frequent) == 2 else frequent:
        usual = float(p[place])
        yield Signal(
            column=edges.name,
            kind="share",
            level=edges.levels[place],
            value=float(q[place]),
            usual=usual,
            row=max(usual * (1.0 - usual), 1.0 / (before.total + 2)),
            rows=int(after.total),
            reference=int(before.total),
        )


def _shape(edges: ColumnEdges, before: Counts, after: Counts) -> Signal:
    raw, free = psi(before, after), len(occupied(before, after)[0]) - 1
    by_chance = free * (1.0 / before.total + 1.0 / after.total)
    return Signal(
        column=edges.name,
        kind="shape",
        level="",
        value=max(0.0, raw - by_chance),
        usual=0.0,
        row=float(free),
        rows=int(after.total),
        reference=int(before.total),
        raw=raw,
    )
