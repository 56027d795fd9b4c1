"""Is a column followed as far as the owner asked for, and is an episode one alert?"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.distances import DISTANCES
from trueup.loop.monitor.limit import KEPT, Beyond, Course, Limit, episodes, follow
from trueup.loop.monitor.reference import start
from trueup.loop.policy import Trigger
from trueup.testing.toy import EDGES, ROWS, profile, slice_of

LEVEL = profile()
WATCH = replace(start((LEVEL,) * 6, tuple(slice_of(n) for n in range(1, 7)), EDGES), level=LEVEL)
LIMITS = [Limit(metric=name, above=0.2, column="x") for name in DISTANCES]
PSI = Limit(metric="psi", above=0.25, column="x", times=3, windows=3)


def test_a_course_holds_the_distance_of_every_window() -> None:
    """As the catalogue measures it, newest last; the same wish twice is one."""
    courses = follow((), [*LIMITS, LIMITS[0]], WATCH, profile(low=600))
    courses = follow(courses, LIMITS, WATCH, LEVEL)

    before, after = (Counts.column(EDGES.columns[0], one.columns[0]) for one in (LEVEL, profile(low=600)))
    assert [one.metric for one in courses] == list(DISTANCES)
    for one in courses:
        assert one.values[0] == DISTANCES[one.metric](before, after)
        assert one.values[1] == DISTANCES[one.metric](before, before)
    assert [one.metric for one in courses if one.most] == ["ks"], "what bins only bound says so"


def test_a_window_without_values_is_passed_over() -> None:
    """Nothing can be measured on it, nor on a column that is not there."""
    asked = [Limit(metric="psi", above=0.2, column=name) for name in ("x", "gone")]
    courses = follow((), asked, WATCH, profile(missing=ROWS - 1, low=1))
    courses = follow(courses, asked, WATCH, profile(missing=ROWS, low=0))
    assert [len(one.values) for one in courses] == [1, 0]


def test_what_nobody_asks_for_any_longer_is_dropped() -> None:
    """And a long life keeps only so many windows."""
    courses = (Course(column="x", metric="psi", values=(0.0,) * KEPT), Course(column="y", metric="psi"))
    found = follow(courses, [Limit(metric="psi", above=0.2)], WATCH, LEVEL)
    assert [(one.column, len(one.values)) for one in found] == [("x", KEPT)]


def test_a_mean_is_measured_by_how_its_windows_wobble() -> None:
    """The same move is far in a steady column and near in a restless one."""
    asked = [Limit(metric="mean_sd", above=3.0)]
    swinging = [profile(low=low) for low in (100, 400, 100, 400)]
    now = profile(low=600)
    [column] = EDGES.columns
    steady, restless = (
        DISTANCES["mean_sd"](Counts.column(column, LEVEL.columns[0], its), Counts.column(column, now.columns[0]))
        for its in ([LEVEL.columns[0]] * 4, [one.columns[0] for one in swinging])
    )
    assert follow((), asked, WATCH, now)[0].values[0] == steady
    assert steady >= restless


def test_a_widened_limit_counts_less_and_tells_what_was_measured() -> None:
    """Where the calendar doubles the limits, a window counts as half as far; its figure stays its own."""
    [plain] = follow((), [PSI], WATCH, profile(low=600))
    [eased] = follow((), [PSI], WATCH, profile(low=600), widen=2.0)
    assert eased.values[0] == plain.values[0] / 2
    assert eased.newest == plain.newest == plain.values[0]


def test_a_limit_is_read_from_its_trigger() -> None:
    """What is left out is each column, and all of the windows; other triggers have no limit."""
    asked = Trigger(name="drift", settings=(("above", 0.2), ("metric", "ks"), ("times", 2.0), ("windows", 3.0)))
    assert Limit.of(asked) == Limit(metric="ks", above=0.2, times=2, windows=3)
    assert Limit.of(Trigger(name="drift")) is None
    assert Limit.of(Trigger(name="slo", settings=(("above", 0.2),))) is None


def standing(values: list[float], limit: Limit) -> list[tuple[Beyond, ...]]:
    """The episodes after each window."""
    found: list[tuple[Beyond, ...]] = [()]
    for at in range(1, len(values) + 1):
        course = Course(column="x", metric="psi", values=tuple(values[:at]), newest=values[at - 1])
        found.append(episodes(found[-1], [limit], (course,), at))
    return found[1:]


def test_three_in_a_row_open_one_episode_and_a_dip_ends_it() -> None:
    """It opens in the third window, stands as long as they are beyond, and counts anew after a dip."""
    found = standing([0.3, 0.3, 0.2, 0.3, 0.3, 0.3, 0.4, 0.1, 0.3], PSI)
    assert [[one.opened for one in its] for its in found] == [[], [], [], [], [], [6], [6], [], []]
    assert found[6][0].sentence == "its psi is 0.40, beyond the limit 0.25 for 3 windows"


def test_two_of_three_bear_one_quiet_window() -> None:
    """A limit of m of n windows stands while so many of the last n are beyond it."""
    limit = Limit(metric="psi", above=0.25, times=2, windows=3)
    found = standing([0.3, 0.1, 0.3, 0.1, 0.1], limit)
    assert [bool(its) for its in found] == [False, False, True, False, False]
    assert limit.words == "psi > 0.25 for 2 of 3 windows on all columns"


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_an_episode_stands_exactly_while_its_rule_does(values: list[float]) -> None:
    """Whatever the course: opened at the first such window, and never twice at once."""
    for at, its in enumerate(standing(values, PSI), start=1):
        assert bool(its) == (at >= 3 and min(values[at - 3 : at]) > 0.25)
        assert len(its) <= 1
