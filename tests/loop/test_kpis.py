"""Do the owner's numbers and slices reach a decision, an alert, and nobody's nerves?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final, Literal

import pytest

from trueup.loop.actions import Notify
from trueup.loop.events import LabelsMatured
from trueup.loop.monitor.measure import Measure, PartEvaluation
from trueup.loop.policy import DecidePolicy, Hold, Kpi, MonitorPolicy, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import GOOD, PLAIN, ROWS, evaluation, share_of

CTR: Final = Kpi(name="ctr", kind="mean", of=("label",))
SHOWN: Final = 20_000  # answers of a window
PATIENT: Final = Hold(min_labels=0)


def alerts(scenario: Scenario, subject: str) -> list[Notify]:
    """The performance alerts on one number."""
    found = (one for one in scenario.actions if isinstance(one, Notify) and one.kind == "performance")
    return [one for one in found if one.number and one.subject == subject]


def watched(windows: int = 20) -> Scenario:
    """A scenario whose metric and click rate have been watched for some quiet windows, with nothing that trains."""
    policy = replace(PLAIN, monitor=MonitorPolicy(kpis=(CTR,)), decide=DecidePolicy(triggers=(), hold=PATIENT))
    scenario = Scenario(policy).start()
    for number in range(windows):
        quiet(scenario, number)
    return scenario


def level_watched(hold: Hold = PATIENT) -> Scenario:
    """A scenario whose metric is watched and trains, with a training at the last window but three."""
    decide = DecidePolicy(triggers=(Trigger(name="freshness"),), hold=hold)
    monitor = MonitorPolicy(windows_per_false_alert=40.0)
    scenario = Scenario(replace(PLAIN, decide=replace(decide, triggers=()), monitor=monitor)).start()
    for number in range(24):
        quiet(scenario, number)
    spent = replace(scenario.state.freshness, trained_after=scenario.state.closed - 1)
    scenario.state = replace(scenario.state, freshness=spent, labels_at_training=scenario.state.labels - ROWS)
    scenario.policy = replace(scenario.policy, decide=decide)
    return scenario


def quiet(scenario: Scenario, number: int = 0) -> None:
    """A window as always."""
    scenario.window(GOOD + 0.004 * (number % 3 - 1), share_of("ctr", 0.052 + 0.001 * (number % 4 - 1.5), rows=SHOWN))


def test_a_falling_click_rate_is_one_alert_an_episode() -> None:
    """Four bad windows are told once, with what is usual; after three good ones a new episode is told again."""
    scenario = watched()
    for _ in range(4):
        scenario.window(None, share_of("ctr", 0.041, rows=SHOWN))
    assert [one.sentence.startswith("ctr fell to 0.041") for one in alerts(scenario, "ctr")] == [True]
    assert "100 % of the labels are in" in alerts(scenario, "ctr")[0].sentence
    for number in range(3):
        quiet(scenario, number)
    scenario.window(None, share_of("ctr", 0.041, rows=SHOWN))

    assert len(alerts(scenario, "ctr")) == 2


def test_a_rise_is_no_alert_where_more_is_better() -> None:
    """Good news is learnt."""
    scenario = watched()
    scenario.window(None, share_of("ctr", 0.07, rows=SHOWN))
    assert not alerts(scenario, "ctr")


def test_before_fourteen_windows_nothing_is_called_unusual() -> None:
    """The status says `learning`, which is never a pass."""
    scenario = watched(13)
    scenario.window(None, share_of("ctr", 0.01, rows=SHOWN))
    vigil = next(one for one in scenario.state.vigils if one.name == "ctr")
    assert (alerts(scenario, "ctr"), vigil.watching) == ([], False)


def test_a_confirmed_drop_of_the_metric_trains_without_any_column_moving() -> None:
    """Too small for the alarm of the last windows, sure enough for the monitor: it trains once."""
    scenario = level_watched()
    scenario.window(0.239)  # 5 % of the metric would be .04

    assert not scenario.state.level.alarm
    assert len(alerts(scenario, "accuracy")) == 1
    assert scenario.remedies[-1] == "train v2"
    assert "what is served became worse" in scenario.last.decisions[0].headline
    assert scenario.state.training is not None
    assert scenario.state.training.order.kind == "alarm"
    scenario.failed().window(0.239)
    assert (scenario.state.dropped, len(alerts(scenario, "accuracy"))) == ("", 1)


def test_a_drop_whose_training_was_held_back_asks_again() -> None:
    """Too few labels at first: as long as the drop lasts, it is asked at every window until one is ordered."""
    scenario = level_watched(hold=Hold(min_labels=4000))
    scenario.window(0.4)
    assert "of 4000 labels" in scenario.last.decisions[0].headline
    scenario.window(0.4)
    assert "train v2" not in scenario.remedies
    scenario.window(0.4)

    assert scenario.remedies[-1] == "train v2"
    assert len(alerts(scenario, "accuracy")) == 1


def test_an_alarm_that_acted_is_not_followed_by_a_second_training_for_the_same_episode() -> None:
    """A large drop is the level's alarm; the monitor tells it as an alert and asks for no training of its own."""
    scenario = level_watched()
    scenario.window(0.4)
    assert (scenario.state.level.alarm, scenario.state.training is not None) == (True, True)
    assert len(alerts(scenario, "accuracy")) == 1
    scenario.failed().window(0.4)

    assert (scenario.state.dropped, scenario.state.training) == ("", None)


