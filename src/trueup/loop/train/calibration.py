"""How is a score put right between trainings? Slope and shift, learnt from every window's labels.

The evidence adds up (integers on fixed nodes), so any window's recalibration can be derived again.
Source: research/policy.md section 2, step 7 and section 9.3 (the slope floor).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from trueup.errors import Incompatible
from trueup.loop.monitor.truth import Outcomes
from trueup.loop.schema import Task

if TYPE_CHECKING:
    from collections.abc import Sequence


MASS = 1 << 20  # one row, in the units of the tables
NODES = np.linspace(-8.0, 8.0, 65)  # logits, for binary scores
SQUARES = NODES**2
RIDGE = 100.0  # pseudo-rows towards slope 1 and shift 0
CLASS_RIDGE = 5.0  # pseudo-rows a class
RESIDUALS = np.sinh(np.linspace(-1.0, 1.0, 81) * np.arcsinh(1e4)) / 1e4  # residual over scale, -1 .. 1
CLIP = 1e-6
SURE = np.array([0.5, 0.7, 0.9])  # score of the answer: how sure it was
MOST_CELLS = 1024  # of one table by outcome and answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Reliability:
    """What one line's scores met in one window: rows by score and outcome; tables of one task add up."""

    task: Task
    rows: int
    scale: float  # regression: what a residual is divided by; else 1
    seen: tuple[int, ...]  # mass by node of outcome 0, by class as predicted, or by residual
    met: tuple[int, ...]  # mass by node of outcome 1, or by class as it came; regression: empty
    answers: tuple[int, ...] = ()  # several classes: rows by class as it came, by answer, by how sure that was

    def __add__(self, other: Reliability) -> Reliability:
        """Windows add up."""
        if (self.task, self.scale, len(self.met)) != (other.task, other.scale, len(other.met)):
            raise Incompatible("reliability tables do not add up", (self.task, self.scale), (other.task, other.scale))
        return Reliability(
            task=self.task,
            rows=self.rows + other.rows,
            scale=self.scale,
            seen=tuple(a + b for a, b in zip(self.seen, other.seen, strict=True)),
            met=tuple(a + b for a, b in zip(self.met, other.met, strict=True)),
            answers=tuple(a + b for a, b in zip(self.answers, other.answers, strict=False)),
        )

    def alike(self, other: Reliability) -> bool:
        """Whether the two count the same things."""
        sizes = [(one.task, one.scale, len(one.seen), len(one.answers)) for one in (self, other)]
        return sizes[0] == sizes[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How a blended score becomes the served one."""

    slope: float = 1.0  # of the logit; never below 0: a recalibration must not turn a score round
    shift: float = 0.0  # added to the logit, or to the value in its own unit
    biases: tuple[float, ...] = ()  # multiclass: added to log p of each class

    @property
    def on_the_floor(self) -> bool:
        """A slope that wants to be negative: the score points the wrong way, which is an alert of its own."""
        return self.slope <= 0.0


AS_IS = Calibration()


def reliability(task: Task, labels: np.ndarray, raw: np.ndarray, *, scale: float = 1.0) -> Reliability:
    """The table of one window's rows; `raw` is the blended score before recalibration."""
    rows = len(labels)
    if task == "multiclass":
        predicted = np.rint(raw.sum(axis=0) * MASS).astype(np.int64)
        met = np.bincount(labels.astype(np.int64), minlength=raw.shape[1]) * MASS
        answers = _answers(labels.astype(np.int64), raw)
        return Reliability(task=task, rows=rows, scale=1.0, seen=_ints(predicted), met=_ints(met), answers=answers)
    if task == "regression":
        spread = _split((labels - raw) / scale, RESIDUALS)
        return Reliability(task=task, rows=rows, scale=scale, seen=_ints(spread), met=())
    at, hit = _logit(raw), labels > 0
    seen, met = _split(at[~hit], NODES), _split(at[hit], NODES)
    return Reliability(task=task, rows=rows, scale=1.0, seen=_ints(seen), met=_ints(met))


def outcomes(table: Reliability, classes: tuple[str, ...]) -> Outcomes:
    """What a window's scores met, by outcome."""
    if table.task == "multiclass":
        rows = np.array(table.answers).reshape(len(classes), -1)
        return Outcomes(rows=tuple(map(tuple, rows.tolist())), names=classes)
    return Outcomes(rows=tuple(tuple(mass / MASS for mass in side) for side in (table.seen, table.met)))


def recalibrate(tables: Sequence[Reliability], ages: Sequence[int], decay: float) -> Calibration:
    """The calibration that the last windows ask for; the newest counts most, too few rows change little."""
    if not tables:
        return AS_IS
    counts = np.array([decay**age for age in ages])
    if tables[0].task == "regression":
        return Calibration(shift=round(_median(tables, counts), 9))
    seen = counts @ np.array([table.seen for table in tables], dtype=float) / MASS
    met = counts @ np.array([table.met for table in tables], dtype=float) / MASS
    if tables[0].task == "multiclass":
        biases = np.log((met + CLASS_RIDGE) / (seen + CLASS_RIDGE))
        return Calibration(biases=tuple(round(float(bias), 9) for bias in biases))
    slope, shift = _logistic(seen, met)
    return Calibration(slope=round(slope, 9), shift=round(shift, 9))


def calibrate(raw: np.ndarray, calibration: Calibration) -> np.ndarray:
    """The served score of a blended one.

    >>> calibrate(np.array([0.5, 0.9]), AS_IS).round(3).tolist()
    [0.5, 0.9]
    """
    if calibration == AS_IS:
        return raw
    if calibration.biases:
        logs = np.log(np.clip(raw, CLIP, None)) + np.array(calibration.biases)
        shares = np.exp(logs - logs.max(axis=1, keepdims=True))
        return np.asarray(shares / shares.sum(axis=1, keepdims=True))
    return np.asarray(1.0 / (1.0 + np.exp(-(calibration.slope * _logit(raw) + calibration.shift))))


def shifted(values: np.ndarray, calibration: Calibration) -> np.ndarray:
    """The served value of a blended forecast."""
    return np.asarray(values + calibration.shift)


def _answers(labels: np.ndarray, raw: np.ndarray) -> tuple[int, ...]:
    """Rows by class as it came, by answer and by how sure that was; of very many classes nothing is kept."""
    classes = raw.shape[1]
    sure = SURE if classes**2 * (len(SURE) + 1) <= MOST_CELLS else SURE[:0]
    if classes**2 > MOST_CELLS:
        return ()
    best = np.searchsorted(sure, raw.max(axis=1), side="right")
    place = (labels * classes + raw.argmax(axis=1)) * (len(sure) + 1) + best
    return _ints(np.bincount(place, minlength=classes**2 * (len(sure) + 1)))


def _logit(scores: np.ndarray) -> np.ndarray:
    inside = np.clip(scores, CLIP, 1.0 - CLIP)
    return np.asarray(np.log(inside) - np.log1p(-inside))


def _split(values: np.ndarray, nodes: np.ndarray) -> np.ndarray:
    """Each value's mass on its two neighbouring nodes, its mean kept."""
    inside = np.clip(values, nodes[0], nodes[-1])
    left = np.clip(np.searchsorted(nodes, inside, side="right") - 1, 0, len(nodes) - 2)
    up = np.rint((inside - nodes[left]) / (nodes[left + 1] - nodes[left]) * MASS).astype(np.int64)
    mass = np.zeros(len(nodes), dtype=np.int64)
    np.add.at(mass, left + 1, up)
    np.add.at(mass, left, MASS - up)
    return mass


def _logistic(seen: np.ndarray, met: np.ndarray) -> tuple[float, float]:
    """Newton's method for slope and shift, pulled towards (1, 0) by RIDGE pseudo-rows; slope >= 0."""
    slope, shift = 1.0, 0.0
    rows = seen + met
    pull = RIDGE * 0.25  # what a row tells at p = 1/2
    for _ in range(25):
        p = 1.0 / (1.0 + np.exp(-(slope * NODES + shift)))
        miss, bend = met - rows * p, rows * p * (1.0 - p)
        down = (float(miss @ NODES) - pull * (slope - 1.0), float(miss.sum()) - pull * shift)
        steep, cross, flat = float(bend @ SQUARES) + pull, float(bend @ NODES), float(bend.sum()) + pull
        size = steep * flat - cross * cross  # of the Hessian; positive, since both are pulled
        step = ((flat * down[0] - cross * down[1]) / size, (steep * down[1] - cross * down[0]) / size)
        slope, shift = slope + max(-1.0, min(1.0, step[0])), shift + max(-2.0, min(2.0, step[1]))
        if max(abs(step[0]), abs(step[1])) < 1e-10:
            break
    if slope < 0.0:
        total = max(float(rows.sum()), 1.0)
        rate = (float(met.sum()) + 0.5) / (total + 1.0)
        return 0.0, float(np.log(rate) - np.log1p(-rate))
    return slope, shift


def _median(tables: Sequence[Reliability], counts: np.ndarray) -> float:
    """The weighted median residual, pulled towards zero by pseudo-rows that lie there; each table in its own scale."""
    values = np.concatenate([[0.0], *(RESIDUALS * table.scale for table in tables)])
    rows = [count * np.array(table.seen, dtype=float) / MASS for count, table in zip(counts, tables, strict=True)]
    mass = np.concatenate([[RIDGE / 10.0], *rows])
    order = np.argsort(values, kind="stable")
    below = np.cumsum(mass[order])
    return float(values[order][int(np.searchsorted(below, below[-1] / 2.0))])


def _ints(values: np.ndarray) -> tuple[int, ...]:
    return tuple(int(value) for value in values)
