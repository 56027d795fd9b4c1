"""Does a challenger reach traffic by its steps only, and does the old champion come back when it should?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from trueup.loop.actions import Ask, Notify, SetRoute, Train
from trueup.loop.deploy.routing import Route
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN

if TYPE_CHECKING:
    from trueup.loop.policy import Policy

USELESS = 0.5
SUGGEST = replace(PLAIN, mode="suggest")


def proposed(policy: Policy = SUGGEST) -> Scenario:
    """A training waits for a yes."""
    scenario = Scenario(policy).start()
    while not scenario.state.pending and scenario.state.closed < 12:
        scenario.window()
    return scenario


def in_shadow(policy: Policy = PLAIN) -> Scenario:
    """A challenger of which nothing can be said is watched in shadow."""
    return Scenario(policy).start(USELESS).until_training().trained(USELESS + 0.001)


def in_canary(policy: Policy = PLAIN) -> Scenario:
    """A good challenger answers its share."""
    return Scenario(policy).start().until_training().trained(0.15).loaded()


def kinds(scenario: Scenario) -> list[str]:
    """What the newest event led to, by kind."""
    return [type(action).__name__ for action in scenario.last.actions]


def stage_of(scenario: Scenario) -> str:
    """How far the release is; empty: there is none."""
    return "" if scenario.state.release is None else scenario.state.release.stage


# ---- the way up


def test_a_good_candidate_goes_to_canary_and_then_to_everybody() -> None:
    """One path: judged, canary, champion, the old one in shadow with rollback armed."""
    scenario = in_canary()
    state = scenario.state
    assert state.route is not None
    assert (state.route.champion, state.route.canary, state.route.share) == ("v1", "v2", 0.2)

    scenario.exposed()
    state = scenario.state
    assert (state.champion, state.route, state.release) == ("v2", Route(champion="v2"), None)
    assert state.armed is not None
    assert (state.armed.previous, state.armed.champion, state.armed.since) == ("v1", "v2", 10)


def test_every_release_has_its_own_salt() -> None:
    """The same entities are not always the guinea pigs."""
    scenario = in_canary().exposed()
    salts = {one.route.salt for one in scenario.actions if isinstance(one, SetRoute)}
    scenario.until_training().trained(0.1).loaded()
    salts |= {one.route.salt for one in scenario.actions if isinstance(one, SetRoute)}
    assert len(salts - {""}) == 2


def test_a_candidate_shown_worse_never_answers() -> None:
    """It is refused, the champion goes on, and its token stays spent."""
    scenario = Scenario().start().until_training()
    tokens = scenario.state.freshness.tokens
    scenario.trained(0.4)

    assert scenario.remedies[-1] == "refuse v2"
    assert [line.version for line in scenario.state.lines] == ["v1"]
    assert (scenario.state.newest, scenario.state.freshness.tokens) == ("v1", tokens)


def test_an_undecided_candidate_is_watched_for_two_windows_at_most() -> None:
    """Shadow decides, or closes; nobody is answered by it."""
    scenario = in_shadow()
    assert scenario.remedies[-1] == "shadow v2"
    scenario.windows(2)

    assert scenario.state.release is None
    assert "close v2" in scenario.remedies
    assert not [one for one in scenario.actions if isinstance(one, SetRoute) and "v2" in repr(one.route)]
    assert scenario.state.line("v2") is not None, "it still shows what freshness is worth"


def test_a_shadow_that_turns_out_better_goes_on() -> None:
    """The challenger's windows in shadow add up to a reason."""
    scenario = in_shadow()
    scenario.errors["v2"] = 0.3
    assert scenario.closed().labels().remedies[-1] == "canary v2"


def test_a_shadow_that_turns_out_worse_is_dropped_and_says_nothing_about_freshness() -> None:
    """Its pair is dissolved and what it showed is forgotten."""
    scenario = in_shadow()
    scenario.errors["v2"] = 0.8
    scenario.closed().labels()

    assert scenario.remedies[-1] == "refuse v2"
    state = scenario.state
    assert (state.newest, state.before, state.freshness.gains) == ("v1", "", ())


def test_a_refresh_waits_while_a_challenger_is_in_shadow_but_an_alarm_does_not() -> None:
    """An alarm replaces the shadow; a challenger in canary is in nobody's way."""
    scenario = in_shadow().window(0.9)
    assert scenario.remedies[-2:] == ("train v3", "close v2")
    assert scenario.state.release is None

    scenario = in_canary().window(0.9)
    assert scenario.remedies[-1] == "nothing"
    assert "v2 in canary is in flight" in scenario.last.decisions[0].held