def test_a_kpi_whose_code_fails_is_told_once() -> None:
    """No number, one notice, and the loop goes on; it is told again after it has worked in between."""
    scenario = watched(3)
    broken = replace(share_of("ctr", 0.05, rows=ROWS), value=None, standard_error=None, sums=(), problem="KeyError")
    for _ in range(3):
        scenario.window(None, broken)
    quiet(scenario)
    scenario.window(None, broken)

    told = [one for one in scenario.actions if isinstance(one, Notify) and one.kind == "quality"]
    assert [one.sentence for one in told] == ["there is no number of ctr: KeyError"] * 2


def test_another_metric_starts_what_is_usual_anew() -> None:
    """What was usual for accuracy is no measure for another metric."""
    scenario = watched()
    assert {one.name for one in scenario.state.vigils} == {"accuracy", "ctr"}
    scenario.policy = replace(scenario.policy, monitor=MonitorPolicy())
    scenario.window()
    assert {one.name for one in scenario.state.vigils} == {"accuracy"}


def test_a_kpi_that_is_made_otherwise_is_another_one() -> None:
    """Its old values are no measure, neither for an alert nor for an objective."""
    scenario = watched()
    other = replace(CTR, of=("x",))
    scenario.policy = replace(scenario.policy, monitor=MonitorPolicy(kpis=(other,)))
    scenario.window(GOOD, share_of("ctr", 0.9, rows=SHOWN))
    assert [len(one.points) for one in scenario.state.figures] == [1]
    assert {one.name: len(one.known) for one in scenario.state.vigils}["ctr"] == 1


@pytest.mark.parametrize(
    ("direction", "bad", "way"),
    [("lower", 12.0, "cost rose to 12 [11.8, 12.2]"), ("higher", 8.0, "cost fell to 8 [7.8, 8.2]")],
)
def test_a_number_without_bounds_is_watched_in_its_own_unit(
    direction: Literal["lower", "higher"], bad: float, way: str
) -> None:
    """Money that is spent, or earned: five per cent is the least move that matters."""
    kpi = Kpi(name="cost", kind="code", of=("kpi.py:Cost",), direction=direction)
    policy = replace(PLAIN, monitor=MonitorPolicy(kpis=(kpi,)), decide=DecidePolicy(triggers=()))
    scenario = Scenario(policy).start()
    for number in range(20):
        scenario.window(GOOD, cost(10.0 + 0.05 * (number % 3 - 1)))
    scenario.window(GOOD, cost(10.4 if direction == "lower" else 9.6))
    assert not alerts(scenario, "cost")

    scenario.window(GOOD, cost(bad))

    assert [one.sentence.startswith(way) for one in alerts(scenario, "cost")] == [True]


def test_a_count_that_is_a_flag_in_one_window_is_still_a_count() -> None:
    """What a number is follows from its definition: a window of only zeros and ones does not turn it."""
    kpi = Kpi(name="basket", kind="mean", of=("items",))
    scenario = Scenario(replace(PLAIN, monitor=MonitorPolicy(kpis=(kpi,)), decide=DecidePolicy(triggers=()))).start()
    for number in range(30):
        flags = share_of("basket", 0.5 + 0.01 * (number % 3), rows=ROWS)
        sums = tuple((name, value + 2.0 * (name == "squares")) for name, value in flags.sums)
        scenario.window(GOOD, flags if number == 25 else replace(flags, sums=sums))
    assert not alerts(scenario, "basket")


def test_one_error_after_many_perfect_windows_is_no_alert() -> None:
    """A share that was never missed may still be missed once by chance; fifty times it may not."""
    policy = replace(PLAIN, decide=DecidePolicy(triggers=()))
    scenario = Scenario(policy).start()
    for _ in range(30):
        scenario.window(0.0)
    scenario.window(0.001).window(0.0)
    assert not alerts(scenario, "accuracy")

    scenario.window(0.05)
    assert len(alerts(scenario, "accuracy")) == 1


def test_a_number_without_an_error_is_not_shown_and_not_watched() -> None:
    """A value alone says nothing about chance."""
    scenario = watched(3)
    scenario.window(GOOD, replace(cost(10.0), name="ctr", standard_error=None))
    assert [len(one.points) for one in scenario.state.figures] == [3]


def test_kpis_are_watched_where_nothing_was_served() -> None:
    """No metric of the window, but the owner's number is there."""
    scenario = watched(3).closed().labels()
    matured = scenario.heard[-1]
    assert isinstance(matured, LabelsMatured)
    alone = watched(3).closed()
    alone.take(replace(matured, served=None, kpis=(share_of("ctr", 0.05, rows=SHOWN),)))
    assert [(one.name, len(one.points)) for one in alone.state.figures] == [("ctr", 4)]


def cost(value: float) -> Measure:
    """A number of the owner's code."""
    return Measure(
        name="cost",
        slice="",
        rows=ROWS,
        labelled=ROWS,
        sums=(("all", value),),
        value=value,
        standard_error=0.1,
        code="c0",
    )


def test_a_slice_whose_metric_is_undefined_is_left_out() -> None:
    """No positive row, no recall: no number, and no trouble."""
    nothing = replace(evaluation("served", 0.3), metric="recall", sums=(0, 0, 0))
    scenario = watched(3).closed().labels()
    matured = scenario.heard[-1]
    assert isinstance(matured, LabelsMatured)
    again = watched(3).closed()
    again.take(replace(matured, parts=(PartEvaluation(slice="age < 30", evaluation=nothing),)))
    assert {one.slice for one in again.state.figures} == {""}
