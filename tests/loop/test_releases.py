"""Does a challenger reach traffic by its steps only, and does the old champion come back when it should?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from loop.worlds import STRICT, agreed, alarmed
from trueup.loop.actions import Notify, SetRoute, Train
from trueup.loop.deploy.routing import Route
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, USELESS

if TYPE_CHECKING:
    from trueup.loop.policy import Policy

# ---- the way up


def test_a_good_candidate_goes_to_canary_and_then_to_everybody() -> None:
    """One path: judged, canary, champion, the old one in shadow with rollback armed."""
    scenario = Scenario().start().in_canary()
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
    scenario = Scenario().start().promoted()
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
    scenario = Scenario().start(USELESS).in_shadow()
    assert scenario.remedies[-1] == "shadow v2"
    scenario.windows(2)

    assert scenario.state.release is None
    assert "close v2" in scenario.remedies
    assert not [one for one in scenario.actions if isinstance(one, SetRoute) and "v2" in repr(one.route)]
    assert scenario.state.line("v2") is not None, "it still shows what freshness is worth"


def test_a_shadow_that_turns_out_better_goes_on() -> None:
    """The challenger's windows in shadow add up to a reason."""
    scenario = Scenario().start(USELESS).in_shadow()
    scenario.errors["v2"] = 0.3
    assert scenario.closed().labels().remedies[-1] == "canary v2"


def test_a_shadow_that_turns_out_worse_is_dropped_and_says_nothing_about_freshness() -> None:
    """Its pair is dissolved and what it showed is forgotten."""
    scenario = Scenario().start(USELESS).in_shadow()
    scenario.errors["v2"] = 0.8
    scenario.closed().labels()

    assert scenario.remedies[-1] == "refuse v2"
    state = scenario.state
    assert (state.newest, state.before, state.freshness.gains) == ("v1", "", ())


def test_a_refresh_waits_while_a_challenger_is_in_shadow_but_an_alarm_does_not() -> None:
    """An alarm replaces the shadow; a challenger in canary is in nobody's way."""
    scenario = Scenario().start(USELESS).in_shadow().window(0.9)
    assert scenario.remedies[-2:] == ("train v3", "close v2")
    assert scenario.state.release is None

    scenario = Scenario().start().in_canary().window(0.9)
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
    scenario = Scenario(STRICT).start().until_training().trained(0.15)
    assert scenario.wanted(Train).order.kind == "strict"
    assert scenario.remedies[-1] == "canary v2"
    assert scenario.loaded().exposed().windows(2).state.freshness.gains
    assert Scenario(STRICT).start(USELESS).in_shadow().remedies[-1] == "shadow v2"


def test_another_recipe_must_be_proven() -> None:
    """When the owner's code is not what the champion was made by, the next candidate is judged strictly."""
    scenario = Scenario().history().trained(code="old").loaded().until_training()
    assert scenario.wanted(Train).order.kind == "strict"


# ---- canary


def test_a_canary_that_breaks_its_limits_is_refused() -> None:
    """Errors are counted, whatever the scores are worth."""
    scenario = Scenario().start().in_canary().exposed(errors=100)
    assert scenario.remedies[-1] == "refuse v2"
    assert scenario.state.route == Route(champion="v1")
    assert isinstance(scenario.last.actions[-1], SetRoute)


def test_a_canary_without_traffic_is_closed_in_time() -> None:
    """The champion is kept when the time is over."""
    scenario = Scenario().start().in_canary()
    scenario.closed().exposed(requests=3).closed().exposed(requests=3)
    assert scenario.remedies[-1] == "close v2"
    assert scenario.state.champion == "v1"


def test_a_strict_canary_of_thin_traffic_has_time_for_its_proof() -> None:
    """Clean, and sure to be proven within four time-outs, it goes on; 376 answers without an event are the proof."""
    scenario = Scenario(STRICT).start().in_canary().exposed(requests=100)
    for _ in range(2):
        scenario.closed().exposed(requests=100)
        assert scenario.stage == "canary"
    assert scenario.closed().exposed(requests=100).remedies[-1] == "promote v2"


def test_a_strict_canary_that_no_sensible_time_would_prove_is_closed() -> None:
    """Too little traffic, or a rate that is not below its limit: the champion is kept when the time-out is over."""
    thin = Scenario(STRICT).start().in_canary().exposed(requests=5)
    assert thin.closed().exposed(requests=5).stage == "canary"
    assert thin.closed().exposed(requests=5).remedies[-1] == "close v2"
    faulty = Scenario(STRICT).start().in_canary().exposed(requests=100, errors=1)
    assert faulty.closed().exposed(requests=100, errors=1).stage == "canary"
    assert faulty.closed().exposed(requests=0).remedies[-1] == "close v2"


