"""By which loss, and against which naive rivals, is a candidate judged? Declared before its first row.

Source: research/proof.md section 2.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from trueup.errors import BadData

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trueup.loop.schema import Task
    from trueup.stats.arrays import Flags, Floats, Integers

Kind = Literal["brier", "log", "multiclass", "absolute"]

RARE: Final = 0.05  # below this base rate, log loss clipped around it proves more than Brier
FACTOR: Final = 5.0  # the clip keeps odds from leaving the base rate by more than about this
CAP_QUANTILE: Final = 0.99  # of the naive rival's absolute error
REFERENCE_WINDOWS: Final = 6  # windows a reference usually spans; its last part counts as one
FEWEST_ROWS: Final = 500  # reference rows below which rates and cap mean too little for a pass
FEWEST_RARE: Final = 20  # the same for rows of the rarer of two classes
UNITY: Final = 1e-3  # how far probabilities of a row may be from adding up to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofLoss:
    """A proper loss between 0 and its greatest value, and three constant rivals to be beaten."""

    kind: Kind
    rates: tuple[float, ...]  # share of the positive class, or of each class, in the reference; regression: empty
    low: float  # log loss: probabilities are clipped from here
    high: float  # ... to here
    cap: float  # absolute error: errors count up to this, in the label's unit
    rivals: tuple[tuple[float, ...], ...]  # constant answers, one number or one per class; the first is the naive one
    reference_rows: int  # labelled rows it was declared from
    rarest: int  # reference rows of the rarer of two classes; otherwise all

    @property
    def loss_id(self) -> str:
        """A short hash of its content; evidence under two losses does not add up."""
        return sha256(repr(astuple(self)).encode()).hexdigest()[:12]

    @property
    def thin(self) -> bool:
        """The reference is too small for a pass."""
        return self.reference_rows < FEWEST_ROWS or self.rarest < FEWEST_RARE

    def harm(self, keep: float, rival: int = 0) -> float:
        """H(k): the greatest difference a candidate can have from the bar at this `keep_skill`."""
        if self.kind != "log":
            return 1.0
        q = self.rivals[rival][0]
        positive = -math.log(self.low) + keep * math.log(self.high) + (1 - keep) * math.log(q)
        negative = -math.log1p(-self.high) + keep * math.log1p(-self.low) + (1 - keep) * math.log1p(-q)
        return max(positive, negative)

    def gain(self, keep: float, rival: int = 0) -> float:
        """G(k): the greatest lead a candidate can have over the bar."""
        if self.kind != "log":
            return 1.0
        q = self.rivals[rival][0]
        positive = math.log(self.high) - keep * math.log(self.low) - (1 - keep) * math.log(q)
        negative = math.log1p(-self.low) - keep * math.log1p(-self.high) - (1 - keep) * math.log1p(-q)
        return max(positive, negative)

    def stretch(self, keep: float, rival: int = 0) -> float:
        """How far the negative side of the difference reaches, in units of H(k)."""
        return max(1.0, self.gain(keep, rival) / self.harm(keep, rival))


def declare(task: Task, reference_labels: Floats | Integers, n_classes: int = 2) -> ProofLoss:
    """Fix loss, clip, cap and rivals from labels that came before the comparison, oldest first."""
    if not len(reference_labels):
        raise BadData("reference labels", "there is none", "declare the loss from the last windows with labels")
    labels = reference_labels.astype(np.float64)
    match task:
        case "binary":
            return _binary(labels)
        case "multiclass":
            return _multiclass(labels, n_classes)
        case _:
            return _regression(labels)


def row_losses(loss: ProofLoss, y: Floats, scores: Floats) -> Floats:
    """The proof loss of each row."""
    match loss.kind:
        case "brier":
            return np.asarray((scores - y) ** 2)
        case "log":
            inside = np.clip(scores, loss.low, loss.high)
            return np.asarray(-np.log(np.where(y > 0, inside, 1 - inside)))
        case "multiclass":
            given = scores[np.arange(len(y)), y.astype(np.int64)]
            return np.asarray(np.minimum(1.0, ((scores**2).sum(axis=1) - 2 * given + 1) / 2))
        case _:
            return np.minimum(np.abs(y - scores), loss.cap) / loss.cap


def rival_losses(loss: ProofLoss, y: Floats, rival: int) -> Floats:
    """The proof loss of a constant rival on each row."""
    answer = np.array(loss.rivals[rival])
    scores = np.tile(answer, (len(y), 1)) if loss.kind == "multiclass" else np.full(len(y), answer[0])
    return row_losses(loss, y, scores)


def usable_rows(loss: ProofLoss, scores: Floats) -> Flags:
    """Which rows have an answer the loss can judge: a number, and for classes a probability."""
    if loss.kind == "absolute":
        return np.isfinite(scores)
    with np.errstate(invalid="ignore"):  # a comparison with NaN is False, which is what is asked
        inside: Flags = (scores >= 0) & (scores <= 1)
        if scores.ndim == 1:
            return inside
        whole: Flags = np.abs(scores.sum(axis=1) - 1) <= UNITY
        return np.asarray(inside.all(axis=1) & whole)


def _binary(labels: Floats) -> ProofLoss:
    """Brier, or log loss clipped around the base rate where one class is rare."""
    positives = int((labels > 0).sum())
    rate = _rounded((positives + 0.5) / (len(labels) + 1))
    rare = min(rate, 1 - rate)
    rivals = [rare, rare / 2, min(1.0, 2 * rare)]
    if rate > 0.5:
        rivals = [1 - one for one in rivals]
    log = rare < RARE
    return ProofLoss(
        kind="log" if log else "brier",
        rates=(rate,),
        low=_rounded(rate / FACTOR) if log else 0.0,
        high=_rounded(1 - (1 - rate) / FACTOR) if log else 1.0,
        cap=1.0,
        rivals=tuple((_rounded(one),) for one in rivals),
        reference_rows=len(labels),
        rarest=min(positives, len(labels) - positives),
    )


def _multiclass(labels: Floats, n_classes: int) -> ProofLoss:
    """Half the Brier score of all classes, against their rates, equal shares, and the mean of both."""
    rates = (np.bincount(labels.astype(np.int64), minlength=n_classes) + 0.5) / (len(labels) + n_classes / 2)
    uniform = np.full(n_classes, 1 / n_classes)
    rivals = (rates, uniform, (rates + uniform) / 2)
    return ProofLoss(
        kind="multiclass",
        rates=_all_rounded(rates),
        low=0.0,
        high=1.0,
        cap=1.0,
        rivals=tuple(_all_rounded(one) for one in rivals),
        reference_rows=len(labels),
        rarest=len(labels),
    )


def _regression(labels: Floats) -> ProofLoss:
    """Absolute error up to a cap, against the median, the mean, and the median of the last part."""
    last = labels[-max(1, len(labels) // REFERENCE_WINDOWS) :]
    rivals = (np.median(labels), np.mean(labels), np.median(last))
    errors = np.abs(labels - rivals[0])
    cap = float(np.quantile(errors, CAP_QUANTILE)) or float(errors.max()) or 1.0
    return ProofLoss(
        kind="absolute",
        rates=(),
        low=0.0,
        high=1.0,
        cap=_rounded(cap),
        rivals=tuple((_rounded(float(one)),) for one in rivals),
        reference_rows=len(labels),
        rarest=len(labels),
    )


def _rounded(number: float) -> float:
    """As it is written in an event, so that the hash survives a journey through the journal."""
    return float(f"{number:.12g}")


def _all_rounded(numbers: NDArray[np.floating]) -> tuple[float, ...]:
    return tuple(_rounded(float(one)) for one in numbers)
