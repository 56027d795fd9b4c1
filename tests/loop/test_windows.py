"""A window closes, its labels come, a rule breaks: does the loop want what it should, and nothing else?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from trueup.loop.actions import Notify, Quarantine, Train
from trueup.loop.events import CoreUpgraded, LabelsMatured, PolicyChanged
from trueup.loop.intake import LateRowsCounted
from trueup.loop.policy import Mode, Rule, Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS, USELESS

MODES: Final[tuple[Mode, ...]] = ("observe", "suggest", "act")


# ---- windows and labels


def test_nothing_is_a_decision_too() -> None:
    """A tick with news writes down that nothing is to be done, and what would have changed it."""
    scenario = Scenario().start().window()

    decision = scenario.last.decisions[0]
    assert (decision.remedy, bool(decision.headline), bool(decision.otherwise)) == ("nothing", True, True)


def test_a_tick_without_news_decides_nothing() -> None:
    """The clock alone is no reason to write."""
    assert not Scenario().start().window().tick().last.decisions


def test_every_decision_says_what_would_have_changed_it() -> None:
    """Whatever happens, `otherwise` is never empty."""
    scenario = Scenario(replace(PLAIN, mode="suggest")).start(USELESS)
    scenario.until_asked().answer(granted=True).trained(USELESS - 0.01).answer(granted=True).loaded().exposed()
    scenario.errors["v2"] = 0.9
    scenario.closed().labels(0.9).answer(granted=True)

    assert "restore v1" in scenario.remedies
    assert all(one.otherwise for step in scenario.steps for one in step.decisions)


def test_broken_data_is_kept_out_for_good() -> None:
    """A quarantined window never trains, never counts as evidence and never becomes a reference."""
    scenario = Scenario().start().closed(missing=ROWS // 2)
    watch = scenario.state.watch
    assert scenario.kinds == ["Quarantine", "Notify"]
    assert isinstance(scenario.last.actions[0], Quarantine)

    scenario.labels()
    assert 7 not in scenario.state.trainable
    assert scenario.last.actions == ()
    assert (scenario.state.fresh_labels, scenario.state.served) == (False, ())
    assert scenario.state.watch == watch
    assert not scenario.tick().last.decisions, "the quarantine was the decision"


def test_a_quarantine_does_not_hide_what_else_came_in() -> None:
    """Labels of an older window are decided on although the newest window is in quarantine."""
    scenario = Scenario().start().closed().closed(missing=ROWS // 2).labels().tick()

    assert scenario.remedies[-2:] == ("quarantine", "nothing")


def test_no_training_starts_while_the_newest_window_is_in_quarantine() -> None:
    """Broken data holds a training that is due."""
    scenario = Scenario().start().windows(2).closed(missing=ROWS // 2).tick()

    assert scenario.state.training is None
    assert "the newest window is in quarantine" in scenario.last.decisions[0].held


def test_what_stays_broken_is_a_changed_world() -> None:
    """After three windows a column that is missing more than before is the new usual, and is no longer kept out."""
    scenario = Scenario().start()
    for _ in range(4):
        scenario.closed(missing=ROWS // 2)

    assert scenario.state.quarantined == (7, 8, 9)


def test_a_moved_column_is_told_once() -> None:
    """An episode is one alert, however many windows it lasts."""
    scenario = Scenario(replace(PLAIN, decide=replace(PLAIN.decide, triggers=()))).start()
    for _ in range(6):
        scenario.closed(low=600)

    alerts = [one for one in scenario.actions if isinstance(one, Notify) and one.kind == "drift"]
    assert [one.subject for one in alerts] == ["x"]
    assert scenario.labels().tick().last.decisions[0].headline.startswith("nothing: x moved (major)")


def test_every_line_learns_from_a_windows_labels() -> None:
    """What answers, or may have to again, is re-weighed and recalibrated at once, in suggest too."""
    for mode, expected in zip(MODES, ([], ["Adjust"], ["Adjust"]), strict=True):
        scenario = Scenario(replace(PLAIN, mode=mode)).start().closed().labels()
        assert scenario.kinds == expected
        assert scenario.state.lines[0].calibration.slope > 1.0


def test_a_score_that_points_the_wrong_way_is_said_aloud_once() -> None:
    """A recalibration never turns a score round: at the floor there is one alert."""
    scenario = Scenario().start().window()
    scenario.errors["v1"] = 0.9
    scenario.windows(6)

    told = [one for one in scenario.actions if isinstance(one, Notify) and one.kind == "calibration"]
    assert len(told) == 1
    assert scenario.state.lines[0].calibration.slope == 0.0


def test_a_champion_below_the_naive_rival_is_a_state_of_its_own() -> None:
    """It is told when it begins, and only then."""
    scenario = Scenario().start().window()
    scenario.errors["v1"] = 0.7
    scenario.closed().labels().closed().labels()

    told = [one for one in scenario.actions if isinstance(one, Notify) and one.kind == "rival"]
    assert len(told) == 1
    assert scenario.state.below_rival


def test_a_sudden_rise_of_the_loss_trains_at_once_and_is_judged_by_half_a_window() -> None:
    """The alarm does not wait for the cadence, and what came before the change does not judge."""
    scenario = Scenario().start().windows(2).window(0.4)

    order = scenario.wanted(Train).order
    assert (order.kind, order.judge, order.judge_half) == ("alarm", 9, True)
    assert any(isinstance(one, Notify) and one.kind == "performance" for one in scenario.actions)


def test_labels_without_any_label_teach_nothing() -> None:
    """A window nobody labelled is passed over; it is no training data and no news."""
    empty = Scenario().start().closed()
    before = empty.state
    empty.unlabelled()

    assert empty.state.matured == 7
    assert empty.state.trainable == before.trainable
    assert not empty.last.actions


def test_labels_of_a_window_that_is_still_open_wait() -> None:
    """Nothing is judged before its inputs were looked at."""
    ahead = Scenario().start().closed().labels()
    event = ahead.heard[-1]
    early = Scenario().start()

    assert early.take(event).state.matured == 6
    assert not early.last.actions


def test_late_rows_are_only_told() -> None:
    """Evidence stays as it was."""
    scenario = Scenario().start().take(LateRowsCounted(time=700.0, window=6, rows=12))

    assert scenario.kinds == ["Notify"]
    assert not scenario.state.news


def test_another_metric_starts_anew() -> None:
    """Losses of two metrics never meet in one level, gain or blend."""
    scenario = Scenario().start().promoted().windows(2)
    other = replace(PLAIN, metric="brier")
    assert scenario.state.freshness.gains
    scenario.take(PolicyChanged(time=scenario.now, policy=other, text_hash="", code_hash=""))

    state = scenario.state
    assert (state.metric, state.served, state.freshness.gains, state.level.usual) == ("brier", (), (), ())
    assert not any(line.track for line in state.lines)


def test_another_core_changes_nothing_by_itself() -> None:
    """An upgrade is written down; what it changes shows in later events."""
    scenario = Scenario().start()
    assert scenario.take(CoreUpgraded(time=1.0, version="2")).last.actions == ()


# ---- rules


RULES = replace(
    PLAIN,
    monitor=replace(PLAIN.monitor, rules=(Rule(name="is_probability", expect="score BETWEEN 0 AND 1"),)),
    decide=replace(PLAIN.decide, triggers=(Trigger(name="rule"),)),
)


def test_a_broken_rule_is_judged_at_once_and_once() -> None:
    """More than allowed is a major alert and a reason; the same count heard twice is one."""
    scenario = Scenario(RULES).start().rule(broken=5)
    assert [one.severity for one in scenario.last.actions if isinstance(one, Notify)] == ["major"]
    scenario.take(scenario.heard[-1])
    assert not scenario.last.actions

    assert scenario.tick().remedies[-1] == "nothing", "too few labels since the last training"
    assert "is_probability" in scenario.last.decisions[0].headline


def test_a_rule_broken_as_often_as_allowed_is_only_told() -> None:
    """One in a hundred is a minor alert and no reason."""
    scenario = Scenario(RULES).start().rule(broken=1)
    assert [one.severity for one in scenario.last.actions if isinstance(one, Notify)] == ["minor"]
    assert not scenario.tick().last.decisions


def test_a_rule_that_nobody_asked_for_is_ignored() -> None:
    """A count of a rule that is not in the policy changes nothing."""
    scenario = Scenario(RULES).start().rule(broken=50, name="gone")
    assert not scenario.last.actions


# ---- evidence that is not there


def test_a_line_without_evidence_stays_as_it_was() -> None:
    """Nothing is learnt about a version that was not scored; a served metric that is undefined sets no level."""
    scenario = Scenario().start().promoted().closed()
    full = Scenario().start().promoted().closed().labels().heard[-1]
    assert isinstance(full, LabelsMatured)
    before = scenario.state
    scenario.take(replace(full, lines=(), pairs=(), served=None))

    assert scenario.state.lines == before.lines
    assert (scenario.state.level, scenario.state.armed) == (before.level, before.armed)
    assert scenario.state.trainable[-1] == full.window.number


def test_a_challenger_in_shadow_waits_for_its_pair() -> None:
    """A window on which it could not be compared does not count as one of its two."""
    scenario = Scenario().start(USELESS).in_shadow().closed()
    full = Scenario().start(USELESS).in_shadow().closed().labels().heard[-1]
    assert isinstance(full, LabelsMatured)
    scenario.take(replace(full, pairs=()))
    assert scenario.state.release is not None
    assert scenario.state.release.windows == 0


def test_two_lines_of_the_same_age_say_nothing_about_freshness() -> None:
    """A gain needs an age."""
    scenario = Scenario().start().promoted()
    same = tuple(replace(line, trained_after=9) for line in scenario.state.lines)
    scenario.state = replace(scenario.state, lines=same)
    assert not scenario.closed().labels().state.freshness.gains
