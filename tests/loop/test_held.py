"""Is an urgent reason that was held back asked again when the hold is over, and not after it is over itself?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from loop.worlds import alarmed
from trueup.loop.actions import Train
from trueup.loop.policy import Hold, Rule, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS

RULED: Final = replace(
    PLAIN,
    monitor=replace(PLAIN.monitor, rules=(Rule(name="is_probability", expect="score BETWEEN 0 AND 1"),)),
    decide=replace(PLAIN.decide, triggers=(Trigger(name="rule"),)),
)
OBJECTIVE: Final = replace(
    PLAIN,
    decide=replace(PLAIN.decide, triggers=(Trigger(name="slo", settings=(("at_least", 0.7), ("windows", 1.0))),)),
)


def in_canary_and_alarmed() -> Scenario:
    """An alarm that a challenger in canary holds back."""
    scenario = alarmed(Scenario().start().in_canary()).tick()
    assert "v2 in canary is in flight" in scenario.last.decisions[0].held
    return scenario


@pytest.mark.parametrize("end", ["promoted", "refused", "closed"])
def test_an_alarm_that_a_release_held_back_is_asked_when_it_ends(end: str) -> None:
    """However the release ends, the next tick trains: nobody waits for the next labels."""
    scenario = in_canary_and_alarmed()
    if end == "closed":
        scenario.closed().exposed(requests=0).closed()
    scenario.exposed(requests=0 if end == "closed" else 500, errors=500 if end == "refused" else 0).tick()

    assert "train v3" in scenario.remedies
    assert scenario.wanted(Train).order.kind == "alarm"


def test_while_it_is_held_back_a_tick_without_news_says_nothing() -> None:
    """One decision says what held it; it is not said at every look."""
    assert not in_canary_and_alarmed().tick().last.decisions


def test_an_alarm_that_a_quarantine_held_back_is_asked_after_it() -> None:
    """The next sound window lets it go, though it brings no labels."""
    scenario = Scenario().start().windows(2).closed().closed(missing=ROWS // 2).labels(0.6).tick()
    assert "the newest window is in quarantine" in scenario.last.decisions[0].held
    scenario.closed().tick()

    order = scenario.wanted(Train).order
    assert (order.version, order.kind, order.judge, order.judge_half) == ("v2", "alarm", 9, True)


def test_an_alarm_that_a_cooldown_held_back_is_asked_after_it() -> None:
    """Windows that close count, labelled or not."""
    cooling = replace(PLAIN, decide=replace(PLAIN.decide, hold=Hold(cooldown=4)))
    scenario = alarmed(Scenario(cooling).start().windows(2)).tick()
    assert scenario.remedies[-1] == "nothing"
    assert scenario.closed().tick().remedies[-1] == "train v2"


def test_an_alarm_that_is_over_is_not_asked_again() -> None:
    """The next labels say that all is well."""
    scenario = in_canary_and_alarmed().closed().labels().tick()
    assert scenario.remedies[-1] == "nothing"
    assert scenario.exposed(errors=500).tick().remedies[-1] == "refuse v2"


def test_a_reason_that_was_acted_on_is_not_asked_again() -> None:
    """A failed training is no hold: the next try is the cadence's, or a fresh alarm's."""
    scenario = alarmed(Scenario().start().windows(2)).tick().failed().tick()
    assert scenario.remedies[-1] == "failed v2"


def test_an_objective_that_a_release_held_back_is_asked_when_it_ends() -> None:
    """The newest labelled window still misses it."""
    scenario = Scenario(OBJECTIVE).start().closed().labels(0.4).tick().trained(0.15).loaded()
    scenario.closed().labels(0.4).tick()
    assert "v2 in canary is in flight" in scenario.last.decisions[0].held
    assert scenario.exposed().tick().remedies[-1] == "train v3"


def test_a_broken_rule_that_was_held_back_is_asked_while_it_is_broken() -> None:
    """A rule that was kept through the next window asks for nothing more."""
    scenario = Scenario(RULED).start().window().rule(broken=50).tick().trained(0.15).loaded()
    scenario.closed().labels().rule(broken=50).tick()
    assert "v2 in canary is in flight" in scenario.last.decisions[0].held
    assert scenario.exposed().tick().remedies[-1] == "train v3"

    kept = Scenario(RULED).start().window().rule(broken=50).tick().trained(0.15).loaded()
    kept.closed().labels().rule(broken=50).tick().closed().closed().tick()
    assert kept.exposed().tick().remedies[-1] == "promote v2"


# ---- what a failed run costs


def test_a_recipe_that_always_fails_does_not_train_for_ever() -> None:
    """Failed runs count for the limit of runs and of CPU minutes, as far as their cost is known."""
    limited = replace(RULED, decide=replace(RULED.decide, hold=Hold(runs=2, runs_per=1e6, min_labels=0)))
    scenario = Scenario(limited).start().window().rule(broken=50).tick().failed()
    assert [one.failed for one in scenario.state.runs] == [False, True]
    scenario.window().rule(broken=50).tick()
    assert "2 of 2 trainings of the period are spent" in scenario.last.decisions[0].held

    dear = replace(RULED, decide=replace(RULED.decide, hold=Hold(cpu_minutes=1.0, cpu_per=1e6, min_labels=0)))
    scenario = Scenario(dear).start().window().rule(broken=50).tick().failed(cpu_seconds=120.0)
    scenario.window().rule(broken=50).tick()
    assert "2.0 of 1 CPU minutes of the period are spent" in scenario.last.decisions[0].held
