"""Is a candidate called worse in the metric as often as it should be, whatever the metric?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from trueup.loop.monitor.metrics import METRICS
from trueup.loop.monitor.performance import MetricDifference, Scored, evaluate, loss, metric_difference, value

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

ROWS: Final = 3000


def world(seed: int, rows: int = ROWS) -> tuple[Floats, Floats]:
    """Labels of two classes and the scores of a model that knows most of it."""
    rng = np.random.default_rng(seed)
    logit = 1.5 * rng.normal(size=rows)
    y = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.float64)
    return y, 1 / (1 + np.exp(-(logit + 0.5 * rng.normal(size=rows))))


def measured(metric: str, y: Floats, score: Floats) -> float:
    """The metric of some rows."""
    found = value(evaluate(metric, y, score, version="v1", rows=len(y), task="binary"))
    assert found is not None
    return found


def versus(metric: str, seed: int, *, noise: float, rows: int = 1500, seed_of_groups: int = 1) -> MetricDifference:
    """A candidate with more noise than the champion, or less, on the same rows."""
    rng = np.random.default_rng(seed)
    logit = -1.0 + 1.5 * rng.normal(size=rows)
    y = (rng.random(rows) < 1 / (1 + np.exp(-logit))).astype(np.float64)
    new, old = (1 / (1 + np.exp(-(logit + sd * rng.normal(size=rows)))) for sd in (noise, 0.7))
    sides = Scored(version="v2", scores=new), Scored(version="v1", scores=old)
    found = metric_difference(metric, y, *sides, seed=seed_of_groups)
    assert found is not None
    return found


BINARY: Final = [name for name, one in METRICS.items() if "binary" in one.tasks]


@pytest.mark.parametrize("name", BINARY)
def test_a_difference_is_that_of_the_two_values(name: str) -> None:
    """The difference people read is the candidate's loss minus the champion's."""
    y, old = world(10)
    new = np.clip(old + 0.2 * np.random.default_rng(0).normal(size=ROWS), 0.01, 0.99)
    found = metric_difference(name, y, Scored(version="v2", scores=new), Scored(version="v1", scores=old), seed=3)
    assert found is not None
    values = [loss(name, measured(name, y, score)) for score in (new, old)]
    assert found.difference == pytest.approx(values[0] - values[1], abs=1e-9)


@pytest.mark.parametrize("name", BINARY)
def test_a_better_candidate_is_seldom_called_worse(name: str) -> None:
    """Above 0 means worse: of 40 candidates with less noise hardly one, with more noise most are called worse."""
    better = [versus(name, seed, noise=0.2).probability_worse > 0.95 for seed in range(40)]
    assert sum(better) <= 2
    assert np.mean([versus(name, seed, noise=2.5).difference > 0 for seed in range(40)]) >= 0.7


@pytest.mark.parametrize("name", ["average_precision", "roc_auc", "f1", "brier", "accuracy"])
def test_equal_candidates_are_called_worse_as_often_as_the_limit_says(name: str) -> None:
    """With equal models, P(worse) > .95 comes in about 5 % of the worlds; at most 9 % of 300 here."""
    called = [versus(name, seed, noise=0.7, rows=800).probability_worse > 0.95 for seed in range(300)]
    assert np.mean(called) <= 0.09


def test_the_same_seed_gives_the_same_difference() -> None:
    """Chance comes from the seed alone, and another seed changes the error by little."""
    one, same, other = (versus("roc_auc", 5, noise=1.0, seed_of_groups=seed) for seed in (1, 1, 2))
    assert one == same
    assert other.difference == one.difference
    assert other.standard_error == pytest.approx(one.standard_error, rel=0.5)


def test_a_metric_that_hangs_on_one_row_has_no_difference() -> None:
    """With a single positive row no error can be given, so there is no difference either."""
    y = np.zeros(60)
    y[3] = 1
    score = np.linspace(0.1, 0.9, 60)
    sides = Scored(version="b", scores=score), Scored(version="a", scores=score)
    assert metric_difference("roc_auc", y, *sides, seed=0) is None


@pytest.mark.parametrize("name", ["brier", "f1"])
def test_one_row_is_no_comparison(name: str) -> None:
    """A single row has a difference but no error, so it says nothing."""
    one = Scored(version="a", scores=np.array([0.7]))
    assert metric_difference(name, np.ones(1), one, one, seed=0) is None


def test_identical_candidates_are_neither_worse_nor_better() -> None:
    """No difference and no error: worse with probability one half."""
    y, score = world(11, rows=200)
    found = metric_difference("brier", y, Scored(version="b", scores=score), Scored(version="a", scores=score), seed=0)
    assert found is not None
    assert found.probability_worse == 0.5
