"""Is a moved mix of labels told once, in words, and does a champion that has learnt it end the matter?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from trueup.loop.actions import Notify
from trueup.loop.feedback.returned import Returned
from trueup.loop.monitor.label_shift import Setting, look, rebase, start
from trueup.loop.monitor.mix import Mix, moved, worth_a_word
from trueup.loop.policy import MonitorPolicy, Trigger
from trueup.loop.schema import Schema
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, slice_of

if TYPE_CHECKING:
    from trueup.loop.monitor.label_watch import LabelWatch
    from trueup.loop.policy import Policy

NUMBER = Schema(task="regression", label="minutes", features=())
TWO = Schema(task="binary", label="y", features=(), classes=("no", "yes"))
EDGES = (1.0, 2.0, 3.0)
BUDGET = MonitorPolicy().windows_per_alert("outcomes")


def with_trigger(**settings: float) -> Policy:
    """The plain policy, with label shift as its only reason to act."""
    trigger = Trigger(name="label_shift", settings=tuple(sorted(settings.items())))
    return replace(PLAIN, decide=replace(PLAIN.decide, triggers=(trigger,)))


def told(scenario: Scenario) -> list[Notify]:
    """The label alerts so far."""
    return [one for one in scenario.actions if isinstance(one, Notify) and one.kind == "label"]


def shifted(scenario: Scenario, windows: int, positive: int = 700) -> Scenario:
    """So many windows in which more labels are positive."""
    for _ in range(windows):
        scenario.closed().labels(positive=positive).tick()
    return scenario


def watched(days: int, counts: tuple[int, ...], edges: tuple[float, ...] = ()) -> LabelWatch:
    """A watch over so many equal windows."""
    one = Returned(rows=sum(counts), labelled=sum(counts), counts=counts, edges=edges, unit=100.0)
    watch = start((one,) * days, tuple(slice_of(number + 1) for number in range(days)))
    assert watch is not None
    return watch


def test_an_episode_is_told_once_in_the_owners_words() -> None:
    """Three windows of a moved mix open one alert on the label, with its class and both shares; more of them none."""
    scenario = shifted(Scenario().start(), 3)

    [alert] = told(scenario)
    assert (alert.subject, alert.severity) == ("y", "moderate")
    assert (
        alert.sentence == 'y came in another mix: "yes" 50 % -> 70 % of labels (psi 0.17 in 1,000 labels of window #9)'
    )
    assert len(told(shifted(scenario, 3))) == 1


def test_an_episode_that_ended_may_come_again() -> None:
    """After three quiet windows the incident is closed, and the same move is a new one."""
    scenario = shifted(Scenario().start(), 3)
    shifted(scenario, 3, positive=500)
    assert scenario.state.outcomes is not None
    assert scenario.state.outcomes.incident is None

    assert len(told(shifted(scenario, 3))) == 2


def test_label_shift_trains_once_and_the_new_champion_has_learnt_it() -> None:
    """The trigger asks for one training an episode; a promotion makes the new mix the usual one."""
    scenario = shifted(Scenario(with_trigger()).start(), 3)
    assert scenario.remedies[-1] == "train v2"
    assert any('"yes" 50 % -> 70 %' in reason for reason in scenario.last.decisions[-1].reasons)

    scenario.trained(0.15).loaded().exposed()
    shifted(scenario, 6)
    assert scenario.remedies.count("train v2") == 1
    assert "train v3" not in scenario.remedies
    assert len(told(scenario)) == 1


def test_the_owners_own_limit_needs_its_windows_in_a_row() -> None:
    """`{above: 0.1, for: 3 windows}` trains after the third window beyond it; a dip starts the count anew."""
    scenario = Scenario(with_trigger(above=0.1, windows=3.0)).start()
    shifted(scenario, 2)
    shifted(scenario, 1, positive=500)
    shifted(scenario, 2)
    assert "train v2" not in scenario.remedies

    shifted(scenario, 1)
    assert scenario.remedies[-1] == "train v2"
    assert scenario.last.decisions[-1].otherwise == "had the labels' psi kept 0.1"


def test_without_the_trigger_an_alert_trains_nothing() -> None:
    """A moved mix by itself is told, and no reason to act unless the owner says so."""
    policy = replace(PLAIN, decide=replace(PLAIN.decide, triggers=(Trigger(name="schedule"),)))
    assert not [one for one in shifted(Scenario(policy).start(), 5).remedies if one == "train v2"]


def test_an_old_journal_begins_with_the_first_window_it_knows() -> None:
    """Where the history did not say which labels came, the first labelled window is what later ones are seen from."""
    scenario = Scenario().start()
    scenario.state = replace(scenario.state, outcomes=None)
    shifted(scenario, 1, positive=500)
    assert scenario.state.outcomes is not None
    assert [one.number for one in scenario.state.outcomes.level] == [7]


def test_numbers_are_told_by_the_value_they_grew_beyond() -> None:
    """A label that is a number is counted between the reference's deciles; the words say which value is passed."""
    assert moved(Mix(before=(0.25, 0.25, 0.25, 0.25), now=(100, 100, 400, 400)), NUMBER, EDGES) == (
        "labels above 2: 50 % -> 80 %"
    )
    assert moved(Mix(before=(1.0,), now=(50,)), NUMBER, ()) == "all labels are one number"


