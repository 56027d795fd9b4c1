"""How far did the columns go that the owner has set a limit for, and for how long?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances import BRACKETS, DISTANCES, needs_numbers

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from trueup.loop.monitor.profile import ColumnEdges, Edges, Profile
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.policy import Trigger

KEPT: Final = 60  # newest windows of a course


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """An owner's own limit on one column, or on each of them."""

    metric: str  # name in the catalogue of distances
    above: float  # in the distance's own unit
    column: str = ""  # empty: each column that the distance has a meaning for
    times: int = 1  # windows beyond the limit, of the last `windows`, that make it an alert
    windows: int = 1

    @classmethod
    def of(cls, trigger: Trigger) -> Limit | None:
        """The limit that a trigger asks for; None: it asks for something else."""
        if trigger.name != "drift" or "above" not in dict(trigger.settings):
            return None
        windows = int(trigger.setting("windows", 1))
        return cls(
            metric=str(trigger.setting("metric", "psi")),
            above=float(trigger.setting("above", 0.0)),
            column=str(trigger.setting("column", "")),
            times=int(trigger.setting("times", windows)),
            windows=windows,
        )

    @property
    def lasting(self) -> str:
        """For how long, as people write it."""
        some = f"{self.times} of " if self.times != self.windows else ""
        return f"for {some}{self.windows} window{'' if self.windows == 1 else 's'}"

    @property
    def words(self) -> str:
        """The whole rule, as people write it.

        >>> Limit(metric="psi", above=0.2, column="amount", times=2, windows=3).words
        'psi > 0.2 for 2 of 3 windows on amount'
        """
        return f"{self.metric} > {self.above:g} {self.lasting} on {self.column or 'all columns'}"

    def stands(self, values: Sequence[float]) -> bool:
        """Whether so many of the newest values are beyond it."""
        return sum(value > self.above for value in values[-self.windows :]) >= self.times

    def means(self, column: ColumnEdges) -> bool:
        """Whether it is asked of this column."""
        if self.column:
            return column.name == self.column
        return bool(column.known) and (column.numbers or not needs_numbers(self.metric))


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """One column's distance from the champion's own rows, window by window."""

    column: str
    metric: str  # name in the catalogue of distances
    values: tuple[float, ...] = ()  # in the distance's own unit, newest last; smaller where the calendar widens limits
    newest: float = 0.0  # the newest one as it was measured
    most: float = 0.0  # what that may be at most, where bins only bound it; else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Beyond:
    """One column beyond one limit: an episode, from the window that made it one until a dip ends it."""

    limit: Limit
    column: str
    opened: int  # number of the window
    value: float  # of the newest window, in the distance's own unit
    most: float = 0.0  # what it may be at most, where bins only bound it; else 0
    trained: bool = False  # a training has begun since: one episode is one reason

    @property
    def sentence(self) -> str:
        """What happened, with its figures."""
        return f"its {self.limit.metric} is {self.figure}, beyond the limit {self.limit.above:g} {self.limit.lasting}"

    @property
    def figure(self) -> str:
        """How far the column went, and how far at most where bins only bound it."""
        return f"{self.value:.2f}" + (f" (by bins, at most {self.most:.2f})" if self.most else "")


def limits_of(triggers: Iterable[Trigger]) -> tuple[Limit, ...]:
    """The limits that the owner has set."""
    return tuple(limit for trigger in triggers if (limit := Limit.of(trigger)) is not None)


def follow(
    courses: tuple[Course, ...], limits: Iterable[Limit], watch: Watch, window: Profile, *, widen: float = 1.0
) -> tuple[Course, ...]:
    """One window more of every (column, metric) that is asked for; the ones nobody asks for any longer are dropped.

    The accepted windows before it are what a mean's usual wobble is read from.
    """
    edges = watch.edges
    known = {(one.column, one.metric): one for one in courses}
    found: list[Course] = []
    for name, metric, place in _asked(limits, edges):
        course = known.get((name, metric)) or Course(column=name, metric=metric)
        column = edges.columns[place] if place is not None else None
        if place is not None and column is not None and column.known and window.columns[place].present:
            its = [one.profile.columns[place] for one in watch.kept]
            before = Counts.column(column, watch.level.columns[place], its)
            course = _longer(course, before, Counts.column(column, window.columns[place]), widen)
        found.append(course)
    return tuple(found)


def _asked(limits: Iterable[Limit], edges: Edges) -> Iterator[tuple[str, str, int | None]]:
    """Every column and distance once, with the column's place; a column that is gone has none."""
    places = {column.name: place for place, column in enumerate(edges.columns)}
    pairs = dict.fromkeys(
        (name, limit.metric)
        for limit in limits
        for name in ([limit.column] if limit.column else [one.name for one in edges.columns if limit.means(one)])
    )
    return ((name, metric, places.get(name)) for name, metric in pairs)


def _longer(course: Course, before: Counts, after: Counts, widen: float) -> Course:
    value, bracket = DISTANCES[course.metric](before, after), BRACKETS.get(course.metric)
    most = bracket(before, after)[1] if bracket is not None else 0.0
    return replace(course, values=(*course.values, value / widen)[-KEPT:], newest=value, most=most)


def episodes(
    standing: tuple[Beyond, ...], limits: Iterable[Limit], courses: tuple[Course, ...], window: int
) -> tuple[Beyond, ...]:
    """What stands beyond its limit after this window; what went on keeps when it opened."""
    before = {(one.limit, one.column): one for one in standing}
    found: list[Beyond] = []
    for limit in dict.fromkeys(limits):
        for course in courses:
            if course.metric != limit.metric or limit.column not in {"", course.column}:
                continue
            if limit.stands(course.values):
                new = Beyond(limit=limit, column=course.column, opened=window, value=course.newest)
                old = before.get((limit, course.column), new)
                found.append(replace(old, value=course.newest, most=course.most))
    return tuple(found)
