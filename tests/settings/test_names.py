"""Is every metric found by the names people use?"""

from __future__ import annotations

import pytest

from trueup.errors import UnknownName
from trueup.loop.monitor.metrics import METRICS
from trueup.settings.names import ALIASES, USUAL, metric, usual_metric


def test_the_names_are_those_of_the_catalogue() -> None:
    """No metric is without a name here, and no name without a metric."""
    assert set(ALIASES) == set(METRICS)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("acc", "accuracy"),
        ("AP", "average_precision"),
        ("MAE", "mean_absolute_error"),
        ("rmse", "root_mean_squared_error"),
        ("F1", "f1"),
        ("auc", "roc_auc"),
        ("ROC-AUC", "roc_auc"),
        ("log loss", "log_loss"),
        ("fpr", "false_positive_rate"),
        ("ECE", "calibration_error"),
        ("MAPE", "mean_absolute_percentage_error"),
        ("pinball", "pinball"),
        ("Pinball 0.9", "pinball_90"),
        ("quantile-loss 97.5 %", "pinball_97.5"),
    ],
)
def test_usual_spellings_are_understood(said: str, meant: str) -> None:
    """Case, dashes and short forms make no other metric."""
    assert metric(said) == meant


def test_an_unknown_metric_names_the_nearest() -> None:
    """A typo costs one look."""
    with pytest.raises(UnknownName, match="did you mean 'accuracy'"):
        metric("acuracy")


@pytest.mark.parametrize("said", ["pinball 0", "pinball 100", "pinball high", "f1 90", "pinball_-5"])
def test_a_quantile_lies_between_0_and_100(said: str) -> None:
    """Anything else is no metric."""
    with pytest.raises(UnknownName, match="no metric is called"):
        metric(said)


def test_the_usual_metric_measures_its_task() -> None:
    """The default of a task is a metric of that task."""
    assert all(task in METRICS[usual_metric(task)].tasks for task in USUAL)
