"""Does a released window train, and do answers that break a rule stay out where the owner says so?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from trueup.loop.actions import Notify, Quarantine, Train
from trueup.loop.policy import Policy, Rule
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS

BROKEN: Final = ROWS // 2  # missing values


def ruled(*, quarantine: bool) -> Policy:
    """The plain policy with a rule."""
    rule = Rule(name="positive", expect="score >= 0", quarantine=quarantine)
    return replace(PLAIN, monitor=replace(PLAIN.monitor, rules=(rule,)))


def test_a_released_window_trains_and_counts_from_then_on() -> None:
    """Its labels came in quarantine and are not lost; the act is a decision with who and why."""
    scenario = Scenario().start().closed(missing=BROKEN).labels().tick()
    before = scenario.state
    assert (before.quarantined, before.aside) == ((7,), ((7, ROWS),))

    scenario.ask("release", window=7)
    state, [decision] = scenario.state, scenario.last.decisions
    assert (state.quarantined, state.aside, state.trainable[-1]) == ((), (), 7)
    assert state.labels == before.labels + ROWS
    assert (decision.remedy, decision.headline) == ("release", "window #7 trains again, the operator released it")
    assert 7 in scenario.until_training().wanted(Train).order.windows


def test_what_learns_a_released_window_must_be_proven() -> None:
    """It looked broken, so routine is not enough."""
    scenario = Scenario().start().closed(missing=BROKEN).labels().ask("release", window=7).until_training()
    assert scenario.wanted(Train).order.kind == "strict"


def test_a_window_may_be_released_before_its_labels_come() -> None:
    """They then count as those of any other window."""
    scenario = Scenario().start().closed(missing=BROKEN).ask("release", window=7).labels()
    assert scenario.state.trainable[-1] == 7
    assert scenario.state.aside == ()


def test_windows_stay_in_order() -> None:
    """The newest trainable window is the newest, whatever was released last."""
    scenario = Scenario().start().closed(missing=BROKEN).labels().windows(1).ask("release", window=7)
    assert scenario.state.trainable[-2:] == (7, 8)


def test_only_what_is_in_quarantine_can_be_released() -> None:
    """Anything else is told and changes nothing; so is a release that is heard twice."""
    scenario = Scenario().start().window().ask("release", window=7).ask("release", window=99)
    assert [one.sentence for one in scenario.actions if isinstance(one, Notify)] == [
        "window 7 is not in quarantine: nothing to release",
        "window 99 is not in quarantine: nothing to release",
    ]
    twice = Scenario().start().closed(missing=BROKEN).ask("release", window=7)
    assert not twice.take(twice.heard[-1]).last.decisions


def test_answers_that_break_a_rule_stay_out_where_the_owner_says_so() -> None:
    """It is told at once, without a window; every training order from then on names the rule."""
    scenario = Scenario(ruled(quarantine=True)).start().rule(broken=5, name="positive")
    [kept] = [one for one in scenario.last.actions if isinstance(one, Quarantine)]
    assert (kept.rows, scenario.state.quarantined) == (5, ())
    assert kept.because[0].endswith("such answers do not train until they are corrected")
    assert [one.name for one in scenario.until_training().wanted(Train).order.kept_out] == ["positive"]
    scenario.rule(broken=5, name="positive")
    assert not scenario.last.actions, "an episode is told once"


def test_a_rule_without_quarantine_leaves_nothing_out() -> None:
    """Breaking it is an alert, and no more."""
    scenario = Scenario(ruled(quarantine=False)).start().rule(broken=5, name="positive")
    assert scenario.kinds == ["Notify"]
    assert scenario.until_training().wanted(Train).order.kept_out == ()
