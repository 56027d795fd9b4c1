"""How far did the columns go that the owner has set a limit for?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances import DISTANCES

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.monitor.profile import Edges, Profile

KEPT: Final = 60  # newest windows of a course


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One column's distance from the champion's own rows, window by window."""

    column: str
    metric: str  # name in the catalogue of distances
    values: tuple[float, ...] = ()  # in the distance's own unit, newest last


def follow(
    courses: tuple[Course, ...], asked: Iterable[tuple[str, str]], edges: Edges, level: Profile, window: Profile
) -> tuple[Course, ...]:
    """One window more of every (column, metric) that is asked for; the ones nobody asks for any longer are dropped."""
    known = {(one.column, one.metric): one for one in courses}
    places = {column.name: place for place, column in enumerate(edges.columns)}
    found: list[Course] = []
    for column, metric in dict.fromkeys(asked):
        course = known.get((column, metric)) or Course(column=column, metric=metric)
        place = places.get(column)
        if place is not None and edges.columns[place].known and window.columns[place].present:
            before, after = (Counts.column(edges.columns[place], one.columns[place]) for one in (level, window))
            course = replace(course, values=(*course.values, DISTANCES[metric](before, after))[-KEPT:])
        found.append(course)
    return tuple(found)
