"""Do scores alone tell how well a model does where they can, and does nothing but a word come of it?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.actions import Notify
from trueup.loop.events import LabelsMatured, WindowClosed
from trueup.loop.monitor.estimate import Asked, EstimateWatch, ScoreBins, expect, how_often, score_bins, settle
from trueup.loop.monitor.metrics import METRICS
from trueup.loop.policy import MonitorPolicy
from trueup.testing.scenario import Scenario

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

BUDGET: Final = MonitorPolicy().windows_per_alert("estimate")


def drawn(rng: np.random.Generator, rows: int, *, middle: float = 0.0, lie: float = 1.0) -> tuple[Floats, Floats]:
    """Scores and labels; `middle` moves the inputs, and a score's logit is `lie` times what is true."""
    logit = rng.normal(middle, 1.5, rows)
    labels = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(float)
    return 1 / (1 + np.exp(-lie * logit)), labels


def taught(metric: str, *, lie: float = 1.0, windows: int = 10) -> EstimateWatch:
    """A watch that has seen so many labelled windows."""
    rng, watch = np.random.default_rng(1), EstimateWatch()
    for number in range(windows):
        scores, labels = drawn(rng, 1000, lie=lie)
        watch = settle(watch, number, score_bins(scores, labels), None, asked(metric))
    return watch


def asked(metric: str) -> Asked:
    """Two classes."""
    return Asked(metric=metric, task="binary", budget=BUDGET)


def measured(metric: str, scores: Floats, labels: Floats) -> float:
    """What the labels say."""
    found = METRICS[metric].value(METRICS[metric].observe(labels, scores))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("metric", "within"),
    [("accuracy", 0.03), ("brier", 0.02), ("log_loss", 0.05), ("roc_auc", 0.04), ("average_precision", 0.06)],
)
@pytest.mark.parametrize("lie", [1.0, 2.5])
def test_a_change_of_inputs_is_seen_in_the_scores(metric: str, within: float, lie: float) -> None:
    """Easier rows are expected to be answered better, as they are, even where the scores are far too sure."""
    scores, labels = drawn(np.random.default_rng(2), 4000, middle=2.0, lie=lie)
    newest = expect(taught(metric, lie=lie), 99, score_bins(scores, None), asked(metric)).newest
    assert newest is not None
    assert newest.value == pytest.approx(measured(metric, scores, labels), abs=within)


def test_many_classes_tell_the_accuracy() -> None:
    """Of many classes the likeliest one's score is calibrated, and the accuracy is expected, whatever the metric."""
    rng, watch = np.random.default_rng(3), EstimateWatch()
    ask = Asked(metric="log_loss", task="multiclass", budget=BUDGET)

    def rows(sharpness: float) -> tuple[Floats, Floats]:
        weights = rng.gamma(sharpness, size=(2000, 4))
        shares = weights / weights.sum(axis=1, keepdims=True)
        labels = (rng.random((2000, 1)) > np.cumsum(shares, axis=1)).sum(axis=1).astype(float)
        return shares, labels

    for number in range(5):
        watch = settle(watch, number, score_bins(*rows(0.5)), None, ask)
    shares, labels = rows(0.1)
    newest = expect(watch, 9, score_bins(shares, None), ask).newest
    assert newest is not None
    assert newest.metric == "accuracy"
    assert newest.value == pytest.approx(float((shares.argmax(axis=1) == labels).mean()), abs=0.03)


def test_it_is_blind_to_a_changed_concept() -> None:
    """Labels that turn round change no score, so nothing is expected to change: this is what `BLIND` says."""
    watch, (scores, _) = taught("accuracy"), drawn(np.random.default_rng(4), 4000)
    newest = expect(watch, 99, score_bins(scores, None), asked("accuracy")).newest
    assert newest is not None
    assert newest.value > 0.7


def test_little_is_no_ground_for_an_estimate() -> None:
    """Without 200 labelled rows, or without an answered row, nothing is expected."""
    few = settle(EstimateWatch(), 1, score_bins(np.full(100, 0.5), np.zeros(100)), None, asked("accuracy"))
    assert expect(few, 2, score_bins(np.full(100, 0.5), None), asked("accuracy")).newest is None
    none = score_bins(np.empty(0), None)
    assert expect(taught("accuracy"), 2, none, asked("accuracy")).newest is None
    assert sum(score_bins(np.array([np.nan, 0.2]), None).rows) == 1


def test_estimates_learn_how_far_off_they_are() -> None:
    """When labels come, each estimate stands beside what they showed; three give a usual error."""
    rng, watch = np.random.default_rng(5), taught("accuracy")
    for number in range(20, 24):
        scores, labels = drawn(rng, 2000)
        watch = expect(watch, number, score_bins(scores, None), asked("accuracy"))
        truth = measured("accuracy", scores, labels)
        watch = settle(watch, number, score_bins(scores, labels), truth, asked("accuracy"))
    assert watch.off is not None
    assert watch.off < 0.03


@given(st.lists(st.tuples(st.integers(0, 200), st.floats(0, 1)), min_size=20, max_size=20))
def test_a_higher_score_is_never_right_less_often(bins: list[tuple[int, float]]) -> None:
    """Whatever was counted, the calibrated share is a share and does not fall."""
    rows = tuple(count for count, _ in bins)
    hits = tuple(round(count * share) for count, share in bins)
    found = how_often((ScoreBins(rows=rows, sums=tuple(0.5 * count for count in rows), hits=hits),))
    assert np.all(np.diff(found) >= -1e-12)
    assert np.all((found >= 0) & (found <= 1))


def lived(middle: float, windows: int, scenario: Scenario) -> Scenario:
    """Windows of a life with scores, whose labels come at once."""
    rng = np.random.default_rng(scenario.state.closed)
    for _ in range(windows):
        scores, labels = drawn(rng, 1000, middle=middle)
        scenario.closed()
        closed = scenario.heard[-1]
        assert isinstance(closed, WindowClosed)
        scenario.state = scenario.steps[-2].state
        scenario.take(replace(closed, scores=score_bins(scores, None)))
        before = scenario.state
        scenario.labels()
        matured = scenario.heard[-1]
        assert isinstance(matured, LabelsMatured)
        scenario.state = before
        scenario.take(replace(matured, scores=score_bins(scores, labels)))
    return scenario


def test_a_clear_fall_is_a_minor_word_and_changes_nothing_else() -> None:
    """Harder rows bring one minor notice that says what it is blind to; no decision rests on it."""
    scenario = lived(2.5, 18, Scenario().start())
    lived(0.0, 4, scenario)
    told = [one for one in scenario.actions if isinstance(one, Notify) and one.subject.startswith("estimated")]
    assert [one.severity for one in told] == ["minor"]
    assert told[0].sentence.startswith("estimated accuracy 0.7")
    assert "never promotes, never overrules labels" in told[0].sentence
    assert not [one for step in scenario.steps for one in step.decisions if "estimated" in str(one)]


def test_quiet_scores_are_never_told() -> None:
    """A hundred windows that differ by chance bring no word."""
    scenario = lived(1.0, 100, Scenario().start())
    assert not [one for one in scenario.actions if isinstance(one, Notify) and one.subject.startswith("estimated")]
