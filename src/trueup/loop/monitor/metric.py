"""What is a metric? A pair: rows to sums that add up, and sums to the number people read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from trueup.loop.schema import Task
from trueup.stats.arrays import Floats

Direction = Literal["higher", "lower"]
Sums = tuple[float, ...]
Losses = Callable[[Floats, Floats], Floats]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Metric:
    """How a number that people read is made from rows, by way of sums."""

    name: str
    direction: Direction  # which values are better
    tasks: tuple[Task, ...]
    observe: Callable[[Floats, Floats], Floats]  # labels and scores -> additive sums
    value: Callable[[Floats], float | None]  # sums -> the metric; None: undefined there
    standard_error: Callable[[Floats], float | None]  # sums -> standard error of the metric, rows independent
    row_losses: Losses | None = None  # for a mean over rows: each row's loss, lower is better
    proportion: Callable[[Floats], tuple[float, float]] | None = None  # sums -> (events, trials), for a plain share
    least: float = 0.0  # no value is below
    most: float = 1.0  # no value is above


def observe_mean(losses: Losses) -> Callable[[Floats, Floats], Floats]:
    """Sums of a mean over rows: how many, their losses, their squares."""

    def observe(y: Floats, score: Floats) -> Floats:
        """Rows, sum of losses, sum of squared losses."""
        each = losses(y, score)
        return np.array([each.size, each.sum(), (each * each).sum()], dtype=np.float64)

    return observe


def mean_of(sums: Floats) -> float | None:
    """The mean loss; None without rows."""
    rows, total, _ = sums
    return float(total / rows) if rows else None


def one_minus_mean(sums: Floats) -> float | None:
    """The share of rows without a loss; None without rows."""
    mean = mean_of(sums)
    return None if mean is None else 1.0 - mean


def error_of_mean(sums: Floats) -> float | None:
    """The standard error of a mean over independent rows; None for fewer than two."""
    rows, total, squares = (float(one) for one in sums)
    if rows < 2:
        return None
    return math.sqrt(max(0.0, squares - total * total / rows) / (rows - 1) / rows)


def losses_of(sums: Floats) -> tuple[float, float]:
    """Rows with a loss, and all rows, where a loss is 0 or 1."""
    return float(sums[1]), float(sums[0])


def hits_of(sums: Floats) -> tuple[float, float]:
    """Rows without a loss, and all rows, where a loss is 0 or 1."""
    return float(sums[0] - sums[1]), float(sums[0])
