"""Do the metrics say what scikit-learn says, add up, and know how sure they are?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from sklearn import metrics as sk

from trueup.errors import BadData, Incompatible, UnknownName
from trueup.loop.monitor.metrics import METRICS
from trueup.loop.monitor.performance import (
    Evaluation,
    evaluate,
    interval,
    loss,
    standard_error,
    value,
)

if TYPE_CHECKING:
    from trueup.loop.schema import Task
    from trueup.stats.arrays import Floats

ROWS: Final = 3000
ROOT: Final = "root_mean_squared_error"
DECIDING: Final = {
    "accuracy": sk.accuracy_score,
    "f1": sk.f1_score,
    "false_positive_rate": lambda y, said: float(np.mean(said[y == 0])),
    "precision": sk.precision_score,
    "recall": sk.recall_score,
}
SCORING: Final = {
    "average_precision": sk.average_precision_score,
    "brier": sk.brier_score_loss,
    "log_loss": sk.log_loss,
    "roc_auc": sk.roc_auc_score,
}
MANY: Final = {
    "accuracy": sk.accuracy_score,
    "f1": lambda y, said: sk.f1_score(y, said, average="macro"),
    "precision": lambda y, said: sk.precision_score(y, said, average="macro"),
    "recall": lambda y, said: sk.recall_score(y, said, average="macro"),
}


def world(seed: int, rows: int = ROWS, base: float = 0.0, noise: float = 0.5) -> tuple[Floats, Floats]:
    """Labels of two classes and the scores of a model that knows most of it."""
    rng = np.random.default_rng(seed)
    logit = base + 1.5 * rng.normal(size=rows)
    y = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.float64)
    return y, 1 / (1 + np.exp(-(logit + noise * rng.normal(size=rows))))


def classes(seed: int, rows: int = ROWS, count: int = 5) -> tuple[Floats, Floats]:
    """Labels of several classes and probabilities for each."""
    rng = np.random.default_rng(seed)
    y = rng.integers(count, size=rows)
    weights = np.exp(rng.normal(size=(rows, count)) + 1.5 * np.eye(count)[y])
    return y.astype(np.float64), weights / weights.sum(axis=1, keepdims=True)


def measured(metric: str, y: Floats, score: Floats, task: Task = "binary") -> float:
    """The metric of some rows."""
    found = value(evaluate(metric, y, score, version="v1", rows=len(y), task=task))
    assert found is not None
    return found


@pytest.mark.parametrize("base", [0.0, -3.0])
@pytest.mark.parametrize("name", DECIDING)
def test_metrics_of_decisions_agree_with_scikit_learn(name: str, base: float) -> None:
    """A score of one half or more says yes; the counts are scikit-learn's."""
    y, score = world(1, base=base)
    assert measured(name, y, score) == pytest.approx(DECIDING[name](y, score >= 0.5), abs=1e-12)


@pytest.mark.parametrize("base", [0.0, -3.0])
@pytest.mark.parametrize("name", SCORING)
def test_metrics_of_scores_agree_with_scikit_learn(name: str, base: float) -> None:
    """Sums lose nothing; a histogram of 500 bins costs rank metrics less than half a point."""
    y, score = world(2, base=base)
    slack = {"average_precision": 5e-3, "roc_auc": 1e-3}.get(name, 1e-12)
    assert measured(name, y, score) == pytest.approx(SCORING[name](y, score), abs=slack)


@pytest.mark.parametrize("name", MANY)
def test_metrics_of_many_classes_agree_with_scikit_learn(name: str) -> None:
    """Precision, recall and F1 of many classes are plain means over the classes that occur."""
    y, score = classes(3)
    assert measured(name, y, score, "multiclass") == pytest.approx(MANY[name](y, score.argmax(axis=1)), abs=1e-12)


def test_losses_of_many_classes_agree_with_scikit_learn() -> None:
    """Log loss and Brier score of many classes are scikit-learn's."""
    y, score = classes(4)
    assert measured("log_loss", y, score, "multiclass") == pytest.approx(sk.log_loss(y, score), abs=1e-12)
    assert measured("brier", y, score, "multiclass") == pytest.approx(sk.brier_score_loss(y, score), abs=1e-12)