def test_outcomes_that_depend_on_the_answer_cannot_pass_a_challenger_by_pairs() -> None:
    """Pairs may fail it; to pass, it must wait in shadow."""
    policy = replace(PLAIN, feedback=replace(PLAIN.feedback, outcomes="depend_on_answer"))
    assert Scenario(policy).start().until_training().trained(0.1).remedies[-1] == "shadow v2"
    assert Scenario(policy).start().until_training().trained(0.4).remedies[-1] == "refuse v2"


def test_without_evidence_a_candidate_waits_in_shadow() -> None:
    """No labelled row is no pass."""
    scenario = Scenario().start().until_training().trained(0.1, judged=False)
    assert scenario.remedies[-1] == "shadow v2"


def test_under_strict_only_a_proof_goes_on_and_a_refresh_still_teaches() -> None:
    """What is not proven waits; the worth of freshness is learnt all the same."""
    strict = replace(PLAIN, validate=replace(PLAIN.validate, prove="strict"))
    scenario = Scenario(strict).start().until_training().trained(0.15)
    assert scenario.wanted(Train).order.kind == "strict"
    assert scenario.remedies[-1] == "canary v2"
    assert scenario.loaded().exposed().windows(2).state.freshness.gains
    assert in_shadow(strict).remedies[-1] == "shadow v2"


def test_another_recipe_must_be_proven() -> None:
    """When the owner's code is not what the champion was made by, the next candidate is judged strictly."""
    scenario = Scenario().history().trained(code="old").loaded().until_training()
    assert scenario.wanted(Train).order.kind == "strict"


# ---- canary


def test_a_canary_that_breaks_its_limits_is_refused() -> None:
    """Errors are counted, whatever the scores are worth."""
    scenario = in_canary().exposed(errors=100)
    assert scenario.remedies[-1] == "refuse v2"
    assert scenario.state.route == Route(champion="v1")
    assert isinstance(scenario.last.actions[-1], SetRoute)


def test_a_canary_without_traffic_is_closed_in_time() -> None:
    """The champion is kept when the time is over."""
    scenario = in_canary()
    scenario.closed().exposed(requests=3).closed().exposed(requests=3)
    assert scenario.remedies[-1] == "close v2"
    assert scenario.state.champion == "v1"


def test_exposure_counts_once_and_only_that_of_the_canary() -> None:
    """A tick heard twice, or of another version, changes nothing."""
    scenario = in_canary().exposed(requests=20)
    scenario.take(scenario.heard[-1])
    assert scenario.state.release is not None
    assert scenario.state.release.exposure is not None
    assert scenario.state.release.exposure.requests == 20
    assert not Scenario().start().exposed().last.actions


def test_a_challenger_that_cannot_be_loaded_is_refused() -> None:
    """The champion answers on."""
    scenario = Scenario().start().until_training().trained(0.15).broken()
    assert scenario.remedies[-1] == "refuse v2"
    assert scenario.state.route == Route(champion="v1")


# ---- the way back


def test_a_release_shown_worse_is_taken_back_in_one_switch() -> None:
    """The previous bundle answers again, and what the release showed about freshness is forgotten."""
    scenario = in_canary().exposed()
    scenario.errors["v2"] = 0.4
    scenario.closed().labels()

    state = scenario.state
    assert scenario.remedies[-1] == "restore v1"
    assert (state.champion, state.route, state.armed) == ("v1", Route(champion="v1"), None)
    assert (state.newest, state.before, state.freshness.gains, state.level.alarm) == ("v1", "", (), False)
    assert state.line("v2") is None


def test_rollback_stays_armed_for_four_labelled_windows() -> None:
    """Then the old champion is let go."""
    scenario = in_canary().exposed()
    for _ in range(3):
        scenario.closed().labels()
    assert scenario.state.armed is not None
    scenario.closed().labels()
    assert scenario.state.armed is None


def test_labels_from_before_the_release_do_not_count_for_it() -> None:
    """A window that the old champion answered says nothing about the new one."""
    scenario = Scenario().start().windows(2).closed().labels().closed().tick().trained(0.15).loaded().exposed()
    scenario.labels()
    assert scenario.state.armed is not None
    assert scenario.state.armed.windows == 0


def test_a_person_takes_a_release_back_at_once_in_every_mode() -> None:
    """A person's word needs no second one."""
    scenario = in_canary().exposed().ask("rollback")
    assert scenario.remedies[-1] == "restore v1"
    suggest = proposed().answer(granted=True).trained(0.15).answer(granted=True).loaded().exposed().ask("rollback")
    assert suggest.remedies[-1] == "restore v1"
    nothing = suggest.ask("rollback")
    assert [one.severity for one in nothing.last.actions if isinstance(one, Notify)] == ["info"]


