"""Do triggers speak only when they have a reason, and do holds hold?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from trueup.loop.decide.decision import choose, nothing_otherwise, nothing_sentence
from trueup.loop.decide.freshness import Freshness, Worth
from trueup.loop.decide.holds import holds
from trueup.loop.decide.situation import Run, Served, Situation
from trueup.loop.decide.triggers import TRIGGERS
from trueup.loop.monitor.alert import Alert
from trueup.loop.monitor.label_watch import LabelWatch
from trueup.loop.monitor.level import Level
from trueup.loop.monitor.limit import Beyond, Limit
from trueup.loop.policy import DecidePolicy, Hold, Trigger
from trueup.testing.toy import slice_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.decide.reason import Reason

POLICY: Final = DecidePolicy()
USUAL: Final = Level(usual=(0.2, 0.2, 0.2), mean=0.8, windows=3, newest=0.2)
CALM: Final = Situation(
    time=1000.0,
    window=10,
    fresh_labels=True,
    freshness=Freshness(tokens=3.0, trained_after=9),
    worth=Worth(rate=0.0133, upper=0.0133, interval=3.0),
    level=USUAL,
    served=tuple(Served(window=number, value=0.8, low=0.77, high=0.83) for number in (8, 9, 10)),
    alerts=(),
    broken_rules=(),
    runs=(Run(time=900.0, cpu_seconds=2.0),),
    labels_since=1000,
    busy="",
    replaceable=False,
    quarantined=False,
)


def alert(column: str, severity: str = "major") -> Alert:
    """A column that moved."""
    return Alert(
        number=1,
        window=slice_of(10),
        column=column,
        kind="location",
        severity="minor" if severity == "minor" else "major",
        sentence=f"{column} moved",
        value=0.7,
        usual=0.5,
        p=1e-9,
        psi=0.5,
        opened=True,
    )


def limited(**settings: str | float) -> Trigger:
    """The owner's own limit on a column."""
    return Trigger(name="drift", settings=tuple(sorted(settings.items())))


MIXED: Final = LabelWatch(edges=(), unit=1.0, level=(), quiet=(), course=(0.3,))
RISEN: Final = replace(USUAL, newest=0.26, rise=0.06)
# each trigger beside the one thing that makes it speak
SPEAKING: Final[Mapping[str, tuple[Trigger, Situation]]] = {
    "drift": (Trigger(name="drift"), replace(CALM, alerts=(alert("age"),), level=RISEN)),
    "freshness": (Trigger(name="freshness"), replace(CALM, freshness=Freshness(tokens=3.0, trained_after=7))),
    "label_shift": (Trigger(name="label_shift", settings=(("above", 0.1),)), replace(CALM, outcomes=MIXED)),
    "ood": (Trigger(name="ood"), replace(CALM, far=(0.02, 0.3, 0.2))),
    "rule": (Trigger(name="rule"), replace(CALM, broken_rules=("is_probability",))),
    "schedule": (Trigger(name="schedule", settings=(("every", 100.0),)), replace(CALM, time=1000.0)),
    "slo": (Trigger(name="slo", settings=(("at_least", 0.9), ("windows", 2.0))), CALM),
}
CALMED: Final[Mapping[str, Trigger]] = {
    **{name: trigger for name, (trigger, _) in SPEAKING.items()},
    "schedule": Trigger(name="schedule", settings=(("every", 101.0),)),
    "slo": Trigger(name="slo", settings=(("at_least", 0.5), ("windows", 2.0))),
}


def speak(trigger: Trigger, situation: Situation) -> Reason | None:
    """What one trigger says."""
    return TRIGGERS[trigger.name](situation, trigger, POLICY)


# ---- what every trigger keeps


def test_every_trigger_is_tested_here() -> None:
    """A new trigger is one more line in these tables."""
    assert SPEAKING.keys() == CALMED.keys() == TRIGGERS.keys()


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_is_silent_in_a_calm_situation(name: str) -> None:
    """Nothing moved, nothing is due: no reason."""
    assert speak(CALMED[name], CALM) is None


def test_more_or_fewer_rows_are_nothing_to_learn() -> None:
    """An alert on the number of rows is for people."""
    rows = replace(alert("rows"), kind="rows")
    assert speak(Trigger(name="drift"), replace(CALM, alerts=(rows,), level=RISEN)) is None


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_gives_a_reason_on_its_own(name: str) -> None:
    """One thing is enough, and it says which, and what would have kept it silent."""
    trigger, situation = SPEAKING[name]
    reason = speak(trigger, situation)
    assert reason is not None
    assert (reason.trigger, bool(reason.sentence), bool(reason.otherwise)) == (name, True, True)
    assert choose(situation, replace(POLICY, triggers=(trigger,), hold=Hold())).train


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_reason_is_held_while_a_training_runs(name: str) -> None:
    """Whatever the reason, there is one training at a time."""
    trigger, situation = SPEAKING[name]
    choice = choose(replace(situation, busy="training v2"), replace(POLICY, triggers=(trigger,)))
    assert (choice.train, choice.held) == (False, ("training v2 is in flight",))


