"""Are labels that stop coming told once, before anybody waits for a verdict that cannot come?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.actions import Notify
from trueup.loop.events import LabelsCounted, LabelsMatured
from trueup.loop.feedback.missing import ACCEPTED, ArrivalWatch, Arrived, Count, due
from trueup.loop.feedback.returned import AGES, count_soon
from trueup.loop.policy import MonitorPolicy
from trueup.testing.scenario import Scenario
from trueup.testing.toy import LENGTH, ROWS, came_back

if TYPE_CHECKING:
    from trueup.loop.window import Window

BUDGET: Final = MonitorPolicy().windows_per_alert("missing labels")


def told(scenario: Scenario) -> list[tuple[str, str]]:
    """Severity and sentence of what was said of labels."""
    return [(one.severity, one.sentence) for one in scenario.actions if isinstance(one, Notify) and one.kind == "label"]


def next_window(scenario: Scenario) -> Window:
    """The oldest window that waits for labels."""
    return next(one for one in scenario.state.windows if one.number > scenario.state.matured)


def waits(scenario: Scenario, labelled: int, age: float = LENGTH / 2) -> Scenario:
    """So many labels of the oldest window that waits for them are in, so long after its end."""
    window = next_window(scenario)
    time = max(scenario.now, window.end + age)
    return scenario.take(LabelsCounted(time=time, window=window, rows=ROWS, labelled=labelled))


def over(scenario: Scenario, labelled: int) -> Scenario:
    """The time of the oldest window that waits for labels is over, and so many came."""
    event = LabelsMatured(
        time=scenario.now,
        window=next_window(scenario),
        rows=ROWS,
        labelled=labelled,
        served=None,
        lines=(),
        pairs=(),
        returned=came_back(labelled // 2, labelled),
    )
    return scenario.take(event)


def used_to(windows: int, share: float = 0.85, wobble: float = 0.02) -> ArrivalWatch:
    """Windows whose labels come evenly over one window's length, up to a share that wobbles a little."""
    rng = np.random.default_rng(4)
    found = []
    for _ in range(windows):
        ages = rng.uniform(0, LENGTH, int(ROWS * (share + wobble * rng.normal())))
        found.append(Arrived(rows=ROWS, soon=count_soon(ages, reached=2 * LENGTH, unit=LENGTH)))
    return ArrivalWatch(unit=LENGTH, windows=tuple(found))


def test_labels_that_stop_are_told_before_the_window_is_judged() -> None:
    """A window with 3 % of its labels at an age at which all used to be in opens one alert, and only one."""
    scenario = waits(Scenario().start().windows(5).closed(), 30)

    assert told(scenario) == [
        ("major", "labels stopped: 3 % of window #12 are in after 1 minute, usually 100 %"),
    ]
    over(waits(over(scenario, 30).closed(), 0), 0)
    assert len(told(scenario)) == 1


def test_they_are_told_when_they_are_back() -> None:
    """The episode ends with the first window whose labels came; after it a new one is told again."""
    scenario = over(waits(Scenario().start().windows(5).closed(), 0), 0)
    scenario.window()
    assert told(scenario)[-1] == ("info", "labels are back: 100 % of window #13 are in")

    waits(scenario.closed(), 0)
    assert len(told(scenario)) == 3


def test_a_window_past_its_delay_says_how_few_came() -> None:
    """Before anything is known of what is usual, a window that is judged on 3 % of its labels says so."""
    scenario = over(Scenario().start().closed(), 30)

    [(severity, sentence)] = told(scenario)
    assert severity == "minor"
    assert sentence.startswith("few labels came: 3 % of window #7 are in after")
    assert sentence.endswith("80 % would be enough; it is judged on these")


def test_few_labels_for_long_are_the_new_usual() -> None:
    """Where only some rows ever get a label, this is told once and is no alert for ever; no labels never are usual."""
    scenario = Scenario().start().windows(4)
    for _ in range(ACCEPTED):
        over(scenario.closed(), 100)
    assert [severity for severity, _ in told(scenario)] == ["major", "info"]
    over(scenario.closed(), 100)
    assert len(told(scenario)) == 2

    silent = Scenario().start().windows(4)
    for _ in range(3 * ACCEPTED):
        over(silent.closed(), 0)
    assert [severity for severity, _ in told(silent)] == ["major"]


def test_a_count_is_heard_once() -> None:
    """The same window counted again changes nothing, nor does one that is judged already."""
    scenario = waits(Scenario().start().windows(5).closed(), 0)
    state = scenario.state
    waits(scenario, 0, LENGTH)
    assert scenario.last.actions == ()
    assert scenario.state.arrivals == state.arrivals


@pytest.mark.parametrize(("age", "share", "missing"), [(0.5, 0.4, False), (0.5, 0.02, True), (1.0, 0.3, True)])
def test_what_is_missing_depends_on_the_age(age: float, share: float, *, missing: bool) -> None:
    """Two fifths are as usual halfway, and next to nothing is not."""
    found = due(used_to(20), Count(rows=ROWS, labelled=int(share * ROWS), age=age * LENGTH), BUDGET)
    assert found is not None
    assert found.missing == missing


def test_nothing_is_expected_too_early_or_of_too_few_rows() -> None:
    """At the window's end hardly a label used to be in; 19 rows say nothing; two windows show no habit."""
    assert due(used_to(20), Count(rows=ROWS, labelled=0, age=0.0), BUDGET) is None
    assert due(used_to(20), Count(rows=19, labelled=0, age=LENGTH), BUDGET) is None
    assert due(used_to(2), Count(rows=ROWS, labelled=0, age=LENGTH), BUDGET) is None


def test_labels_that_come_in_bursts_are_not_called_missing() -> None:
    """Where windows differ wildly in how soon labels come, an empty one is nothing new."""
    rng = np.random.default_rng(6)
    shares = rng.choice([0, ROWS], 20, p=[0.3, 0.7])
    watch = ArrivalWatch(unit=LENGTH, windows=tuple(Arrived(rows=ROWS, soon=(int(one),) * 8) for one in shares))
    found = due(watch, Count(rows=ROWS, labelled=0, age=LENGTH), BUDGET)
    assert found is not None
    assert not found.missing


def test_a_steady_stream_is_never_called_missing() -> None:
    """Windows that wobble by a few points, looked at at any age, are not called missing in 2,000 looks."""
    rng = np.random.default_rng(8)
    watch = used_to(20)
    for _ in range(2000):
        age = float(rng.uniform(0, 1.5))
        share = min(age, 1.0) * (0.85 + 0.02 * rng.normal())
        found = due(watch, Count(rows=ROWS, labelled=int(rng.binomial(ROWS, share)), age=age * LENGTH), BUDGET)
        assert found is None or not found.missing


@given(st.lists(st.floats(-10, 50), max_size=30), st.floats(-1, 50), st.floats(0.5, 5))
def test_counts_by_age_only_grow(ages: list[float], reached: float, unit: float) -> None:
    """Labels in by an age are in by every later one, and ages not reached have no count."""
    soon = count_soon(np.array(ages), reached=reached, unit=unit)
    assert list(soon) == sorted(soon)
    assert len(soon) == sum(unit * one <= reached for one in AGES)
