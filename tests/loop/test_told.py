"""Do decisions tell the state as it is, in words that fit their figures?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from loop.test_decide import CALM, POLICY, SPEAKING, USUAL, alert, speak
from trueup.loop.actions import Notify
from trueup.loop.decide.decision import choose, nothing_sentence
from trueup.loop.decide.freshness import Worth
from trueup.loop.decide.situation import Served
from trueup.loop.policy import Trigger
from trueup.testing.scenario import Scenario
from trueup.testing.toy import GOOD, ROWS


def test_a_metric_that_stays_low_is_not_called_usual() -> None:
    """A worse level that was accepted ends the alarm, and is told all the same; so is what waits for a yes."""
    low = Served(window=10, value=0.53, low=0.50, high=0.56)
    level = replace(USUAL, mean=0.75, usual=(0.47,), alarm=False)
    state = replace(CALM, metric="accuracy", served=(low,), level=level, alerts=(alert("price"),))
    state = replace(state, waiting="v2 waits for a yes to decision 6")
    told = nothing_sentence(state, choose(CALM, POLICY))
    assert told == (
        "nothing: price moved (major) and accuracy stays worse than its mean (0.53 against 0.75), "
        "but no training is due; v2 waits for a yes to decision 6"
    )


def test_a_due_training_says_what_age_costs_in_plain_words() -> None:
    """The rate by window and what it comes to by now are in one unit; a bound that says nothing more is left out."""
    worth = Worth(rate=0.0133, upper=0.0133, interval=3.0)
    due = replace(SPEAKING["freshness"][1], worth=worth)
    reason = speak(Trigger(name="freshness"), due)
    assert reason is not None
    assert reason.sentence.startswith("each window of age costs a version about 1.3 % of the metric (")
    assert "at most" not in reason.sentence
    assert reason.short not in reason.sentence
    assert reason.gain == pytest.approx(0.0133 * due.since_training)


def test_an_alarm_says_the_metric_before_and_after() -> None:
    """The alert speaks in the metric that people read, not half in it and half in its loss."""
    scenario = Scenario().start(GOOD).windows(3).closed().labels(0.6)
    sentence = next(one.sentence for one in scenario.last.actions if isinstance(one, Notify))
    told = "accuracy fell to 0.4 [0.37, 0.431] from 0.8 in the usual windows (100 % of the labels are in)"
    assert sentence == told


def test_drift_alerts_are_among_the_reasons_of_a_training() -> None:
    """A column that moved is told beside whatever asks for the training, with how grave it is."""
    scenario = Scenario().start()
    for _ in range(3):
        scenario.closed(low=ROWS // 2).labels().tick()
    train = next(one for step in reversed(scenario.steps) for one in step.decisions if one.remedy == "train")
    assert train.headline == "train: 3 windows since the last training"
    assert any(reason.startswith("x moved: ") and reason.endswith(" (major)") for reason in train.reasons)