def test_errors_of_numbers_agree_with_scikit_learn() -> None:
    """Absolute and squared errors are scikit-learn's."""
    rng = np.random.default_rng(5)
    y = 1e4 * rng.normal(size=ROWS)
    score = y + 300 * rng.standard_t(4, size=ROWS)
    mean, root = sk.mean_absolute_error(y, score), sk.root_mean_squared_error(y, score)
    assert measured("mean_absolute_error", y, score, "regression") == pytest.approx(mean)
    assert measured("root_mean_squared_error", y, score, "regression") == pytest.approx(root)


def test_relative_and_tilted_errors_agree_with_scikit_learn() -> None:
    """Shares of what came, and a quantile's pinball loss; a row where 0 came has no share."""
    rng = np.random.default_rng(15)
    y = 50 + 10 * rng.normal(size=ROWS)
    score = y + 5 * rng.normal(size=ROWS)
    share, median = sk.mean_absolute_percentage_error(y, score), sk.mean_pinball_loss(y, score)
    assert measured("mean_absolute_percentage_error", y, score, "regression") == pytest.approx(share)
    assert measured("pinball", y, score, "regression") == pytest.approx(median)
    high = measured("pinball_90", y, score, "regression")
    assert high == pytest.approx(sk.mean_pinball_loss(y, score, alpha=0.9))
    zeros, shifted = np.append(y, [0.0, 0.0]), np.append(score, [1.0, 2.0])
    assert measured("mean_absolute_percentage_error", zeros, shifted, "regression") == pytest.approx(share)


@pytest.mark.parametrize("off", [0.0, 0.5, 1.5])
def test_the_calibration_error_is_how_far_probabilities_are_off(off: float) -> None:
    """Of many rows it is the mean distance of what is said from the truth; of few rows chance adds little to it."""
    y, true = world(16, rows=200_000, noise=0.0)
    said = 1 / (1 + np.exp(-(np.log(true / (1 - true)) + off)))
    assert measured("calibration_error", y, said) == pytest.approx(np.mean(np.abs(said - true)), abs=0.004)
    few = [measured("calibration_error", y[at : at + 500], said[at : at + 500]) for at in range(0, 50_000, 500)]
    assert np.mean(few) == pytest.approx(np.mean(np.abs(said - true)), abs=0.025)


def test_the_calibration_error_of_many_classes_is_that_of_the_class_said() -> None:
    """Half of the answers are right where .9 was said: off by .4."""
    score = np.tile([0.9, 0.05, 0.05], (400, 1))
    y = np.tile([0.0, 1.0], 200)
    assert measured("calibration_error", y, score, "multiclass") == pytest.approx(0.4, abs=0.01)


def test_every_metric_says_its_own_name() -> None:
    """The catalogue's name is the metric's, and each has a direction and a task."""
    assert all(metric.name == name and metric.tasks for name, metric in METRICS.items())


@pytest.mark.parametrize("name", ["average_precision", "f1", "precision", "recall", "roc_auc"])
def test_a_metric_without_positive_rows_is_undefined(name: str) -> None:
    """Where nothing is positive, or called so, there is no number, no error and no interval."""
    found = evaluate(name, np.zeros(50), np.full(50, 0.1), version="v1", rows=50, task="binary")
    assert (value(found), standard_error(found), interval(found)) == (None, None, None)


@pytest.mark.parametrize("name", METRICS)
def test_no_rows_are_no_number(name: str) -> None:
    """An evaluation of nothing is undefined, and adds nothing."""
    task = METRICS[name].tasks[0]
    empty = evaluate(name, np.zeros(0), np.zeros(0), version="v1", rows=7, task=task)
    assert (empty.labelled, value(empty), interval(empty)) == (0, None, None)
    y, score = world(6, rows=40)
    some = evaluate(name, y, score, version="v1", rows=40, task=task)
    assert (some + empty).sums == some.sums


def test_rows_without_a_usable_score_are_counted_out() -> None:
    """A score that is not a number is in `rows`, not in `labelled`."""
    y, score = world(7, rows=100)
    score[:10] = np.nan
    found = evaluate("brier", y, score, version="v1", rows=120, task="binary")
    assert (found.rows, found.labelled) == (120, 90)


