"""Does the loop wait for a yes where it must, and do what a person says?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from loop.worlds import OBSERVE, SUGGEST, agreed, alarmed, waiting
from trueup.loop.actions import Ask, Notify, Train
from trueup.loop.events import PersonAsked, PolicyChanged
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, USELESS

if TYPE_CHECKING:
    from trueup.loop.policy import Mode

# ---- suggest and observe


def test_suggest_trains_and_routes_only_after_a_yes() -> None:
    """Every step that trains or routes is a question first."""
    scenario = Scenario(SUGGEST).start().until_asked()
    assert not [one for one in scenario.actions if isinstance(one, Train) and one.order.version != "v1"]
    assert scenario.kinds == ["Ask"]
    assert scenario.answer(granted=True).kinds == ["Train"]

    scenario.trained(0.15)
    assert scenario.remedies[-1] == "ask v2"
    assert scenario.stage == "waiting"
    assert scenario.answer(granted=True).loaded().exposed().state.champion == "v2"


def test_a_no_closes_what_waited() -> None:
    """A refused training is not trained; a refused release is not released, and its line is let go."""
    scenario = Scenario(SUGGEST).start().until_asked().answer(granted=False)
    assert (scenario.state.pending, scenario.state.training) == ((), None)
    scenario = waiting().answer(granted=False)
    assert scenario.remedies[-1] == "refuse v2"
    assert (scenario.state.release, scenario.state.pending, scenario.state.champion) == (None, (), "v1")


def test_an_answer_to_nothing_changes_nothing() -> None:
    """A yes heard twice is one yes."""
    scenario = Scenario(SUGGEST).start().until_asked().answer(granted=True)
    trainings = sum(isinstance(one, Train) for one in scenario.actions)
    scenario.take(scenario.heard[-1])
    assert sum(isinstance(one, Train) for one in scenario.actions) == trainings


def test_a_question_that_stands_is_not_asked_again() -> None:
    """However many windows a person takes, they have one question; a yes to it trains on the rows known by then."""
    scenario = Scenario(SUGGEST).start().until_asked()
    question = scenario.wanted(Ask)
    scenario.windows(3)
    assert scenario.wanted(Ask) == question
    assert scenario.remedies[-3:] == ("nothing",) * 3
    assert f"decision {question.decision} waits for a yes" in scenario.last.decisions[0].headline
    scenario.answered(question.decision)
    assert scenario.wanted(Train).order.judge == scenario.state.closed


def test_a_graver_question_replaces_an_open_one_and_says_so() -> None:
    """An alarm asks anew in place of what was asked before; a late yes to that is told which question to answer."""
    scenario = Scenario(SUGGEST).start().until_asked()
    old = scenario.wanted(Ask).decision
    scenario.window(0.9)
    new = scenario.wanted(Ask)
    assert new.decision > old
    assert new.sentence.endswith(f"(in place of decision {old})")
    assert [one.decision for one in scenario.state.pending] == [new.decision]

    scenario.answered(old)
    notice = scenario.wanted(Notify)
    assert notice.sentence == f"decision {old} was replaced by decision {new.decision}: answer that one"
    assert scenario.state.training is None
    assert scenario.answered(new.decision).kinds == ["Train"]


def test_another_policy_puts_a_question_anew_and_says_so() -> None:
    """A yes to a question asked under the old policy is told the number that it has now."""
    scenario = Scenario(SUGGEST).start().until_asked()
    old = scenario.wanted(Ask).decision
    scenario.take(PolicyChanged(time=scenario.now, policy=SUGGEST, text_hash="x", code_hash="")).tick()
    new = scenario.wanted(Ask).decision
    assert new > old
    assert str(new) in scenario.answered(old).wanted(Notify).sentence


@pytest.mark.parametrize("mode", ["suggest", "observe"])
def test_a_canary_asks_before_it_is_promoted_once_the_mode_is_not_act(mode: Mode) -> None:
    """What began under act goes to nobody else by itself; a yes promotes it, and only once it was asked."""
    scenario = Scenario().start().in_canary()
    scenario.policy = replace(scenario.policy, mode=mode)
    scenario.take(PolicyChanged(time=scenario.now, policy=scenario.policy, text_hash="x", code_hash=""))
    scenario.exposed()
    assert (scenario.kinds, scenario.state.champion, scenario.stage) == (["Ask"], "v1", "canary")
    step = scenario.exposed().last
    assert (step.actions, step.decisions) == ((), ()), "it is asked once"
    assert scenario.answer(granted=True).state.champion == "v2"


def test_a_rollback_that_a_person_asked_for_is_no_alert() -> None:
    """They know; it is news for the others, and no number of an alert is spent on it."""
    scenario = Scenario().start().promoted()
    alerts = scenario.state.notices
    scenario.ask("rollback")
    notice = scenario.wanted(Notify)
    assert (notice.kind, notice.severity, notice.number) == ("release", "info", 0)
    assert scenario.state.notices == alerts


def test_a_yes_to_a_training_waits_while_a_release_is_on_its_way() -> None:
    """There are never two releases: the question stays open."""
    scenario = Scenario(SUGGEST).start(USELESS)
    scenario.until_asked().answer(granted=True).trained(USELESS + 0.001).window(0.9)
    question = scenario.wanted(Ask)
    scenario.errors["v2"] = 0.2
    scenario.closed().labels().answer(granted=True)
    assert scenario.stage == "loading"
    scenario.answered(question.decision)

    assert scenario.state.training is None
    assert scenario.state.waits("train")
    assert scenario.kinds == ["Notify"]


def test_a_release_that_nobody_answers_makes_way_for_a_fresher_one() -> None:
    """It waits as long as nothing is fresher; then the question says what is given up, and a yes closes it."""
    scenario = waiting()
    stale = scenario.wanted(Ask)
    scenario.windows(3)
    assert scenario.stage == "waiting"
    assert scenario.state.waits("train")
    assert "v2, which waits for a yes, is closed when it begins" in scenario.last.decisions[0].reasons

    scenario.answer(granted=True)
    assert scenario.remedies[-1] == "close v2"
    assert (scenario.state.release, scenario.state.pending) == (None, ())
    assert scenario.state.training is not None
    assert not scenario.answered(stale.decision).last.actions, "a late yes releases nothing"


def test_a_release_waits_on_while_nobody_says_yes_to_the_training_either() -> None:
    """Asking for something fresher gives nothing up."""
    scenario = waiting().windows(6)
    assert sorted(one.what for one in scenario.state.pending) == ["release", "train"]
    assert scenario.stage == "waiting"
    release = next(one.decision for one in scenario.state.pending if one.what == "release")
    assert scenario.answered(release).stage == "loading"


def test_an_alarm_does_not_wait_for_a_release_that_waits() -> None:
    """Whoever switched to act while a candidate waited gets the fresher one at once."""
    scenario = waiting()
    scenario.policy = PLAIN
    alarmed(scenario).tick()
    assert scenario.remedies[-2:] == ("train v3", "close v2")


def test_a_wish_does_not_wait_for_a_release_that_waits() -> None:
    """A person who wants a training need not answer another question first."""
    scenario = waiting().ask("train").tick()
    assert scenario.remedies[-2:] == ("train v3", "close v2")


def test_a_question_of_another_policy_is_asked_anew() -> None:
    """An order by the old file is not trained under the new one."""
    scenario = Scenario(SUGGEST).start().until_asked()
    old = scenario.wanted(Ask)
    scenario.policy = replace(SUGGEST, validate=replace(SUGGEST.validate, prove="strict"))
    scenario.take(PolicyChanged(time=scenario.now, policy=scenario.policy, text_hash="strict", code_hash=""))
    assert not scenario.answered(old.decision).last.actions

    assert scenario.tick().answer(granted=True).wanted(Train).order.kind == "strict"


def test_suggest_asks_before_it_takes_a_release_back_and_asks_once() -> None:
    """The old champion stays ready until the question is answered; the answer is for that release only."""
    scenario = agreed()
    scenario.errors["v2"] = 0.4
    scenario.closed().labels()
    assert scenario.remedies[-1] == "ask v1"
    for _ in range(5):
        scenario.closed().labels()
    assert sum(one.startswith("ask v1") for one in scenario.remedies) == 1
    assert scenario.state.armed is not None
    assert scenario.answer(granted=True).state.champion == "v1"


def test_a_no_keeps_the_release() -> None:
    """A person may know better."""
    scenario = agreed()
    scenario.errors["v2"] = 0.4
    scenario.closed().labels().answer(granted=False)
    assert scenario.state.champion == "v2"


def test_observe_only_says_what_it_would_do() -> None:
    """No training, no question that a yes could turn into one, no route."""
    scenario = Scenario(OBSERVE).start().windows(4)
    assert "ask" in scenario.remedies
    wanted = {type(one).__name__ for one in scenario.actions}
    assert wanted == {"Train", "Load", "SetRoute"}, "those of the first version"


# ---- wishes


def test_a_wish_is_trained_outside_the_budget_and_judged_strictly() -> None:
    """It waits for nothing but a free moment, costs no token, and must be proven."""
    scenario = Scenario().start().window().ask("train", code="other.py:build")
    tokens = scenario.state.freshness.tokens
    scenario.tick()

    order = scenario.wanted(Train).order
    assert (order.kind, order.code, order.judge) == ("strict", "other.py:build", 7)
    assert scenario.state.freshness.tokens == tokens
    assert scenario.trained(0.4, code="other").remedies[-1] == "refuse v2"


def test_a_wish_of_another_recipe_is_no_refresh() -> None:
    """It says nothing about freshness until it is champion."""
    scenario = Scenario().start().window().ask("train", code="other.py:build").tick().trained(0.1, code="other")
    assert scenario.state.newest == "v1"
    assert scenario.loaded().exposed().state.newest == "v2"


def test_a_wish_waits_while_something_is_in_flight_and_is_heard_once() -> None:
    """Two equal wishes are one; it is granted when the release is through."""
    scenario = Scenario().start().in_canary().ask("train")
    scenario.take(scenario.heard[-1]).tick()
    assert len(scenario.state.wishes) == 1
    after = scenario.exposed().tick().state
    assert after.training is not None
    assert not after.wishes


def test_a_failed_training_leaves_the_champion() -> None:
    """It is written off with its reason."""
    scenario = Scenario().start().until_training().failed("memory")
    assert scenario.remedies[-1] == "failed v2"
    assert (scenario.state.training, scenario.state.champion) == (None, "v1")
    assert not scenario.take(scenario.heard[-1]).last.actions


def test_a_late_wish_is_an_echo() -> None:
    """What was asked before the last wish that was trained is not trained again."""
    scenario = Scenario().start().window().ask("train")
    first = scenario.heard[-1]
    scenario.tick().trained(0.4).ask("train", code="other.py:build").tick().trained(0.4, code="other")
    assert not scenario.take(first).state.wishes


def test_a_late_rollback_does_not_meet_a_newer_release() -> None:
    """It was about another one."""
    scenario = Scenario().start().promoted().ask("rollback")
    rollback = scenario.heard[-1]
    scenario.promoted(0.1)
    assert not scenario.take(rollback).last.actions
    assert scenario.state.armed is not None


def test_a_wish_may_have_a_note() -> None:
    """The decision repeats it, and so does a rollback."""
    scenario = Scenario().start().window()
    asked = PersonAsked(time=scenario.now + 1, wish="train", who="the operator", note="new prices")
    assert "(new prices)" in scenario.take(asked).tick().last.decisions[0].headline
    armed = Scenario().start().promoted()
    back = PersonAsked(time=armed.now + 1, wish="rollback", who="the operator", note="complaints")
    assert "complaints" in armed.take(back).last.decisions[0].headline
