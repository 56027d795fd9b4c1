"""Is a column followed as far as the owner asked for?"""

from __future__ import annotations

from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances import DISTANCES
from trueup.loop.monitor.limit import KEPT, Course, follow
from trueup.testing.toy import EDGES, ROWS, profile

LEVEL = profile()


def test_a_course_holds_the_distance_of_every_window() -> None:
    """As the catalogue measures it, newest last; the same wish twice is one."""
    asked = [("x", name) for name in DISTANCES]
    courses = follow((), [*asked, ("x", "psi")], EDGES, LEVEL, profile(low=600))
    courses = follow(courses, asked, EDGES, LEVEL, LEVEL)

    before, after = (Counts.column(EDGES.columns[0], one.columns[0]) for one in (LEVEL, profile(low=600)))
    assert [one.metric for one in courses] == list(DISTANCES)
    for one in courses:
        assert one.values[0] == DISTANCES[one.metric](before, after)
        assert one.values[1] == DISTANCES[one.metric](before, before)


def test_a_window_without_values_is_passed_over() -> None:
    """Nothing can be measured on it, nor on a column that is not there."""
    asked = [("x", "psi"), ("gone", "psi")]
    courses = follow((), asked, EDGES, LEVEL, profile(missing=ROWS - 1, low=1))
    courses = follow(courses, asked, EDGES, LEVEL, profile(missing=ROWS, low=0))
    assert [len(one.values) for one in courses] == [1, 0]


def test_what_nobody_asks_for_any_longer_is_dropped() -> None:
    """And a long life keeps only so many windows."""
    courses = (Course(column="x", metric="psi", values=(0.0,) * KEPT), Course(column="y", metric="psi"))
    found = follow(courses, [("x", "psi")], EDGES, LEVEL, LEVEL)
    assert [(one.column, len(one.values)) for one in found] == [("x", KEPT)]
