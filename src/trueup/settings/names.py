"""By which names do people call a metric, and which one suits a task?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.errors import UnknownName
from trueup.loop.monitor.metrics.pinball import pinball

if TYPE_CHECKING:
    from trueup.loop.schema import Task

ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "accuracy": ("acc",),
    "precision": (),
    "recall": ("sensitivity", "tpr", "true_positive_rate"),
    "f1": ("f1_score", "f_score"),
    "false_positive_rate": ("fpr",),
    "roc_auc": ("auc", "auroc", "roc"),
    "average_precision": ("ap", "auprc", "pr_auc"),
    "log_loss": ("logloss", "cross_entropy"),
    "brier": ("brier_score",),
    "calibration_error": ("ece", "expected_calibration_error"),
    "mean_absolute_error": ("mae", "l1"),
    "mean_absolute_percentage_error": ("mape",),
    "pinball": ("quantile_loss",),
    "root_mean_squared_error": ("rmse",),
}
_NAMES: Final = {spelling: name for name, spellings in ALIASES.items() for spelling in (name, *spellings)}
USUAL: Final[dict[Task, str]] = {
    "binary": "average_precision",
    "multiclass": "accuracy",
    "regression": "mean_absolute_error",
}


def metric(name: str) -> str:
    """The catalogue's name for a metric, however people spell it.

    >>> metric("AP"), metric("F1"), metric("Log-Loss"), metric("pinball 90 %"), metric("quantile loss 0.9")
    ('average_precision', 'f1', 'log_loss', 'pinball_90', 'pinball_90')
    """
    spelling = name.strip().lower().replace("-", "_").replace(" ", "_")
    if spelling not in _NAMES:
        quantile = _quantile(spelling)
        if quantile:
            return quantile
        raise UnknownName("metric", name, tuple(ALIASES))
    return _NAMES[spelling]


def _quantile(spelling: str) -> str:
    """The pinball loss of a quantile, said in percent or as a share; empty if it is none."""
    stem, _, said = spelling.removesuffix("%").rstrip("_").rpartition("_")
    try:
        percent = float(said)
    except ValueError:
        return ""
    percent = round(100.0 * percent, 3) if 0.0 < percent < 1.0 else percent
    found = pinball(f"pinball_{percent:g}") if _NAMES.get(stem) == "pinball" else None
    return "" if found is None else found.name


def usual_metric(task: Task) -> str:
    """The metric taken where nobody has named one."""
    return USUAL[task]
