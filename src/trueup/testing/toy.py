"""The evidence of a toy world, in which every version is off by a constant on each row: its error.

At .5 a version knows nothing; below it, it is better than the naive rival.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np

from trueup.loop.events import LineEvidence, PairEvidence
from trueup.loop.feedback.returned import Returned
from trueup.loop.monitor.measure import Measure, mean_value
from trueup.loop.monitor.performance import Evaluation, MetricDifference, Scored
from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile, Edges, Profile
from trueup.loop.policy import Policy, Windowing
from trueup.loop.schema import Column, Schema
from trueup.loop.train.blend import BlendLosses, grid
from trueup.loop.train.calibration import Reliability, reliability
from trueup.loop.validate.comparison import Comparison, Units, compare
from trueup.loop.validate.loss import ProofLoss, declare
from trueup.loop.window import Window

ROWS: Final = 1000  # a window's, half of them positive
LENGTH: Final = 100.0  # a window's, in time units
GOOD: Final = 0.2  # error of a version that knows something
BETTER: Final = 0.15
USELESS: Final = 0.5  # nothing can be proven about such a version
PLAIN: Final = Policy(
    model="toy",
    schema=Schema(task="binary", label="y", features=(Column(name="x", kind="numeric"),), classes=("no", "yes")),
    metric="accuracy",
    window=Windowing(unit="time", length=LENGTH, min_rows=1),
    mode="act",
)
EDGES: Final = Edges.of(
    6 * ROWS,
    (ColumnEdges(name="x", kind="numeric", known=6 * ROWS, interior=(1.0, 2.0, 3.0), high=4.0, mean=2.0, sd=1.2),),
)
LABELS: Final = np.tile([0.0, 1.0], ROWS // 2)
LOSS: Final = declare("binary", LABELS)


def slice_of(number: int) -> Window:
    """A window by its number."""
    return Window(number=number, start=LENGTH * (number - 1), end=LENGTH * number, name=f"#{number}")


def profile(missing: int = 0, low: int = ROWS // 4) -> Profile:
    """A window's inputs: so many values missing, so many in the lowest quarter, the others alike."""
    rest = ROWS - missing - low
    counts = (low, rest // 3, rest // 3, rest - 2 * (rest // 3))
    column = ColumnProfile(name="x", counts=counts, missing=missing, unseen=0, out_of_range=0, total=ROWS)
    return Profile(edges_id=EDGES.edges_id, rows=ROWS, columns=(column,))


def came_back(positive: int = ROWS // 2, labelled: int = ROWS) -> Returned:
    """So many labels of a window, all of them at its end, so many of them positive."""
    counts, soon = (labelled - positive, positive), (labelled,) * 4
    return Returned(rows=ROWS, labelled=labelled, counts=counts, unit=LENGTH, soon=soon)


def evaluation(version: str, error: float) -> Evaluation:
    """The accuracy of a version that is wrong on this share of the rows."""
    wrong = round(ROWS * error)
    return Evaluation(version=version, metric="accuracy", rows=ROWS, labelled=ROWS, sums=(ROWS, wrong, wrong))


def share_of(name: str, share: float, *, rows: int, part: str = "") -> Measure:
    """A KPI that is a share of the answers: so many of them have it."""
    have = float(round(rows * share))
    sums = {"rows": float(rows), "sum": have, "squares": have}
    value, error = mean_value(sums)
    return Measure(
        name=name, slice=part, rows=rows, labelled=rows, sums=tuple(sums.items()), value=value, standard_error=error
    )


def line(version: str, error: float, *, window: int, fits: int) -> LineEvidence:
    """How a version did on a window; its fits are alike."""
    losses = BlendLosses(window=window, losses=(error,) * len(grid(fits)))
    return LineEvidence(version=version, evaluation=evaluation(version, error), losses=losses, reliability=_met(error))


def pair(candidate: tuple[str, float], champion: tuple[str, float], loss: ProofLoss = LOSS) -> PairEvidence:
    """How two versions, each with its error, did on the same window."""
    difference = None
    if candidate[0] != champion[0]:
        difference = MetricDifference(
            candidate=candidate[0],
            champion=champion[0],
            metric="accuracy",
            difference=candidate[1] - champion[1],
            standard_error=0.015,
            rows=ROWS,
        )
    return PairEvidence(comparison=_compared(candidate, champion, loss), difference=difference)


@lru_cache(maxsize=256)
def _compared(candidate: tuple[str, float], champion: tuple[str, float], loss: ProofLoss) -> Comparison:
    new, old = (Scored(version=name, scores=np.abs(LABELS - error)) for name, error in (candidate, champion))
    return compare(loss, LABELS, new, old, units=Units(rows=ROWS))


@lru_cache(maxsize=64)
def _met(error: float) -> Reliability:
    return reliability("binary", LABELS, np.abs(LABELS - error))
