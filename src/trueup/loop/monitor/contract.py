"""Is this data broken? Broken is not changed: it must not train, and must not become the new usual.

A column that said one and the same in almost all of the reference has shown too little to tell broken from changed;
what it says now is for the alerts, not for the contract. Nor are values out of range broken when they are no more than
twice as large as what accepted windows had: a counter may grow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from trueup.loop.monitor.moved import moved, percent
from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile
from trueup.loop.monitor.units import unit_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.loop.monitor.profile import Edges, Profile
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.policy import QuarantinePolicy

BreachKind = Literal["unit_change", "missing", "unseen", "out_of_range"]

ALIKE: Final = 0.99  # share of one value in the reference from which on it has no known range
USUAL: Final = 0.005  # share of a window's rows that a magnitude must hold to be usual
TWICE: Final = 2  # half octaves
THICK: Final = 100  # rows that a window must have to be a measure by itself
LEAST_ROWS: Final = 20  # of what should not be there
BINS: Final = 10  # that a number has which takes many values
SIZES: Final = 4  # half octaves that a number's values lie in, where they have a shape


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One column that is broken, and how."""

    column: str
    kind: BreachKind
    value: float  # share of rows; of a unit change: the factor
    limit: float  # share of rows that the owner allows; of a unit change: the share that was multiplied
    cause: str  # what it looks like
    moved: str  # from what to what

    @property
    def sentence(self) -> str:
        """All of it, as people read it."""
        return f"{self.column} looks broken: {self.cause}, {self.moved}"


@dataclass(frozen=True, slots=True)
class Sides:
    """One column: how it is counted, what was accepted so far, what is in now."""

    edges: ColumnEdges
    accepted: tuple[ColumnProfile, ...]
    now: ColumnProfile

    @property
    def level(self) -> ColumnProfile:
        """The reference."""
        return self.accepted[0]

    def moved(self, kind: Literal["missing", "unseen", "out_of_range"]) -> str:
        """From what to what."""
        return moved(self.edges, self.level, self.now, kind)


def broken_contract(profile: Profile, watch: Watch, policy: QuarantinePolicy) -> tuple[Breach, ...]:
    """What is broken in a window, beside the champion's own rows."""
    accepted = (watch.level, *(one.profile for one in watch.kept))
    return breaches(watch.edges, accepted, profile, policy)


def breaches(edges: Edges, accepted: tuple[Profile, ...], now: Profile, policy: QuarantinePolicy) -> tuple[Breach, ...]:
    """What is broken in some rows; of what was accepted on the same edges the first is the reference."""
    found: list[Breach] = []
    for place, column in enumerate(edges.columns):
        sides = Sides(column, tuple(one.columns[place] for one in accepted), now.columns[place])
        if column.known and sides.level.present and sides.now.total:
            found.extend(_column(sides, policy))
    return tuple(found)


def alike(level: ColumnProfile) -> bool:
    """Whether one value holds almost all of the reference."""
    return max(*level.counts, level.unseen) >= ALIKE * level.present


def _column(sides: Sides, policy: QuarantinePolicy) -> Iterator[Breach]:
    edges, level, now = sides.edges, sides.level, sides.now
    rise = now.missing / now.total - level.missing / level.total
    if rise > policy.missing and now.missing >= LEAST_ROWS:
        yield Breach(
            column=edges.name,
            kind="missing",
            value=rise,
            limit=policy.missing,
            cause=f"missing values rose by more than {100 * policy.missing:.0f} points",
            moved=sides.moved("missing"),
        )
    if not now.present or edges.kind == "datetime" or alike(level):
        return
    if edges.numbers:
        yield from _unit(sides) or _out_of_range(sides, policy.out_of_range)
    elif edges.kind == "categorical" and not edges.open_ended:
        yield from _unseen(sides, policy.unseen)


def _unit(sides: Sides) -> tuple[Breach, ...]:
    """A change of unit is sudden: it shows beside the newest accepted window too.

    A few values of about one size have no shape that it could be told by: month 10 divided by 10 is January. They leave
    their range when they are multiplied.
    """
    if len(sides.level.counts) < BINS and _sizes(sides.level) < SIZES:
        return ()
    change, newest = unit_change(sides.level, sides.now), sides.accepted[-1]
    if change is None or (newest.present >= THICK and unit_change(newest, sides.now) is None):
        return ()
    times = f"x{change.factor:.0f}" if change.factor > 1 else f"divided by {1 / change.factor:.0f}"
    found = Breach(
        column=sides.edges.name,
        kind="unit_change",
        value=change.factor,
        limit=change.part,
        cause=f"unit change? ({times})",
        moved=fit(change.fits, change.factor),
    )
    return (found,)


def _sizes(level: ColumnProfile) -> int:
    """In how many half octaves the values lie, rare ones left out."""
    return sum(rows >= USUAL * level.present for place, rows in level.magnitudes if place)


def fit(share: float, factor: float) -> str:
    """How well a change of unit explains what is seen.

    >>> fit(0.996, 1000.0)
    '99.6 % of rows fit at 1/1000'
    >>> fit(0.5, 0.01)
    '50 % of rows fit at 100 times'
    """
    return f"{percent(share)} of rows fit at " + (f"1/{factor:.0f}" if factor > 1 else f"{1 / factor:.0f} times")


def _unseen(sides: Sides, limit: float) -> tuple[Breach, ...]:
    share = sides.now.unseen / sides.now.present - sides.level.unseen / sides.level.present
    if share <= limit or sides.now.unseen < LEAST_ROWS:
        return ()
    cause = f"more than {percent(limit)} never-seen levels"
    words = sides.moved("unseen")
    return (Breach(column=sides.edges.name, kind="unseen", value=share, limit=limit, cause=cause, moved=words),)


def _out_of_range(sides: Sides, limit: float) -> tuple[Breach, ...]:
    now, level = sides.now, sides.level
    if now.out_of_range / now.present - level.out_of_range / level.present <= limit:
        return ()
    share = min(now.out_of_range, _larger_than_ever(sides)) / now.present
    if share <= limit or now.out_of_range < LEAST_ROWS:
        return ()
    cause = f"more than {percent(limit)} values out of range"
    words = sides.moved("out_of_range")
    return (Breach(column=sides.edges.name, kind="out_of_range", value=share, limit=limit, cause=cause, moved=words),)


def _larger_than_ever(sides: Sides) -> int:
    """Rows more than twice as far from zero as anything accepted, the outermost values of each window left out."""
    usual = [place for one in sides.accepted for place, rows in one.magnitudes if rows >= USUAL * one.present]
    least, most = min(usual, default=0) - TWICE, max(usual, default=0) + TWICE
    return sum(rows for place, rows in sides.now.magnitudes if not min(least, 0) <= place <= max(most, 0))
