"""What a cause is, and what there is to find it by."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal, Protocol

from trueup.loop.monitor.moves import Move
from trueup.loop.monitor.profile import Edges, Profile
from trueup.loop.monitor.symptoms import Symptoms
from trueup.loop.monitor.truth import Stayed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile

CHIEF: Final = 0.2  # part of the largest excess
Action = Literal["block", "ask", "recalibrate", "retrain", "watch"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why a window is not as it was, with the proof."""

    name: str  # of the catalogue
    columns: tuple[str, ...]  # concerned; empty: no single ones
    proof: str  # one sentence with its figures, without the full stop
    figures: tuple[tuple[str, float], ...]  # sorted (name, value) pairs: shares, distances, counts
    confidence: float  # 0 to 1: how far the proof leaves nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was found on one window when it closed; its labels come later."""

    window: int  # its number
    causes: tuple[Cause, ...]
    moved: tuple[Move, ...]  # columns that no cause speaks for


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One window beside what was accepted so far."""

    edges: Edges
    accepted: tuple[Profile, ...]  # the level first, then windows, oldest first
    now: Profile
    moves: tuple[Move, ...]  # one per column that has something to compare
    symptoms: Symptoms | None  # None: none were taken
    truth: Stayed | None = None  # None: no labels yet
    far_before: float = 0.0  # most rows that were far out in an accepted window, beside the same reference
    explained: frozenset[str] = frozenset()  # columns that a cheaper proof has spoken for

    def open(self, *columns: str) -> bool:
        """Whether no cheaper proof has spoken for any of these columns."""
        return not self.explained.intersection(columns)

    @property
    def moved(self) -> tuple[Move, ...]:
        """Columns that moved beyond their usual wobble, and that nothing has explained yet."""
        return tuple(one for one in self.moves if one.moved and self.open(one.column))

    @property
    def chief(self) -> tuple[Move, ...]:
        """The columns that moved most beyond their limits; what barely crossed its own beside them is no part of it."""
        most = max((one.distance - one.limit for one in self.moved), default=0.0)
        return tuple(one for one in self.moved if one.distance - one.limit >= CHIEF * most)

    def near(self, *columns: str) -> float:
        """Within which distance columns are called restored; where nothing is known of them, never."""
        return max((one.near for one in self.moves if one.column in columns), default=0.0)

    def sides(self, column: str) -> tuple[ColumnEdges, tuple[ColumnProfile, ...], ColumnProfile]:
        """How a column is counted, what was accepted of it, and what is in now."""
        place = next(place for place, one in enumerate(self.edges.columns) if one.name == column)
        accepted = tuple(one.columns[place] for one in self.accepted)
        return self.edges.columns[place], accepted, self.now.columns[place]

    def explaining(self, columns: Iterable[str]) -> Evidence:
        """The same, with these columns spoken for."""
        return replace(self, explained=self.explained.union(columns))


class Finder(Protocol):
    """One cause: found with its proof, or not."""

    def __call__(self, evidence: Evidence) -> Cause | None:
        """Look at the evidence."""


def figures(**named: float) -> tuple[tuple[str, float], ...]:
    """Figures under their names, rounded as a journal keeps them.

    >>> figures(share=0.123456, rows=20)
    (('rows', 20.0), ('share', 0.1235))
    """
    return tuple(sorted((name, round(float(value), 4)) for name, value in named.items()))


def listed(columns: tuple[str, ...]) -> str:
    """Columns as people write them, three at most.

    >>> listed(("a", "b")), listed(("a", "b", "c", "d"))
    ('a and b', 'a, b and 2 more')
    """
    if len(columns) > 3:
        return f"{', '.join(columns[:2])} and {len(columns) - 2} more"
    return " and ".join((", ".join(columns[:-1]), columns[-1])) if len(columns) > 1 else "".join(columns)