def test_a_canary_never_takes_more_than_four_time_outs() -> None:
    """Traffic that dries up does not keep it open, the owner's minimum decides then; nor does what never was."""
    scenario = Scenario(STRICT).start().in_canary().exposed(requests=340)
    stages = [scenario.closed().exposed(requests=1).stage for _ in range(5)]
    assert stages == ["canary", "canary", "canary", "", ""]
    assert scenario.remedies[-1] == "promote v2"
    silent = Scenario(STRICT).start().in_canary().closed().exposed(requests=0).closed().exposed(requests=0)
    assert silent.remedies[-1] == "close v2"


@pytest.mark.parametrize("kind", [PLAIN, STRICT])
def test_a_clean_canary_of_a_thin_stream_is_promoted_in_the_end(kind: Policy) -> None:
    """A share of 15 answers a window is no reason never to promote: a clean canary is decided by what there is."""
    scenario = Scenario(kind).start().in_canary()
    for _ in range(5):
        scenario.closed().exposed(requests=15)
    assert "promote v2" in scenario.remedies
    decisions = [one for step in scenario.steps for one in step.decisions]
    reason = next(one.reasons[0] for one in decisions if one.remedy == "promote" and one.reasons)
    assert "decide where they do (an estimate, not a proof)" in reason
    assert "more requests" not in reason


def test_exposure_counts_once_and_only_that_of_the_canary() -> None:
    """A tick heard twice, or of another version, changes nothing."""
    scenario = Scenario().start().in_canary().exposed(requests=20)
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
    scenario = Scenario().start().promoted()
    scenario.errors["v2"] = 0.4
    scenario.closed().labels()

    state = scenario.state
    assert scenario.remedies[-1] == "restore v1"
    assert (state.champion, state.route, state.armed) == ("v1", Route(champion="v1"), None)
    assert (state.newest, state.before, state.freshness.gains, state.level.alarm) == ("v1", "", (), False)
    assert state.line("v2") is None


def test_a_release_that_is_a_little_worse_stays() -> None:
    """Four windows show it worse than the old champion, but not below the share of skill that the owner asks for."""
    scenario = Scenario().start().promoted()
    scenario.errors["v2"] = 0.22
    for _ in range(4):
        scenario.closed().labels()
    assert scenario.state.champion == "v2"
    assert scenario.state.armed is None


def test_an_alarm_about_a_release_ends_when_it_is_taken_back() -> None:
    """What was served then is not what will be served."""
    scenario = alarmed(Scenario().start().promoted())
    assert scenario.state.level.alarm
    assert not scenario.ask("rollback").state.level.alarm


def test_rollback_stays_armed_for_four_labelled_windows() -> None:
    """Then the old champion is let go."""
    scenario = Scenario().start().promoted()
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
    scenario = Scenario().start().promoted().ask("rollback")
    assert scenario.remedies[-1] == "restore v1"
    suggest = agreed().ask("rollback")
    assert suggest.remedies[-1] == "restore v1"
    nothing = suggest.ask("rollback")
    assert [one.severity for one in nothing.last.actions if isinstance(one, Notify)] == ["info"]


@pytest.mark.parametrize("stage", ["shadow", "loading", "canary"])
def test_a_challenger_starts_anew_against_the_champion_that_came_back(stage: str) -> None:
    """Whatever it had shown, it had shown it against a version that is gone; the route names nobody but the old one."""
    scenario = Scenario().start().promoted().until_training()
    scenario.errors["v2"] = 0.3
    scenario.trained(0.3 if stage == "shadow" else 0.25, judged=stage != "shadow")
    scenario = scenario.loaded() if stage == "canary" else scenario
    assert scenario.stage == stage
    scenario.ask("rollback")

    state = scenario.state
    assert state.release is not None
    assert (state.release.stage, state.release.windows, state.release.comparison) == ("shadow", 0, None)
    assert (state.route, state.champion) == (Route(champion="v1"), "v1")


def test_evidence_against_a_champion_that_was_taken_back_is_void() -> None:
    """A candidate judged against the version that is gone is watched in shadow first."""
    scenario = Scenario().start().promoted().until_training()
    judged_against_v2 = scenario.trained_later(0.1)
    scenario.ask("rollback").take(judged_against_v2)
    assert scenario.remedies[-1] == "shadow v3"
