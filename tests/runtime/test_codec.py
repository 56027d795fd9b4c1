"""Is what is written read back as it was, for ever?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, get_args

import pytest

from trueup.errors import Corrupted
from trueup.loop.actions import Action, Notify
from trueup.loop.events import (
    ActionsDone,
    ClockStruck,
    CoreUpgraded,
    Event,
    LabelsCounted,
    PersonAsked,
    PolicyChanged,
    TrainingFinished,
    WindowClosed,
)
from trueup.loop.intake import EarlyRowsCounted, LateRowsCounted, RowsMissed, SchemaMisfit, SkewMeasured
from trueup.loop.monitor.outliers import FarRows
from trueup.loop.monitor.pace import Waits
from trueup.loop.monitor.score import ScoreRows
from trueup.loop.monitor.skew import SkewCount
from trueup.loop.policy import Trigger
from trueup.loop.state import State
from trueup.loop.step import Step
from trueup.runtime import codec
from trueup.testing.scenario import Scenario
from trueup.testing.toy import EDGES, PLAIN, ROWS, profile, slice_of

if TYPE_CHECKING:
    from trueup.loop.window import Window


def lives() -> tuple[Scenario, ...]:
    """Histories in which every event and every action happens."""
    ruled = replace(PLAIN, monitor=replace(PLAIN.monitor, rules=()), mode="suggest")
    one = Scenario().start().promoted(0.15)
    one.errors["v2"] = 0.45
    one.window().closed(missing=ROWS // 2).rule(5).ask("train").tick().failed()
    one.take(LateRowsCounted(time=one.now, window=9, rows=3))
    one.take(EarlyRowsCounted(time=one.now, rows=3, by=9.0))
    one.take(RowsMissed(time=one.now, since=2.0, usual=0.1, longest=1.0))
    one.take(SchemaMisfit(time=one.now, column="x", how="vanished", rows=3))
    one.take(SkewMeasured(time=one.now, source="a", above=0.01, counts=(SkewCount(column="x", rows=50, differing=9),)))
    one.take(_measured(slice_of(one.state.closed + 1)))
    one.take(ActionsDone(time=one.now, actions=("3.1", "3.2")))
    one.take(CoreUpgraded(time=one.now, version="2"))
    other = Scenario(ruled).start()
    while not other.state.pending:
        other.window()
    other.answer(granted=True).trained(0.1).answer(granted=True).broken()
    other.take(LabelsCounted(time=other.now, window=other.state.windows[-1], rows=ROWS, labelled=3))
    return one, other


def _measured(window: Window) -> WindowClosed:
    """A window with everything that may be absent."""
    far = FarRows(model="f" * 64, rows=ROWS, far=9, reference=6 * ROWS, columns=("x",), usual=((ROWS, 10),))
    score = ScoreRows(version="v1", edges=EDGES, profile=profile())
    waits = Waits(since=window.start, end=window.end, typical=0.1, longest=1.0)
    return WindowClosed(
        time=window.end, window=window, profile=profile(), fine="", outliers=far, score=score, waits=waits
    )


STEPS = [pair for life in lives() for pair in zip(life.heard, life.steps, strict=True)]


def written(event: Event | None = None) -> dict[str, Any]:
    """An entry as plain JSON."""
    text = codec.encode(event or ClockStruck(time=1.0), Step(state=State()))
    found = json.loads(text)
    assert isinstance(found, dict)
    return found


def test_every_kind_of_event_and_action_is_tested_here() -> None:
    """A new kind is one more line in `lives`."""
    assert {type(event) for event, _ in STEPS} == set(get_args(Event))
    assert {type(action) for _, step in STEPS for action in step.actions} == set(get_args(Action))


@pytest.mark.parametrize("kind", [kind.__name__ for kind in (*get_args(Event), *get_args(Action))])
def test_a_record_comes_back_as_it_went_in(kind: str) -> None:
    """Event, actions and decisions, through text."""
    for event, step in STEPS:
        kinds = {type(one).__name__ for one in (event, *step.actions)}
        if kind in kinds:
            found = codec.decode(codec.encode(codec.normal(event), step))
            assert found.event == codec.normal(event)
            again = codec.decode(codec.encode(found.event, replace(step, actions=found.actions)))
            assert [type(action) for action in found.actions] == [type(action) for action in step.actions]
            assert again == found


def test_the_text_is_canonical() -> None:
    """Equal records are equal text, keys in order: the hash of an entry depends on nothing else."""
    for event, step in STEPS:
        text = codec.encode(codec.normal(event), step)
        found = codec.decode(text)
        once = replace(step, actions=found.actions, decisions=found.decisions)
        assert codec.encode(found.event, once) == text
        assert list(json.loads(text)) == ["actions", "decisions", "event"]


def test_an_owners_settings_keep_their_kind() -> None:
    """Words stay words and numbers numbers, in the same field."""
    trigger = Trigger(name="drift", settings=(("above", 0.25), ("column", "3"), ("windows", 3.0)))
    policy = replace(PLAIN, decide=replace(PLAIN.decide, triggers=(trigger,)))
    event = codec.normal(PolicyChanged(time=0.0, policy=policy, text_hash="t", code_hash="c"))
    assert isinstance(event, PolicyChanged)
    assert event.policy == policy


FINISHED = next(event for event, _ in STEPS if isinstance(event, TrainingFinished))


def test_numbers_are_rounded_before_the_core_sees_them_and_moments_are_not() -> None:
    """Twelve significant digits are the same on every machine; a moment is data, and exact."""
    found = codec.normal(replace(FINISHED, time=1 / 3, cpu_seconds=1 / 3))
    assert isinstance(found, TrainingFinished)
    assert found.time == 1 / 3
    assert found.cpu_seconds == 0.333333333333
    assert codec.normal(found) == found


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_refused(value: float) -> None:
    """Neither a moment nor a result may be infinite or undefined: JSON would make nothing of it."""
    for event in (replace(FINISHED, time=value), replace(FINISHED, cpu_seconds=value)):
        with pytest.raises(Corrupted, match="is not finite"):
            codec.normal(event)


def test_an_unknown_kind_is_named() -> None:
    """With the kinds that this trueup knows."""
    entry = written()
    entry["event"]["record"] = "Earthquake"
    with pytest.raises(Corrupted, match=r"a record of kind 'Earthquake'.*ClockStruck"):
        codec.decode(json.dumps(entry))


def test_an_action_is_no_event() -> None:
    """A record stands only where its kind belongs."""
    entry = written()
    entry["actions"] = [entry["event"]]
    with pytest.raises(Corrupted, match="'ClockStruck'"):
        codec.decode(json.dumps(entry))


def test_a_field_of_another_type_is_named() -> None:
    """The message says which field."""
    entry = written()
    entry["event"]["time"] = "noon"
    with pytest.raises(Corrupted, match=r"kind ClockStruck.*\$\.time"):
        codec.decode(json.dumps(entry))


def test_a_wish_nobody_knows_is_refused() -> None:
    """What a person may ask for is a closed list."""
    entry = written(PersonAsked(time=0.0, wish="train", who="the operator", note=""))
    entry["event"]["wish"] = "explode"
    with pytest.raises(Corrupted, match="PersonAsked"):
        codec.decode(json.dumps(entry))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"event": {}, "actions": [], "decisions": []}',
        '{"event": 5, "actions": [], "decisions": []}',
        '{"event": {"record": "ClockStruck", "v": 1, "time": 0.0}, "actions": 5, "decisions": []}',
        '{"event": {"record": "ClockStruck", "v": 1, "time": 0.0}, "actions": [7], "decisions": []}',
    ],
)
def test_what_is_no_entry_is_called_corrupted(text: str) -> None:
    """Whatever stands there, it is one error of ours."""
    with pytest.raises(Corrupted, match="a journal entry"):
        codec.decode(text)


# ---- old records


LIFTS = codec.Lifts(
    upgrades={
        ("ClockStruck", 1): lambda old: {"moment": old["hour"] * 3600.0},
        ("ClockStruck", 2): lambda old: {"time": old["moment"]},
    },
    versions={"ClockStruck": 3},
)


def test_an_old_record_is_lifted_step_by_step() -> None:
    """Version 1 counted hours, version 2 called the field otherwise; both read as today's."""
    entry = written()
    entry["event"] = {"record": "ClockStruck", "v": 1, "hour": 2}
    assert codec.decode(json.dumps(entry), lifts=LIFTS).event == ClockStruck(time=7200.0)
    entry["event"] = {"record": "ClockStruck", "v": 2, "moment": 60.0}
    assert codec.decode(json.dumps(entry), lifts=LIFTS).event == ClockStruck(time=60.0)
    entry["event"] = {"record": "ClockStruck", "v": 3, "time": 1.0}
    assert codec.decode(json.dumps(entry), lifts=LIFTS).event == ClockStruck(time=1.0)


def test_a_newer_record_is_refused() -> None:
    """An older trueup never guesses what a newer one meant."""
    entry = written()
    entry["event"]["v"] = 2
    with pytest.raises(Corrupted, match=r"ClockStruck of version 2.*newer trueup; this one knows 1"):
        codec.decode(json.dumps(entry))


def test_every_version_has_its_upgrades() -> None:
    """A kind whose version was raised can be read from its first version on."""
    for kind, version in codec.VERSIONS.items():
        assert all((kind, old) in codec.UPGRADES for old in range(1, version))


def test_a_notice_keeps_its_words() -> None:
    """Letters beyond ASCII come back."""
    notice = Notify(
        id="1.1", number=1, kind="drift", severity="major", subject="größe", sentence="größe moved ±2 σ", window=3
    )
    step = Step(state=State()).then(notice)
    assert codec.decode(codec.encode(ClockStruck(time=0.0), step)).actions == (notice,)
