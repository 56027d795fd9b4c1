"""Do the owner's numbers and slices reach a decision, an alert, and nobody's nerves?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from trueup.loop.actions import Notify, Train
from trueup.loop.events import ClockStruck, LabelsMatured
from trueup.loop.monitor.measure import PartEvaluation
from trueup.loop.policy import DecidePolicy, Hold, Kpi, MonitorPolicy, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import GOOD, PLAIN, ROWS, evaluation, share_of

if TYPE_CHECKING:
    from trueup.loop.policy import Policy

CTR: Final = Kpi(name="ctr", kind="mean", of=("label",))
SHOWN: Final = 20_000  # answers of a window
PATIENT: Final = Hold(min_labels=0)


def promised(**settings: str | float) -> Policy:
    """A policy that trains on an objective alone."""
    trigger = Trigger(name="slo", settings=tuple(sorted(settings.items())))
    return replace(PLAIN, monitor=MonitorPolicy(kpis=(CTR,)), decide=DecidePolicy(triggers=(trigger,), hold=PATIENT))


def alerts(scenario: Scenario, subject: str) -> list[Notify]:
    """The performance alerts on one number."""
    found = (one for one in scenario.actions if isinstance(one, Notify) and one.kind == "performance")
    return [one for one in found if one.number and one.subject == subject]


# ---- objectives


@pytest.mark.parametrize(("share", "trains"), [(0.041, True), (0.046, False), (0.0445, False)])
def test_a_click_rate_breaches_its_objective_with_its_interval_only(share: float, *, trains: bool) -> None:
    """Of 4.5 % promised, 4.1 % is a breach and 4.6 % is none; nor is 4.45 %, which 20,000 answers cannot tell."""
    scenario = Scenario(promised(metric="ctr", at_least=0.045, windows=2.0)).start()
    for _ in range(3):
        scenario.window(None, share_of("ctr", 0.052, rows=SHOWN))
    assert isinstance(scenario.actions[-1], Notify) or scenario.state.training is None

    scenario.window(None, share_of("ctr", share, rows=SHOWN))
    assert scenario.state.training is None  # one window is not yet two
    scenario.window(None, share_of("ctr", share, rows=SHOWN))

    assert (scenario.state.training is not None) == trains
    if trains:
        reasons = scenario.last.decisions[0].reasons
        assert "ctr missed its objective" in scenario.last.decisions[0].headline
        assert any("it was 0.041 [0.0383, 0.0438] with 100 % of the labels in" in reason for reason in reasons)


def test_an_objective_may_be_about_a_slice() -> None:
    """The north alone is below: it is named, and the other rows do not hide it."""
    scenario = Scenario(promised(metric="ctr", slice="region = north", at_least=0.045, windows=1.0)).start()
    whole = share_of("ctr", 0.052, rows=SHOWN)
    scenario.window(None, whole, share_of("ctr", 0.050, rows=SHOWN, part="region = north"))
    assert scenario.state.training is None

    scenario.window(None, whole, share_of("ctr", 0.030, rows=SHOWN // 4, part="region = north"))

    assert "ctr of region = north missed its objective" in scenario.last.decisions[0].headline


def test_the_metric_of_a_slice_may_be_promised_too() -> None:
    """Without a KPI's name the objective is about the metric."""
    scenario = Scenario(promised(slice="age >= 50", at_least=0.7, windows=1.0)).start().closed()
    scenario.labels()
    matured = scenario.heard[-1]
    assert isinstance(matured, LabelsMatured)
    part = PartEvaluation(slice="age >= 50", evaluation=evaluation("served", 0.4))
    again = Scenario(scenario.policy).start().closed()
    again.take(replace(matured, parts=(part,))).take(ClockStruck(time=again.now))

    assert "the metric of age >= 50 missed its objective" in again.last.decisions[0].headline


def test_an_objective_on_what_was_not_measured_is_silent() -> None:
    """No number is no breach."""
    scenario = Scenario(promised(metric="ctr", at_least=0.045, windows=1.0)).start().windows(3)
    assert not [one for one in scenario.actions if isinstance(one, Train) and one.order.kind != "first"]


# ---- the calibrated monitor


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
    monitor = MonitorPolicy(windows_per_false_alert=60.0)
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
