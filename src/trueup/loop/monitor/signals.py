"""Which few numbers of a window tell whether a column moved?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from trueup.loop.monitor.distances.psi import psi_by_row
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile, Edges, Profile

Kind = Literal["location", "spread", "share", "shape", "missing", "unseen", "out_of_range", "rows"]

FLOORS: Final[Mapping[Kind, float]] = {  # a smaller move is nobody's concern (research: decision quality, 3.3)
    "location": 0.05,  # points of rank
    "spread": 0.05,
    "share": 0.05,  # points of share, as for the three below
    "missing": 0.02,
    "unseen": 0.01,
    "out_of_range": 0.01,
    "shape": 0.05,  # psi beyond chance
    "rows": math.log(1.3),  # of the number of rows
}
RARE: Final = frozenset({"missing", "unseen", "out_of_range"})  # counts of what should not be there
UNOWNED: Final = frozenset({"shape", "rows"})  # not compared with the champion's own rows alone: the quiet windows tell
VOLUME: Final[tuple[str, Kind, str]] = ("", "rows", "")  # how many rows a window has: of no column
NO_TREND: Final = RARE | UNOWNED  # looked at window by window only: what builds up slowly shows in the others
RARE_ROWS: Final = 5  # fewer rows of what should not be there are no evidence
RANKS: Final[tuple[Kind, Kind]] = ("location", "spread")
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
        """How far it is from the level, in its own unit; of psi what chance does not bring, which may be negative."""
        return self.raw - self.chance if self.kind == "shape" else self.value - self.usual

    @property
    def chance(self) -> float:
        """The variance that sampling alone brings; of psi, what it brings on average."""
        return self.row * (1 / self.rows + 1 / self.reference) if self.kind == "shape" else self.row / self.rows


def volume(rows: int, beats: int) -> Signal:
    """How many rows a window has, as a logarithm, per beat of the clock; a window without any has half a row."""
    return Signal(
        column=VOLUME[0],
        kind="rows",
        level="",
        value=math.log(max(rows, 0.5) / beats),
        usual=0.0,
        row=1.0,
        rows=max(rows, 1),
        reference=max(rows, 1),
    )


def measure(edges: Edges, level: Profile, window: Profile) -> tuple[Signal, ...]:
    """All signals of a window against the champion's rows, column by column."""
    triples = [triple for triple in zip(edges.columns, level.columns, window.columns, strict=True) if _watched(*triple)]
    spread = [triple for triple in triples if triple[2].present and triple[0].kind != "datetime"]
    tables = dict(zip((one.name for one, _, _ in spread), _tables(spread), strict=True)) if spread else {}
    return tuple(signal for triple in triples for signal in _column(*triple, tables.get(triple[0].name)))


@dataclass(frozen=True, slots=True, eq=False)
class Table:
    """One column's bins on both sides, and what follows from them."""

    before: Floats  # shares of the champion's rows
    after: Floats  # of the window's
    rows: tuple[int, int]  # behind them
    psi: float
    free: int  # bins that either side uses, less one
    ranks: tuple[tuple[Kind, float, float, float], ...]  # of numbers: (kind, value, usual, variance of one row)


def _watched(edges: ColumnEdges, level: ColumnProfile, now: ColumnProfile) -> bool:
    return bool(edges.known and level.present and now.total)


def _column(edges: ColumnEdges, level: ColumnProfile, now: ColumnProfile, table: Table | None) -> Iterator[Signal]:
    """The signals of one column; moments move on by themselves, so only their missing values are watched."""
    yield _rare(edges, "missing", (level.missing, level.total), (now.missing, now.total))
    if table is None:
        return
    if edges.numbers:
        yield _rare(edges, "out_of_range", (level.out_of_range, level.present), (now.out_of_range, now.present))
    elif edges.kind == "categorical" and not edges.open_ended:
        yield _rare(edges, "unseen", (level.unseen, level.present), (now.unseen, now.present))
    if table.free < 1:
        return
    rows, reference = table.rows[1], table.rows[0]
    for kind, value, usual, row in table.ranks:
        yield Signal(
            column=edges.name, kind=kind, level="", value=value, usual=usual, row=row, rows=rows, reference=reference
        )
    if not edges.numbers:
        yield from _shares(edges, table)
    yield Signal(
        column=edges.name,
        kind="shape",
        level="",
        value=max(0.0, table.psi - table.free * (1 / reference + 1 / rows)),
        usual=0.0,
        row=float(table.free),
        rows=rows,
        reference=reference,
        raw=table.psi,
    )


def _tables(triples: Sequence[tuple[ColumnEdges, ColumnProfile, ColumnProfile]]) -> Iterator[Table]:
    """All columns at once: one row of a matrix each, bins that a column does not have are empty.

    Mean rank, and mean square of the rank's distance from the middle: moves of place and of width.
    """
    widest = max(len(level.counts) for _, level, _ in triples) + 1
    before, after = (np.zeros((len(triples), widest)) for _ in range(2))
    for place, (edges, level, now) in enumerate(triples):
        before[place, : len(level.counts)], after[place, : len(now.counts)] = level.counts, now.counts
        if not edges.numbers:
            before[place, -1], after[place, -1] = level.unseen, now.unseen
    rows = [(int(a), int(b)) for a, b in zip(before.sum(axis=1).tolist(), after.sum(axis=1).tolist(), strict=True)]
    psi, free = psi_by_row(before, after)
    p, q = (one / np.maximum(one.sum(axis=1, keepdims=True), 1.0) for one in (before, after))
    rank = np.cumsum(p, axis=1) - p / 2
    worth = np.stack((rank, (2 * rank - 1) ** 2))
    values, usual = np.sum(worth * q, axis=2), np.sum(worth * p, axis=2)
    row = np.maximum(np.sum(worth**2 * p, axis=2) - usual**2, 1e-4)
    moments = np.stack((values, usual, row)).T.tolist()  # column, kind, what
    for place, (edges, _, _) in enumerate(triples):
        ranks = tuple((kind, *moments[place][at]) for at, kind in enumerate(RANKS)) if edges.numbers else ()
        yield Table(p[place], q[place], rows[place], float(psi[place]), int(free[place]), ranks)


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


def _shares(edges: ColumnEdges, table: Table) -> Iterator[Signal]:
    """The shares of the champion's most frequent levels; two levels need only one."""
    p, q = table.before.tolist(), table.after.tolist()
    frequent = [place for place in range(len(edges.levels)) if p[place] >= LEAST_SHARE]
    frequent = sorted(frequent, key=lambda place: -p[place])[:MOST_SHARES]
    for place in frequent[1:] if len(edges.levels) == 2 and len(frequent) == 2 else frequent:
        usual = p[place]
        yield Signal(
            column=edges.name,
            kind="share",
            level=edges.levels[place],
            value=q[place],
            usual=usual,
            row=max(usual * (1.0 - usual), 1.0 / (table.rows[0] + 2)),
            rows=table.rows[1],
            reference=table.rows[0],
        )
