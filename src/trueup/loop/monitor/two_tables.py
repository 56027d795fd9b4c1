"""What moved between two tables, when there are no windows to learn from?

Only sampling noise is known here: day-to-day noise cannot be told from change, and the report says so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from trueup.loop.monitor.contract import LEAST_ROWS, Breach, breaches
from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances.psi import debiased_psi, psi
from trueup.loop.monitor.judgement import judge
from trueup.loop.monitor.moved import moved, percent, plain
from trueup.loop.monitor.noise import Noise
from trueup.loop.monitor.signals import RARE, measure
from trueup.loop.monitor.wobble import Basis, wobble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile, Edges, Profile
    from trueup.loop.monitor.signals import Signal
    from trueup.loop.policy import QuarantinePolicy

Result = Literal["as before", "changed", "broken", "insufficient"]

CHANCE: Final = 0.01  # that a table in which nothing moved has a changed column, by sampling alone
LEAST_PSI: Final = 0.10  # beyond chance: a smaller move is as likely a matter of days
LEAST_RISE: Final = 0.05  # of what should not be there
VARIED: Final = 0.7  # largest share that one place of a number may hold before, if one value for all is to be broken
LEAST_SHOWN: Final = 0.005  # a smaller psi reads as 0.00
GRAVE: Final[Mapping[Result, int]] = {"broken": 0, "changed": 1, "insufficient": 2, "as before": 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMove:
    """One column of two tables."""

    column: str
    kind: str  # numeric, categorical, boolean or datetime; of what is not read, the file's own word
    psi: float | None  # as it is, chance included; None: there is nothing to compare
    moved: str  # in words; a dash when nothing did
    result: Result
    cause: str  # what is broken, or why a psi is none; empty: the move speaks for itself


def compare(
    edges: Edges,
    before: Profile,
    after: Profile,
    policy: QuarantinePolicy,
    infinite: Mapping[str, tuple[int, int]] | None = None,
    still: Mapping[str, float] | None = None,
) -> tuple[ColumnMove, ...]:
    """Every column's move, the gravest first.

    A profile counts infinities as values, so they are told beside it; so is the value that all rows of a column have,
    since a sensor that stands still is no change of unit.
    """
    endless = infinite or {}
    triples = list(zip(edges.columns, before.columns, after.columns, strict=True))
    stuck = (_stuck(triple, (still or {}).get(triple[0].name)) for triple in triples)
    broken = {one.column: one for one in (*breaches(edges, (before,), after, policy), *stuck) if one is not None}
    by_column: dict[str, list[Signal]] = {one.name: [] for one in edges.columns}
    for signal in measure(edges, before, after):
        by_column[signal.column].append(signal)
    signals = list(by_column.values())
    limit = CHANCE / max(sum(len(one) for one in signals), 1)
    moves = [
        _move(
            triple,
            _beyond_sampling(its, limit),
            broken.get(triple[0].name),
            endless.get(triple[0].name, (0, 0)),
        )
        for triple, its in zip(triples, signals, strict=True)
    ]
    return gravest_first(moves)


def _stuck(triple: tuple[ColumnEdges, ColumnProfile, ColumnProfile], value: float | None) -> Breach | None:
    """All rows have one value, of a number that never said one thing for long."""
    edges, before, after = triple
    if value is None or min(before.present, after.present) < LEAST_ROWS or max(before.counts) > VARIED * before.present:
        return None
    return Breach(
        column=edges.name,
        kind="out_of_range",
        value=1.0,
        limit=VARIED,
        cause="stuck value",
        moved=f"{plain(edges.low)} to {plain(edges.high)} -> {plain(value)} in all rows",
    )


def gravest_first(moves: Iterable[ColumnMove]) -> tuple[ColumnMove, ...]:
    """What looks broken, then what changed, then what cannot be told; of alikes the largest psi."""
    return tuple(sorted(moves, key=lambda one: (GRAVE[one.result], -(one.psi or 0.0), one.column)))


def _beyond_sampling(signals: Sequence[Signal], limit: float) -> tuple[Signal, ...]:
    """The signals that sampling does not explain, the least likely first."""
    if not signals:
        return ()
    nothing = wobble(Noise(), signals, Basis(), ())
    p = judge(signals, nothing, [0.0] * len(signals)).p.tolist()
    over = [(chance, place) for place, chance in enumerate(p) if chance < limit]
    return tuple(signals[place] for _, place in sorted(over))


def _matters(signal: Signal, beyond_chance: float) -> bool:
    return signal.move >= LEAST_RISE if signal.kind in RARE else beyond_chance >= LEAST_PSI


def _enough(signal: Signal) -> bool:
    """Whether both sides have the rows that the signal speaks of."""
    return min(signal.rows, signal.reference) >= LEAST_ROWS


def _move(
    triple: tuple[ColumnEdges, ColumnProfile, ColumnProfile],
    beyond: tuple[Signal, ...],
    breach: Breach | None,
    infinite: tuple[int, int],
) -> ColumnMove:
    edges, before, after = triple
    known, seen = (one.present - gone for one, gone in zip((before, after), infinite, strict=True))
    left, right = Counts.column(edges, before), Counts.column(edges, after)
    size, sure = psi(left, right), debiased_psi(left, right)
    words, cause = "-", ""
    result: Result = "as before"
    grave = next((one for one in beyond if _matters(one, sure) and _enough(one)), None)
    if min(before.total, after.total) < LEAST_ROWS:
        result, cause = "insufficient", f"too few rows to tell: {before.total:,} -> {after.total:,}"
    elif breach is not None:
        words, result, cause = breach.moved, "broken", breach.cause
    elif not known and seen >= LEAST_ROWS:
        words, result = _first(before, after, infinite), "changed"
    elif min(known, seen) < LEAST_ROWS and (grave is None or not known):
        what = "finite values" if any(infinite) else "values"
        result, cause = "insufficient", f"too few {what} to tell: {known:,} -> {seen:,}"
    elif grave is not None:
        words, result = moved(edges, before, after, grave.kind, grave.level), "changed"
    else:
        cause = _nothing(edges, size, small=bool(beyond))
    compared = size if known and after.present else None
    return ColumnMove(column=edges.name, kind=edges.kind, psi=compared, moved=words, result=result, cause=cause)


def _first(before: ColumnProfile, after: ColumnProfile, infinite: tuple[int, int]) -> str:
    """Values where the reference had none that are finite."""
    if not before.present:
        return f"missing 100 % -> {percent(after.missing / after.total)}"
    shares = (percent(rows / one.total) for rows, one in zip(infinite, (before, after), strict=True))
    return "infinite " + " -> ".join(shares)


def _nothing(edges: ColumnEdges, size: float, *, small: bool) -> str:
    """Why a column is as before although it may not look so."""
    if edges.kind == "datetime":
        return "moments move on by themselves"
    if edges.open_ended and not edges.levels:
        return "no level is frequent enough to be compared: only missing values are"
    if size < LEAST_SHOWN:
        return ""
    return f"psi {size:.2f} is a small move" if small else f"psi {size:.2f} is sampling noise here"
