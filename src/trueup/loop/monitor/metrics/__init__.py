"""Which numbers can people ask for? One small file a metric; METRICS is the list."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.metrics.accuracy import ACCURACY
from trueup.loop.monitor.metrics.average_precision import AVERAGE_PRECISION
from trueup.loop.monitor.metrics.brier import BRIER
from trueup.loop.monitor.metrics.calibration_error import CALIBRATION_ERROR
from trueup.loop.monitor.metrics.f1 import F1
from trueup.loop.monitor.metrics.false_positive_rate import FALSE_POSITIVE_RATE
from trueup.loop.monitor.metrics.log_loss import LOG_LOSS
from trueup.loop.monitor.metrics.mean_absolute_error import MEAN_ABSOLUTE_ERROR
from trueup.loop.monitor.metrics.mean_absolute_percentage_error import MEAN_ABSOLUTE_PERCENTAGE_ERROR
from trueup.loop.monitor.metrics.pinball import PINBALL
from trueup.loop.monitor.metrics.precision import PRECISION
from trueup.loop.monitor.metrics.recall import RECALL
from trueup.loop.monitor.metrics.roc_auc import ROC_AUC
from trueup.loop.monitor.metrics.root_mean_squared_error import ROOT_MEAN_SQUARED_ERROR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.monitor.metric import Metric

METRICS: Final[Mapping[str, Metric]] = MappingProxyType(
    {
        "accuracy": ACCURACY,
        "average_precision": AVERAGE_PRECISION,
        "brier": BRIER,
        "calibration_error": CALIBRATION_ERROR,
        "f1": F1,
        "false_positive_rate": FALSE_POSITIVE_RATE,
        "log_loss": LOG_LOSS,
        "mean_absolute_error": MEAN_ABSOLUTE_ERROR,
        "mean_absolute_percentage_error": MEAN_ABSOLUTE_PERCENTAGE_ERROR,
        "pinball": PINBALL,
        "precision": PRECISION,
        "recall": RECALL,
        "roc_auc": ROC_AUC,
        "root_mean_squared_error": ROOT_MEAN_SQUARED_ERROR,
    }
)
