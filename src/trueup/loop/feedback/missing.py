"""Do labels still come as they used to, or have they stopped?

What share of a window's labels is usually in at which age is learnt from the windows before, with how much it differs
between them. A window far behind is an alert of its own: without labels nothing else that needs them can speak.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.feedback.returned import AGES
from trueup.stats.tails import student_above

if TYPE_CHECKING:
    from trueup.loop.feedback.returned import Returned

KEPT: Final = 42  # newest windows that came as usual
LEAST: Final = 3  # windows that must show what is usual at an age
FAR: Final = 0.5  # of the usual share; a window above it is late, not missing
NOTABLE: Final = 0.1  # usual share of the rows below which nothing is expected yet
THIN: Final = 20  # rows; a thinner window is not judged
ACCEPTED: Final = 4  # windows in a row with few labels, and yet some, that are the new usual


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """How one window's labels came in."""

    rows: int
    soon: tuple[int, ...]  # labels in at each age of `AGES` that was reached


@dataclass(frozen=True, slots=True, kw_only=True)
class ArrivalWatch:
    """How labels usually come in, and whether they do."""

    unit: float  # a usual window, time units
    windows: tuple[Arrived, ...] = ()  # that came as usual, oldest first
    low: tuple[Arrived, ...] = ()  # that ended with far too few labels, in a row up to now
    missing: int = 0  # number of the window whose labels were missed first; 0: none are
    counted: int = 0  # number of the newest window that was counted before its time


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How far a window's labels are."""

    rows: int
    labelled: int
    age: float  # after the window's end, time units

    @property
    def share(self) -> float:
        """Of the rows."""
        return self.labelled / max(self.rows, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The share of a window's labels that is in, beside what is usual at its age."""

    share: float  # of the rows
    usual: float  # of the rows
    p: float  # chance of so few when nothing is wrong
    missing: bool


def due(watch: ArrivalWatch, count: Count, budget: float) -> Due | None:
    """Whether a window is far behind; None where nothing can be expected of it yet.

    `budget`: windows for one false alert.
    """
    shares, rows, share = _usual(watch, count.age), count.rows, count.share
    if rows < THIN or shares is None:
        return None
    usual = float(np.mean(shares))
    if usual < NOTABLE:
        return None
    between, chance = float(np.var(shares, ddof=1)), usual * (1 - usual) / rows
    spread = np.sqrt(between * (1 + 1 / len(shares)) + chance + 1 / rows**2)
    p = float(student_above(np.array([(usual - share) / spread]), np.array([len(shares) - 1.0]))[0])
    return Due(share=share, usual=usual, p=p, missing=share < FAR * usual and p < 1.0 / budget)


def _usual(watch: ArrivalWatch, age: float) -> np.ndarray | None:
    """The shares of earlier windows at the newest age that the window has reached and enough of them have."""
    reached = sum(watch.unit * one <= age for one in AGES)
    for place in reversed(range(reached)):
        shares = [one.soon[place] / one.rows for one in watch.windows if len(one.soon) > place]
        if len(shares) >= LEAST:
            return np.array(shares)
    return None


def ended(watch: ArrivalWatch, count: Count, budget: float, *, enough: float) -> Due:
    """Whether a window whose time is over has far too few labels; `enough` is usual until windows have shown what is.

    The project's own rows show nothing of it: nobody waited for their labels.
    """
    found = due(watch, count, budget)
    if found is not None:
        return found
    unknown = len(watch.windows) < LEAST and count.rows >= THIN
    return Due(share=count.share, usual=enough, p=1.0, missing=unknown and count.share < FAR * enough)


def learnt(watch: ArrivalWatch, returned: Returned, number: int, *, missing: bool) -> ArrivalWatch:
    """The watch after a window that waits no more; few labels for long, and yet some, are the new usual."""
    one = Arrived(rows=returned.rows, soon=returned.soon)
    if not missing:
        return replace(watch, windows=(*watch.windows, one)[-KEPT:], low=(), missing=0)
    low = (*watch.low, one) if returned.labelled else ()
    if len(low) >= ACCEPTED:
        return replace(watch, windows=low, low=(), missing=0)
    return replace(watch, low=low, missing=watch.missing or number)
