"""Does an owner's own limit on a column alert once and train once an episode?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from trueup.loop.actions import Notify, Train
from trueup.loop.policy import Policy, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN

FAR: Final = 600  # rows in the lowest quarter: psi about 0.5
NEAR: Final = 260


def limited(**settings: float | str) -> Policy:
    """The plain policy with one limit and no other reason to train."""
    limit = Trigger(name="drift", settings=tuple(sorted({"above": 0.25, "metric": "psi", **settings}.items())))
    return replace(PLAIN, decide=replace(PLAIN.decide, triggers=(limit,)))


THREE: Final = limited(column="x", windows=3.0)


def trainings(scenario: Scenario) -> list[str]:
    """Every version that was ordered after the first one."""
    return [one.order.version for one in scenario.actions if isinstance(one, Train)][1:]


def alerts(scenario: Scenario) -> list[str]:
    """What was told of the owner's limit."""
    return [one.sentence for one in scenario.actions if isinstance(one, Notify) and "beyond its limit" in one.sentence]


def day(scenario: Scenario, low: int) -> Scenario:
    """One day with its labels and a tick."""
    return scenario.closed(low=low).labels().tick()


def test_three_days_in_a_row_train_once_on_the_third() -> None:
    """The fourth and fifth day of the same episode are no reason any more, whatever became of the training."""
    scenario = Scenario(THREE).start()
    for expected in ([], [], ["v2"]):
        assert trainings(day(scenario, FAR)) == expected
    assert "its psi" in scenario.last.decisions[0].reasons[0]
    scenario.trained(0.3)
    for _ in range(3):
        day(scenario, FAR)
    assert trainings(scenario) == ["v2"]
    assert len(alerts(scenario)) == 1


def test_a_dip_counts_anew() -> None:
    """Two days, a quiet one and two days are no three in a row; the next day is."""
    scenario = Scenario(THREE).start()
    for low in (FAR, FAR, NEAR, FAR, FAR):
        assert trainings(day(scenario, low)) == []
    assert trainings(day(scenario, FAR)) == ["v2"]


def test_a_new_champion_is_a_new_level() -> None:
    """What was measured against the old champion's rows says nothing about the new one."""
    scenario = Scenario(THREE).start()
    for _ in range(3):
        day(scenario, FAR)
    scenario.trained(0.1).loaded().exposed()
    assert (scenario.state.champion, scenario.state.courses, scenario.state.beyond) == ("v2", (), ())


def test_a_training_that_failed_leaves_the_reason_standing() -> None:
    """Nothing came of it, so the next tick with news asks again."""
    scenario = Scenario(THREE).start()
    for _ in range(3):
        day(scenario, FAR)
    scenario.failed()
    assert trainings(day(scenario, FAR)) == ["v2", "v3"]


def test_all_columns_and_two_of_three() -> None:
    """Without a column each of them is followed; a quiet window between two is borne."""
    scenario = Scenario(limited(times=2.0, windows=3.0)).start()
    for low in (FAR, NEAR):
        assert trainings(day(scenario, low)) == []
    assert trainings(day(scenario, FAR)) == ["v2"]
    assert alerts(scenario)[0].startswith("x is beyond its limit: its psi is")