def test_other_edges_are_not_compared() -> None:
    """Labels that were counted on other edges than the reference's are not judged."""
    watch = watched(20, (250, 250, 250, 250), EDGES)
    other = Returned(rows=1000, labelled=1000, counts=(1000, 0, 0, 0), edges=(9.0, 10.0, 11.0), unit=100.0)
    assert (
        look(
            watch,
            slice_of(21),
            other,
            Setting(schema=NUMBER, budget=BUDGET, closed=21),
        ).watch.reading
        is None
    )


@pytest.mark.parametrize("labels", [0, 1, 19])
def test_thin_windows_say_nothing(labels: int) -> None:
    """Fewer than 20 labels are neither judged nor learnt, whatever they are."""
    watch = watched(20, (500, 500))
    thin = Returned(rows=1000, labelled=labels, counts=(0, labels), unit=100.0)
    seen = look(watch, slice_of(21), thin, Setting(schema=TWO, budget=BUDGET, closed=21))
    assert not seen.opened
    assert (seen.watch.reading, seen.watch.quiet) == (None, watch.quiet)


def test_windows_that_wait_for_labels_are_no_reference() -> None:
    """A history whose newest windows have next to no labels yet is learnt from the others."""
    full = Returned(rows=1000, labelled=800, counts=(400, 400), unit=100.0)
    late = Returned(rows=1000, labelled=10, counts=(10, 0), unit=100.0)
    watch = start((full, full, full, late), tuple(slice_of(number) for number in range(1, 5)))
    assert watch is not None
    assert [one.number for one in watch.level] == [1, 2, 3]
    assert start((), ()) is None


def test_a_new_level_is_that_of_the_windows_learnt() -> None:
    """A champion's own windows are its level; where none of them is known, the old level stays."""
    watch = watched(20, (500, 500))
    assert [one.number for one in rebase(watch, {18, 19, 20}).level] == [18, 19, 20]
    assert rebase(watch, {99}).level == watch.level


def test_a_rare_class_that_doubles_is_worth_a_word() -> None:
    """Fraud at 1 % that becomes 4 % moves by fewer than five points, and matters; 1.0 to 1.1 % does not."""
    assert worth_a_word(Mix(before=(0.99, 0.01), now=(960, 40)))
    assert not worth_a_word(Mix(before=(0.99, 0.01), now=(989, 11)))


def test_many_classes_are_told_apart_as_far_as_they_are_frequent() -> None:
    """A label of a thousand classes is judged by the frequent ones and all others together, and nothing breaks."""
    rng = np.random.default_rng(3)
    shares = rng.dirichlet(np.full(1000, 0.05))
    schema = Schema(task="multiclass", label="y", features=(), classes=tuple(str(n) for n in range(1000)))
    setting = Setting(schema=schema, budget=BUDGET, closed=0)

    def drawn() -> Returned:
        return Returned(rows=2000, labelled=2000, counts=tuple(rng.multinomial(2000, shares).tolist()), unit=100.0)

    watch = start(tuple(drawn() for _ in range(20)), tuple(slice_of(n + 1) for n in range(20)))
    assert watch is not None
    for number in range(21, 51):
        seen = look(watch, slice_of(number), drawn(), setting)
        watch = seen.watch
        assert not seen.opened
