"""How well does a version do, in the metric people read, and how do two versions differ on the same rows?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from trueup.errors import BadData, Incompatible, UnknownName
from trueup.loop.monitor.metric import Metric, Sums
from trueup.loop.monitor.metrics import METRICS
from trueup.loop.monitor.metrics.pinball import pinball
from trueup.stats import intervals
from trueup.stats.arrays import Flags, Floats
from trueup.stats.resampling import groups, jackknife_error

if TYPE_CHECKING:
    from trueup.loop.schema import Task


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scored:
    """What one version says about some rows; lives only while evidence is gathered."""

    version: str
    scores: Floats  # (rows,) or (rows, classes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluation:
    """How one version did on some rows; evaluations of the same version and metric add up."""

    version: str
    metric: str
    rows: int  # rows it should speak for
    labelled: int  # rows with a label and a usable score, which it speaks of
    sums: Sums  # what the metric is made of; the metric says what each is

    def __add__(self, other: Evaluation) -> Evaluation:
        """The same version over both sets of rows."""
        if (other.version, other.metric, len(other.sums)) != (self.version, self.metric, len(self.sums)):
            what = "evaluations of two versions, metrics or sets of classes do not add up"
            raise Incompatible(what, (self.version, self.metric), (other.version, other.metric))
        return replace(
            self,
            rows=self.rows + other.rows,
            labelled=self.labelled + other.labelled,
            sums=tuple(a + b for a, b in zip(self.sums, other.sums, strict=True)),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricDifference:
    """How much worse a candidate is than the champion in the metric's loss, on the same rows."""

    candidate: str  # version
    champion: str  # version
    metric: str
    difference: float  # loss of the candidate minus loss of the champion; above 0: the candidate is worse
    standard_error: float  # in the same unit
    rows: int  # labelled rows both were scored on

    @property
    def probability_worse(self) -> float:
        """The chance that the candidate is worse, rows taken as independent and their error as normal."""
        if self.standard_error > 0:
            return intervals.normal_below(self.difference / self.standard_error)
        return 0.5 if self.difference == 0 else float(self.difference > 0)


def find_metric(name: str) -> Metric:
    """The metric of that name, a quantile's pinball loss included; the error lists the known ones."""
    found = METRICS.get(name) or pinball(name)
    if found is None:
        raise UnknownName("metric", name, METRICS)
    return found


def evaluate(metric: str, y: Floats, score: Floats, *, version: str, rows: int, task: Task) -> Evaluation:
    """Sum up how a version did; rows whose score is not a number are left out of `labelled`."""
    chosen = find_metric(metric)
    if task not in chosen.tasks:
        raise UnknownName(f"{task} metric", metric, [name for name, one in METRICS.items() if task in one.tasks])
    if len(y) != len(score):
        raise BadData("scores", f"{len(score)} scores for {len(y)} labels", "score each labelled row once")
    usable = finite_rows(score)
    return Evaluation(
        version=version,
        metric=metric,
        rows=rows,
        labelled=int(usable.sum()),
        sums=_numbers(chosen.observe(y[usable], score[usable])),
    )


def value(evaluation: Evaluation) -> float | None:
    """The metric; None where it is undefined, such as the recall of rows without a positive one."""
    return find_metric(evaluation.metric).value(np.array(evaluation.sums, dtype=np.float64))


def standard_error(evaluation: Evaluation) -> float | None:
    """The metric's standard error, rows taken as independent; None where it is undefined."""
    return find_metric(evaluation.metric).standard_error(np.array(evaluation.sums, dtype=np.float64))


def interval(evaluation: Evaluation) -> tuple[float, float] | None:
    """The metric's 95 % interval: Wilson's for a plain share, else normal; None where it is undefined."""
    metric, sums = find_metric(evaluation.metric), np.array(evaluation.sums, dtype=np.float64)
    measured = metric.value(sums)
    if measured is None:
        return None
    if metric.proportion is not None:
        return intervals.wilson(*metric.proportion(sums))
    error = metric.standard_error(sums)
    return None if error is None else intervals.normal(measured, error, least=metric.least, most=metric.most)


def loss(metric: str, value: float) -> float:
    """The metric turned so that lower is better: 1 - value, or the value itself."""
    return 1.0 - value if find_metric(metric).direction == "higher" else value


def metric_difference(
    metric: str, y: Floats, candidate: Scored, champion: Scored, *, seed: int
) -> MetricDifference | None:
    """How much worse the candidate is on these rows; None where the metric or its error is undefined.

    A mean over rows is compared row by row; rank and ratio metrics by a jackknife over 50
    groups of rows, mixed by the seed.
    """
    chosen = find_metric(metric)
    usable = finite_rows(candidate.scores) & finite_rows(champion.scores)
    labels, new, old = y[usable], candidate.scores[usable], champion.scores[usable]
    if chosen.row_losses is not None:
        found = _paired(chosen.row_losses(labels, new) - chosen.row_losses(labels, old))
    else:
        found = _jackknifed(chosen, labels, new, old, seed)
    if found is None:
        return None
    return MetricDifference(
        candidate=candidate.version,
        champion=champion.version,
        metric=metric,
        difference=found[0],
        standard_error=found[1],
        rows=len(labels),
    )


def finite_rows(score: Floats) -> Flags:
    """Which rows have a score that is a number."""
    finite: Flags = np.isfinite(score)
    return finite if finite.ndim == 1 else np.asarray(finite.all(axis=1))


def _numbers(sums: Floats) -> Sums:
    """Whole sums as integers: shorter to write, exact to add."""
    return tuple(int(one) if one.is_integer() else one for one in sums.tolist())


def _paired(worse: Floats) -> tuple[float, float] | None:
    """Difference and standard error of a metric that is a mean over rows, from how much worse each row is."""
    if worse.size < 2:
        return None
    return float(worse.mean()), float(worse.std(ddof=1) / np.sqrt(worse.size))


def _jackknifed(metric: Metric, y: Floats, new: Floats, old: Floats, seed: int) -> tuple[float, float] | None:
    """Difference and standard error of any other metric, from its sums by group of rows."""
    if len(y) < 2:
        return None
    sign = -1.0 if metric.direction == "higher" else 1.0
    parts = groups(len(y), seed)
    values = []
    for score in (new, old):
        sums = np.stack([metric.observe(y[rows], score[rows]) for rows in parts])
        total = sums.sum(axis=0)
        values.append([metric.value(total), *(metric.value(total - part) for part in sums)])
    pairs = [(a, b) for a, b in zip(*values, strict=True) if a is not None and b is not None]
    if len(pairs) <= len(parts):  # undefined once: a handful of rows decides it, and no error can be given
        return None
    worse = sign * np.array([a - b for a, b in pairs])
    return float(worse[0]), jackknife_error(worse[1:])