@pytest.mark.parametrize("stage", ["shadow", "loading", "canary"])
def test_a_challenger_starts_anew_against_the_champion_that_came_back(stage: str) -> None:
    """Whatever it had shown, it had shown it against a version that is gone; the route names nobody but the old one."""
    scenario = in_canary().exposed().until_training()
    scenario.errors["v2"] = 0.3
    scenario.trained(0.3 if stage == "shadow" else 0.25, judged=stage != "shadow")
    scenario = scenario.loaded() if stage == "canary" else scenario
    assert stage_of(scenario) == stage
    scenario.ask("rollback")

    state = scenario.state
    assert state.release is not None
    assert (state.release.stage, state.release.windows, state.release.comparison) == ("shadow", 0, None)
    assert (state.route, state.champion) == (Route(champion="v1"), "v1")


def test_evidence_against_a_champion_that_was_taken_back_is_void() -> None:
    """A candidate judged against the version that is gone is watched in shadow first."""
    scenario = in_canary().exposed().until_training()
    judged_against_v2 = scenario.trained_later(0.1)
    scenario.ask("rollback").take(judged_against_v2)
    assert scenario.remedies[-1] == "shadow v3"


# ---- suggest and observe


def test_suggest_trains_and_routes_only_after_a_yes() -> None:
    """Every step that trains or routes is a question first."""
    scenario = proposed()
    assert not [one for one in scenario.actions if isinstance(one, Train) and one.order.version != "v1"]
    assert kinds(scenario) == ["Ask"]
    assert kinds(scenario.answer(granted=True)) == ["Train"]

    scenario.trained(0.15)
    assert scenario.remedies[-1] == "ask v2"
    assert stage_of(scenario) == "waiting"
    assert scenario.answer(granted=True).loaded().exposed().state.champion == "v2"


def test_a_no_closes_what_waited() -> None:
    """A refused training is not trained; a refused release is not released, and its line is let go."""
    scenario = proposed().answer(granted=False)
    assert (scenario.state.pending, scenario.state.training) == ((), None)
    scenario = proposed().answer(granted=True).trained(0.15).answer(granted=False)
    assert scenario.remedies[-1] == "refuse v2"
    assert (scenario.state.release, scenario.state.pending, scenario.state.champion) == (None, (), "v1")


def test_an_answer_to_nothing_changes_nothing() -> None:
    """A yes heard twice is one yes."""
    scenario = proposed().answer(granted=True)
    trainings = sum(isinstance(one, Train) for one in scenario.actions)
    scenario.take(scenario.heard[-1])
    assert sum(isinstance(one, Train) for one in scenario.actions) == trainings


def test_a_newer_question_replaces_an_older_one() -> None:
    """There is one open question of a kind, and it is about the newest rows."""
    scenario = proposed()
    first = scenario.state.pending
    scenario.window()
    assert len(scenario.state.pending) == 1
    assert scenario.state.pending != first


def test_a_yes_to_a_training_waits_while_a_release_is_on_its_way() -> None:
    """There are never two releases: the question stays open."""
    scenario = Scenario(SUGGEST).start(USELESS)
    while not scenario.state.pending:
        scenario.window()
    scenario.answer(granted=True).trained(USELESS + 0.001).window(0.9)
    question = scenario.wanted(Ask)
    scenario.errors["v2"] = 0.2
    scenario.closed().labels()
    assert stage_of(scenario) == "waiting"
    scenario.answered(question.decision)

    assert scenario.state.training is None
    assert scenario.state.waits("train")
    assert kinds(scenario) == ["Notify"]


def test_suggest_asks_before_it_takes_a_release_back_and_asks_once() -> None:
    """The old champion stays ready until the question is answered; the answer is for that release only."""
    scenario = proposed().answer(granted=True).trained(0.15).answer(granted=True).loaded().exposed()
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
    scenario = proposed().answer(granted=True).trained(0.15).answer(granted=True).loaded().exposed()
    scenario.errors["v2"] = 0.4
    scenario.closed().labels().answer(granted=False)
    assert scenario.state.champion == "v2"


def test_observe_only_says_what_it_would_do() -> None:
    """No training, no question that a yes could turn into one, no route."""
    scenario = proposed(replace(PLAIN, mode="observe"))
    assert "ask v2" in scenario.remedies
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
    scenario = in_canary().ask("train")
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
