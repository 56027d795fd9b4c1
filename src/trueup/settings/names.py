"""By which names do people call a metric, and which one suits a task?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.errors import UnknownName

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
    "mean_absolute_error": ("mae", "l1"),
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

    >>> metric("AP"), metric("F1"), metric("Log-Loss")
    ('average_precision', 'f1', 'log_loss')
    """
    spelling = name.strip().lower().replace("-", "_").replace(" ", "_")
    if spelling not in _NAMES:
        raise UnknownName("metric", name, tuple(ALIASES))
    return _NAMES[spelling]


def usual_metric(task: Task) -> str:
    """The metric taken where nobody has named one."""
    return USUAL[task]
