"""Have enough of a window's labels come back to judge it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.errors import Incompatible

if TYPE_CHECKING:
    from trueup.loop.policy import FeedbackPolicy

BINS = 48  # eight a tenfold
ARRIVED = 0.95  # share of the labels that ever come
PATIENCE = 4.0  # windows to wait for labels whose delay nobody declared


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalCurve:
    """How long labels take: counts by age on a logarithmic scale; curves of one unit add up."""

    unit: float  # age of the first bin's upper end, time units
    counts: tuple[int, ...]  # labels by bin, bin j up to unit * 10 ** (j / 8)

    def __add__(self, other: ArrivalCurve) -> ArrivalCurve:
        """Windows add up."""
        if self.unit != other.unit:
            raise Incompatible("arrival curves do not add up", self.unit, other.unit)
        return ArrivalCurve(unit=self.unit, counts=tuple(a + b for a, b in zip(self.counts, other.counts, strict=True)))

    def age(self, share: float) -> float:
        """The age by which this share of the labels that ever came had come; 0 when none came."""
        total, so_far = sum(self.counts), 0
        for place, count in enumerate(self.counts):
            so_far += count
            if total and so_far >= share * total:
                return float(self.unit * 10 ** (place / 8))
        return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """How far the labels of one window are in."""

    rows: int
    labelled: int

    @property
    def coverage(self) -> float:
        """Share of the rows that have a label."""
        return self.labelled / self.rows if self.rows else 0.0


def is_mature(arrivals: Arrivals, *, age: float, length: float, curve: ArrivalCurve, policy: FeedbackPolicy) -> bool:
    """Whether a window may be judged, `age` time units after its end; `length` is the window's own.

    Enough labels are in, or the declared delay is over; where none was declared, the arrival curve says
    when no more are to be expected, and after four windows nobody waits any longer.
    """
    if not arrivals.rows:
        return True
    declared = policy.label_delay
    if declared is not None and age >= declared:
        return True
    if arrivals.coverage >= policy.enough:
        return True
    usual = curve.age(ARRIVED)
    if declared is None and usual and arrivals.labelled and age >= usual:
        return True
    return declared is None and age >= PATIENCE * length
