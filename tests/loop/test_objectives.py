"""Is an objective on a KPI or a slice missed only when its whole interval is, and does it say which number it is?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from trueup.loop.actions import Notify, Train
from trueup.loop.events import ClockStruck, LabelsMatured
from trueup.loop.monitor.measure import PartEvaluation
from trueup.loop.policy import DecidePolicy, Hold, Kpi, MonitorPolicy, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, evaluation, share_of

if TYPE_CHECKING:
    from trueup.loop.policy import Policy

CTR: Final = Kpi(name="ctr", kind="mean", of=("label",))
SHOWN: Final = 20_000  # answers of a window
PATIENT: Final = Hold(min_labels=0)


def promised(**settings: str | float) -> Policy:
    """A policy that trains on an objective alone."""
    trigger = Trigger(name="slo", settings=tuple(sorted(settings.items())))
    return replace(PLAIN, monitor=MonitorPolicy(kpis=(CTR,)), decide=DecidePolicy(triggers=(trigger,), hold=PATIENT))


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