@pytest.mark.parametrize("name", TRIGGERS)
def test_a_trigger_judges_each_label_once(name: str) -> None:
    """What rests on labels speaks only when there are new ones; calendar, rules and staleness need none."""
    trigger, situation = SPEAKING[name]
    again = speak(trigger, replace(situation, fresh_labels=False))
    assert (again is None) == (name in {"drift", "label_shift", "slo"})


# ---- each one's own


def test_a_moved_column_without_harm_is_no_reason() -> None:
    """Most moves are harmless; minor ones never count."""
    assert speak(Trigger(name="drift"), replace(CALM, alerts=(alert("age"),))) is None
    assert speak(Trigger(name="drift"), replace(CALM, alerts=(alert("age", "minor"),), level=RISEN)) is None
    many = replace(CALM, alerts=tuple(alert(name) for name in "abcde"), level=RISEN)
    reason = speak(Trigger(name="drift"), many)
    assert reason is not None
    assert "a, b, c and 2 more moved" in reason.short
    assert speak(Trigger(name="drift"), replace(many, level=Level())) is None


def test_an_owners_limit_is_a_reason_until_a_training_has_begun() -> None:
    """One episode is one reason; a column beyond another limit says nothing here."""
    trigger = limited(column="age", metric="psi", above=0.25, windows=2.0)
    limit = Limit(metric="psi", above=0.25, column="age", times=2, windows=2)
    beyond = Beyond(limit=limit, column="age", opened=9, value=0.26)

    assert speak(trigger, CALM) is None
    assert speak(trigger, replace(CALM, beyond=(replace(beyond, trained=True),))) is None
    assert speak(limited(column="age", metric="psi", above=0.3), replace(CALM, beyond=(beyond,))) is None
    reason = speak(trigger, replace(CALM, beyond=(beyond,)))
    assert reason is not None
    assert reason.sentence == "its psi is 0.26, beyond the limit 0.25 for 2 windows"
    many = speak(trigger, replace(CALM, beyond=(beyond, replace(beyond, column="balance"))))
    assert many is not None
    assert many.short == "age and 1 more are beyond their limit"


def test_an_alarm_speaks_before_the_cadence() -> None:
    """A fall of the served metric does not wait until a training is due."""
    fallen = replace(CALM, level=replace(USUAL, newest=0.4, rise=0.2, alarm=True))
    reason = speak(Trigger(name="freshness"), fallen)
    assert reason is not None
    assert reason.urgent
    assert reason.gain == pytest.approx(0.25)
    assert "rose from 0.2 to 0.4" in reason.sentence


def test_an_objective_is_missed_only_for_sure() -> None:
    """The whole interval must lie beyond it, on either side, for so many windows."""
    below = Trigger(name="slo", settings=(("at_least", 0.82),))
    assert speak(below, CALM) is None
    above = Trigger(name="slo", settings=(("at_most", 0.7), ("windows", 3.0)))
    assert speak(above, CALM) is not None
    assert speak(above, replace(CALM, served=CALM.served[1:])) is None
    assert speak(Trigger(name="slo"), CALM) is None


def test_a_rule_trigger_may_name_its_rule() -> None:
    """Other rules are other triggers' business."""
    named = Trigger(name="rule", settings=(("name", "is_positive"),))
    assert speak(named, replace(CALM, broken_rules=("is_probability",))) is None
    assert speak(named, replace(CALM, broken_rules=("is_positive",))) is not None


def test_a_calendar_needs_a_first_run_and_a_date() -> None:
    """Without either there is nothing to count from."""
    assert speak(Trigger(name="schedule"), CALM) is None
    assert speak(Trigger(name="schedule", settings=(("every", 1.0),)), replace(CALM, runs=())) is None


def test_a_failed_training_does_not_put_the_calendar_off() -> None:
    """A month without a model is not the next month's business."""
    monthly = Trigger(name="schedule", settings=(("every", 100.0),))
    failed = (Run(time=800.0, cpu_seconds=2.0), Run(time=950.0, cpu_seconds=2.0, failed=True))
    assert speak(monthly, replace(CALM, runs=failed)) is not None
    assert speak(monthly, replace(CALM, runs=failed[1:])) is None