@st.composite
def evaluations(draw: st.DrawFn, metric: str) -> Evaluation:
    """An evaluation of a few rows."""
    rows = draw(st.integers(0, 30))
    y = draw(arrays.arrays(np.float64, rows, elements=st.sampled_from([0.0, 1.0])))
    score = draw(arrays.arrays(np.float64, rows, elements=st.floats(0, 1)))
    return evaluate(metric, y, score, version="v1", rows=rows, task="binary")


@pytest.mark.parametrize("metric", ["accuracy", "average_precision", "f1"])
@given(data=st.data())
def test_counted_evaluations_add_exactly_in_any_grouping(metric: str, data: st.DataObject) -> None:
    """Hours make a day whichever way they are added."""
    a, b, c = (data.draw(evaluations(metric)) for _ in range(3))
    assert a + b == b + a
    assert (a + b) + c == a + (b + c)


@given(data=st.data())
def test_summed_evaluations_add_up_to_rounding(data: st.DataObject) -> None:
    """Sums of losses do not depend on their order, and on their grouping only by float rounding."""
    a, b, c = (data.draw(evaluations("log_loss")) for _ in range(3))
    assert a + b == b + a
    assert ((a + b) + c).sums == pytest.approx((a + (b + c)).sums)


def test_evaluations_of_two_versions_do_not_add_up() -> None:
    """Another version or metric is refused."""
    y, score = world(8, rows=50)
    one = evaluate("brier", y, score, version="v1", rows=50, task="binary")
    for other in (
        evaluate("brier", y, score, version="v2", rows=50, task="binary"),
        evaluate("log_loss", y, score, version="v1", rows=50, task="binary"),
    ):
        with pytest.raises(Incompatible):
            one + other


def test_an_unknown_metric_lists_the_known_ones() -> None:
    """A misspelt name, or one for another task, says what there is."""
    with pytest.raises(UnknownName, match="did you mean 'accuracy'"):
        evaluate("acuracy", np.zeros(1), np.zeros(1), version="v1", rows=1, task="binary")
    with pytest.raises(UnknownName, match="mean_absolute_error"):
        evaluate("accuracy", np.zeros(1), np.zeros(1), version="v1", rows=1, task="regression")


@pytest.mark.parametrize("name", [name for name, one in METRICS.items() if "binary" in one.tasks])
def test_intervals_cover_about_as_often_as_they_say(name: str) -> None:
    """Of 200 worlds, the 95 % interval misses the metric of a very large world in at most 11 %."""
    truth = measured(name, *world(9, rows=200_000, base=-1.0))
    missed = 0
    for seed in range(200):
        y, score = world(1000 + seed, rows=600, base=-1.0)
        found = interval(evaluate(name, y, score, version="v1", rows=600, task="binary"))
        assert found is not None
        missed += not found[0] <= truth <= found[1]
    assert missed <= 22


def test_the_loss_is_the_metric_turned_so_that_lower_is_better() -> None:
    """Accuracy .9 is a loss of .1; log loss is its own."""
    assert loss("accuracy", 0.9) == pytest.approx(0.1)
    assert loss("log_loss", 0.3) == 0.3


def test_the_error_of_a_root_is_that_of_many_worlds() -> None:
    """The standard error of the root mean squared error is its spread over worlds; with no error at all it is 0."""
    rng = np.random.default_rng(14)
    off = [rng.normal(size=400) for _ in range(200)]
    found = [evaluate(ROOT, one, np.zeros(400), version="v1", rows=400, task="regression") for one in off]
    spread = np.std([value(one) or 0.0 for one in found])
    assert np.mean([standard_error(one) or 0.0 for one in found]) == pytest.approx(spread, rel=0.2)
    exact = evaluate(ROOT, np.ones(9), np.ones(9), version="v1", rows=9, task="regression")
    assert interval(exact) == (0.0, 0.0)
    assert standard_error(evaluate(ROOT, np.ones(1), np.ones(1), version="v1", rows=1, task="regression")) is None


def test_labels_and_scores_must_match() -> None:
    """A score too few is refused before anything is summed."""
    with pytest.raises(BadData, match="3 labels"):
        evaluate("brier", np.zeros(3), np.zeros(2), version="v1", rows=3, task="binary")
