"""Does a life begin as it should, and is any event harmless when it comes late or twice?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from trueup.loop.actions import Adjust, Ask, Load, Notify, SetRoute, Train
from trueup.loop.deploy.routing import Route
from trueup.loop.events import VersionFailed, VersionLoaded
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS, profile

if TYPE_CHECKING:
    from typing import Self

    from trueup.loop.events import Event
    from trueup.loop.policy import Mode, Policy

MODES: Final[tuple[Mode, ...]] = ("observe", "suggest", "act")


def route(scenario: Scenario) -> Route:
    """Who answers."""
    assert scenario.state.route is not None
    return scenario.state.route


def with_mode(mode: Mode) -> Policy:
    """The plain policy in another mode."""
    return replace(PLAIN, mode=mode)


# ---- the first version


def test_the_history_trains_the_first_version_on_all_of_it() -> None:
    """The first order reads every window of the history and is judged against nothing."""
    scenario = Scenario().history(windows=6)

    order = scenario.wanted(Train).order
    assert (order.version, order.kind, order.windows, order.judge) == ("v1", "first", (1, 2, 3, 4, 5, 6), None)
    assert scenario.remedies == ("train v1",)


def test_the_first_version_answers_everybody_in_every_mode() -> None:
    """There is nothing to compare it with, so no mode holds it back."""
    for mode in MODES:
        scenario = Scenario(with_mode(mode)).start()
        assert route(scenario) == Route(champion="v1")
        assert scenario.remedies == ("train v1", "promote v1")


def test_a_failed_first_training_is_done_again_when_the_history_is_read_again() -> None:
    """A model without a version is never stuck: the order goes out anew, under a new name."""
    scenario = Scenario().history().failed().history().trained().loaded()

    assert scenario.remedies == ("train v1", "failed v1", "train v2", "promote v2")
    assert scenario.state.labels == 6 * ROWS


def test_a_first_version_that_cannot_be_loaded_does_not_answer() -> None:
    """It is said aloud, and the history may be read again."""
    scenario = Scenario().history().trained().broken()

    assert (scenario.state.champion, scenario.kinds) == ("", ["Notify"])
    assert scenario.history().trained().loaded().state.champion == "v2"


def test_a_history_read_twice_is_read_once() -> None:
    """A second reading changes nothing while a version is being made, or is there."""
    assert not Scenario().history().history().last.actions
    assert not Scenario().start().history().last.actions


def test_without_windows_there_is_no_history() -> None:
    """A history of no windows trains nothing."""
    assert not Scenario().history(windows=0).actions


# ---- late and doubled events


class Stutter(Scenario):
    """Hears everything twice."""

    def take(self, event: Event) -> Self:
        """Only news may come of an event the second time."""
        super().take(event)
        once = self.remedies
        super().take(event)
        assert self.remedies == once
        assert not [one for one in self.steps.pop().actions if not isinstance(one, Notify)]
        return self


def test_any_event_heard_twice_is_harmless() -> None:
    """Through a whole life, hearing each event once more wants nothing and decides nothing."""
    life = Stutter().start().promoted(0.15)
    life.errors["v2"] = 0.45
    life.window(0.45).ask("train", code="other.py:build").tick().trained(0.1, code="other").loaded().exposed()
    life.closed(missing=ROWS // 2).labels().tick()

    assert {"promote v2", "restore v1", "promote v3", "quarantine"} <= set(life.remedies)


def test_an_answer_of_another_training_is_ignored() -> None:
    """Only the training in flight can end."""
    scenario = Scenario().start().promoted()
    old = [event for event in scenario.heard if getattr(event, "action", "")]
    scenario.until_training()
    for event in old:
        scenario.take(event)
        assert not scenario.last.actions
    assert scenario.state.training is not None


def test_a_version_that_nobody_waits_for_is_ignored() -> None:
    """Neither a strange version nor a late failure moves the route."""
    scenario = Scenario().history().take(VersionLoaded(time=600.0, action="9.9", version="v9"))
    assert scenario.state.champion == ""
    scenario = Scenario().start().until_training().trained().loaded()
    scenario.take(VersionLoaded(time=scenario.now, action="9.9", version="v9"))
    assert not scenario.last.actions
    scenario.take(VersionFailed(time=scenario.now, action="9.9", version="v2", why="late"))
    assert scenario.kinds == ["Notify"]
    assert route(scenario).canary == "v2"


# ---- what the toy world gives


def test_the_toy_window_counts_every_row_once() -> None:
    """The evidence of the toy world is of the size it says."""
    assert sum(profile(missing=100, low=10).columns[0].counts) + 100 == ROWS
    assert isinstance(Scenario().start().wanted(SetRoute), SetRoute)
    assert not [one for one in Scenario().start().actions if isinstance(one, Ask | Adjust)]
    assert isinstance(Scenario().history().trained().last.actions[0], Load)


def test_a_scenario_says_what_it_cannot_do() -> None:
    """A training ends only if one is in flight."""
    with pytest.raises(ValueError, match="no training is in flight"):
        Scenario().start().trained()


def test_a_state_knows_its_windows_and_what_must_be_compared() -> None:
    """Before there is a version there is nothing to compare; later every line is compared with whom it must beat."""
    scenario = Scenario().history()
    assert scenario.state.pairings() == ()
    state = scenario.trained().loaded().promoted().state
    found = state.window(7)
    assert found is not None
    assert (found.number, state.window(99), state.line("v9")) == (7, None, None)
    assert [(one.candidate, one.champion) for one in state.pairings()] == [("v2", "v2"), ("v2", "v1")]
    shadow = Scenario().start(0.5).in_shadow().state
    assert [(one.candidate, one.champion) for one in shadow.pairings()] == [("v1", "v1"), ("v2", "v1")]