# ---- holds


def reason(*, urgent: bool) -> tuple[Reason, ...]:
    """A reason to train."""
    trigger, situation = SPEAKING["slo" if urgent else "freshness"]
    found = speak(trigger, situation)
    assert found is not None
    return (found,)


def held(situation: Situation, hold: Hold, *, urgent: bool = True) -> tuple[str, ...]:
    """What speaks against it."""
    return holds(situation, reason(urgent=urgent), replace(POLICY, hold=hold))


OFF: Final = Hold(min_labels=0)


@pytest.mark.parametrize(
    ("situation", "hold", "words"),
    [
        (replace(CALM, quarantined=True), OFF, "quarantine"),
        (CALM, replace(OFF, cooldown=2), "cooldown: 1 of 2 windows"),
        (CALM, Hold(min_labels=1001), "only 1000 of 1001 labels"),
        (CALM, replace(OFF, runs=1, runs_per=200.0), "1 of 1 trainings of the period"),
        (replace(CALM, runs=(Run(time=950.0, cpu_seconds=90.0),) * 2), replace(OFF, cpu_minutes=3.0, cpu_per=100.0),
         "3.0 of 3 CPU minutes"),
        (replace(CALM, freshness=Freshness(tokens=0.9, trained_after=9)), OFF, "budget is spent (0.90 of 1"),
        (replace(CALM, busy="v2 in canary"), OFF, "v2 in canary is in flight"),
    ],
)  # fmt: skip
def test_each_hold_holds_with_its_figures(situation: Situation, hold: Hold, words: str) -> None:
    """A reason that is held says by what, and by how much."""
    found = held(situation, hold)
    assert len(found) == 1
    assert words in found[0]


def test_nothing_is_held_where_nothing_speaks_against_it() -> None:
    """Limits that are met, or not set, are silent; runs of another period do not count."""
    assert held(CALM, OFF) == ()
    assert held(CALM, replace(OFF, cooldown=1, runs=1, runs_per=100.0, cpu_minutes=1.0, cpu_per=50.0)) == ()


def test_what_can_wait_leaves_the_reserve() -> None:
    """The last token is for a sudden change."""
    one = replace(CALM, freshness=Freshness(tokens=1.5, trained_after=7))
    assert held(one, OFF, urgent=True) == ()
    assert "1.50 of 2 trainings in hand, 1 of it kept" in held(one, OFF, urgent=False)[0]


def test_only_what_is_urgent_replaces_a_challenger_in_shadow() -> None:
    """A refresh waits for it."""
    shadow = replace(CALM, busy="v2 in shadow", replaceable=True)
    assert held(shadow, OFF, urgent=True) == ()
    assert held(shadow, OFF, urgent=False) == ("v2 in shadow is in flight",)


# ---- the choice, and how it is told


def test_an_urgent_reason_is_told_first() -> None:
    """Whatever the order of the triggers, what cannot wait comes first."""
    both = replace(CALM, freshness=Freshness(tokens=1.5, trained_after=7), broken_rules=("is_probability",))
    choice = choose(both, replace(POLICY, triggers=(Trigger(name="freshness"), Trigger(name="rule")), hold=OFF))
    assert [one.trigger for one in choice.reasons] == ["rule", "freshness"]
    assert choice.train, "an urgent reason may spend what the other one may not"


def test_nothing_is_told_with_its_reason() -> None:
    """A calm world, a moved column, a loss that stays high, and a hold each read differently."""
    calm = choose(CALM, POLICY)
    assert nothing_sentence(CALM, calm) == "nothing: no alert stands, the metric is as usual and no training is due"
    assert nothing_otherwise(CALM, calm).endswith("by its age alone one pays in 2 windows")
    moved = replace(CALM, alerts=(alert("age"),))
    assert "age moved (major), but the metric is as usual" in nothing_sentence(moved, calm)
    high = replace(CALM, fresh_labels=False, level=replace(USUAL, alarm=True))
    assert "the performance alarm stands" in nothing_sentence(high, choose(high, POLICY))
    useless = replace(CALM, worth=Worth(rate=-0.1, upper=0.0, interval=float("inf")))
    assert "age" not in nothing_otherwise(useless, calm)


def test_a_held_training_says_what_held_it() -> None:
    """The hold is in the sentence, and in what would have changed it."""
    due = replace(SPEAKING["freshness"][1], quarantined=True)
    choice = choose(due, POLICY)
    assert "but the newest window is in quarantine" in nothing_sentence(due, choice)
    assert nothing_otherwise(due, choice).startswith("without the hold (the newest window is in quarantine)")
