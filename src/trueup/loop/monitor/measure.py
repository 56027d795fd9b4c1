"""What else is measured beside the metric? The owner's own numbers, and the metric of a slice.

A KPI's sums are made at the edge, where the rows are; so is its value, which may be the owner's code. The journal has
all of them: an audit goes on from the recorded numbers and never runs the owner's code.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.performance import Evaluation
from trueup.stats import intervals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.stats.arrays import Floats

NamedSums = tuple[tuple[str, float], ...]

MEAN: Final = ("rows", "sum", "squares")
RATIO: Final = ("rows", "above", "below", "above_squares", "products", "below_squares")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartEvaluation:
    """A metric of what was answered, of all rows or of a slice of them."""

    slice: str  # region = north; empty: all rows
    evaluation: Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """One of the owner's numbers on the labelled answers of a window, or of a slice of them."""

    name: str
    slice: str  # empty: all rows
    rows: int  # answers it should speak for
    labelled: int  # answers with a label, which it speaks of
    sums: NamedSums  # what it is made of; windows add up
    value: float | None  # None: undefined on these rows
    standard_error: float | None  # in the unit of the value; None: not known
    code: str = ""  # first digits of the content hash of the owner's code; empty: none of it was run
    problem: str = ""  # why the owner's code gave no number


def mean_sums(values: Floats) -> NamedSums:
    """What the mean of a column is made of; a missing value counts as no row.

    >>> mean_sums(np.array([1.0, 0.0, np.nan]))
    (('rows', 2.0), ('sum', 1.0), ('squares', 1.0))
    """
    there = values[np.isfinite(values)]
    return tuple(zip(MEAN, (float(there.size), float(there.sum()), float(there @ there)), strict=True))


def ratio_sums(above: Floats, below: Floats) -> NamedSums:
    """What the ratio of two columns' sums is made of; a row counts where both are known."""
    both = np.isfinite(above) & np.isfinite(below)
    a, b = above[both], below[both]
    found = (float(a.size), float(a.sum()), float(b.sum()), float(a @ a), float(a @ b), float(b @ b))
    return tuple(zip(RATIO, found, strict=True))


def mean_value(sums: Mapping[str, float]) -> tuple[float | None, float | None]:
    """The mean and its standard error, rows taken as independent.

    >>> mean_value({"rows": 4.0, "sum": 2.0, "squares": 2.0})[0]
    0.5
    """
    rows, total, squares = (sums[one] for one in MEAN)
    if rows < 1:
        return None, None
    mean = total / rows
    return mean, math.sqrt(max(0.0, squares / rows - mean * mean) / (rows - 1)) if rows > 1 else None


def ratio_value(sums: Mapping[str, float]) -> tuple[float | None, float | None]:
    """The ratio of two sums and its standard error, rows taken as independent.

    Source: Cochran, Sampling Techniques, eq. 6.13 (linearised ratio).

    >>> ratio_value({"rows": 2, "above": 3, "below": 6, "above_squares": 5, "products": 10, "below_squares": 20})
    (0.5, 0.0)
    """
    rows, above, below, above_squares, products, below_squares = (sums[one] for one in RATIO)
    if rows < 1 or below == 0:
        return None, None
    ratio = above / below
    left = above_squares - 2 * ratio * products + ratio * ratio * below_squares  # squares of above - ratio * below
    return ratio, math.sqrt(max(0.0, left) * rows / max(rows - 1, 1.0)) / abs(below) if rows > 1 else None


def events_of(measure: Measure) -> tuple[float, float] | None:
    """Events and trials, where the number is the share of rows that have something; None where it is not."""
    sums = dict(measure.sums)
    if measure.code or tuple(sums) != MEAN or sums["sum"] != sums["squares"]:
        return None
    return sums["sum"], sums["rows"]


def interval(measure: Measure) -> tuple[float, float] | None:
    """The number's 95 % interval: Wilson's for a plain share, else normal; None where it is undefined."""
    if measure.value is None:
        return None
    share = events_of(measure)
    if share is not None:
        return intervals.wilson(*share)
    error = measure.standard_error
    return None if error is None else intervals.normal(measure.value, error)
