"""How many answers broke a business rule, and which of the looks at it are one episode?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from trueup.errors import Incompatible

QUIET: Final = 3  # windows in a row in which a rule was kept that end an episode


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """One rule, broken again and again: one alert, until it was kept for a while."""

    name: str
    number: int  # of the alert
    opened: int  # number of the newest closed window then
    grave: bool  # broken in more answers than it allows
    heard: float  # moment of the newest broken answers
    quiet: int = 0  # windows in a row in which it was kept


def kept_on(episodes: tuple[Episode, ...], since: float) -> tuple[tuple[Episode, ...], tuple[Episode, ...]]:
    """The episodes that go on after a window that began at this moment, and those that are over.

    >>> broken = Episode(name="positive", number=3, opened=7, grave=True, heard=5.0, quiet=2)
    >>> [len(some) for some in kept_on((broken,), since=6.0)], [len(some) for some in kept_on((broken,), since=5.0)]
    ([0, 1], [1, 0])
    """
    counted = [replace(one, quiet=0 if one.heard >= since else one.quiet + 1) for one in episodes]
    return tuple(one for one in counted if one.quiet < QUIET), tuple(one for one in counted if one.quiet >= QUIET)


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCount:
    """What one rule said about some answers; counts of the same rule add up."""

    name: str
    rows: int  # answers looked at
    broken: int  # answers for which the rule was false; one that cannot be told (a missing value) is not broken

    def __add__(self, other: RuleCount) -> RuleCount:
        if other.name != self.name:
            raise Incompatible("counts of two rules do not add up", self.name, other.name)
        return replace(self, rows=self.rows + other.rows, broken=self.broken + other.broken)
