"""Which labels came back for a window, and how soon?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

AGES: Final = (0.0, *(2.0 ** (half / 2) for half in range(-6, 11)))  # in usual windows after a window's end
DECILES: Final = tuple(part / 10 for part in range(1, 10))


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """What came back for one window; whole numbers, and nobody's label by itself."""

    rows: int
    labelled: int
    counts: tuple[int, ...]  # labels by class in the schema's order, or by bin of the reference's deciles
    edges: tuple[float, ...] = ()  # between the bins of a number; classes have none
    unit: float = 1.0  # a usual window, time units
    soon: tuple[int, ...] = ()  # labels that were in at the window's end, and at each age of `AGES` that is reached
    ups: int = 0  # rows whose answer somebody liked
    downs: int = 0  # rows whose answer somebody did not like
    corrected: int = 0  # rows whose label took the place of another one


def count_labels(labels: Floats, *, classes: int, edges: tuple[float, ...]) -> tuple[int, ...]:
    """Labels by class where there are classes, else by bin; a label on an edge belongs to the bin below.

    >>> count_labels(np.array([0.0, 1.0, 1.0]), classes=2, edges=())
    (1, 2)
    >>> count_labels(np.array([5.0, 7.0]), classes=0, edges=(5.0, 6.0))
    (1, 0, 1)
    """
    places = labels.astype(np.int64) if classes else np.searchsorted(np.asarray(edges), labels, side="left")
    return tuple(int(one) for one in np.bincount(places, minlength=classes or len(edges) + 1))


def deciles(labels: Floats) -> tuple[float, ...]:
    """The edges between ten equally large parts of the labels, fewer where many are equal; 12 significant digits.

    >>> deciles(np.array([0.0, 0.0, 0.0, 1.0]))
    (0.0, 0.1, 0.4, 0.7)
    """
    found = np.unique(np.quantile(labels, DECILES)) if len(labels) else np.empty(0)
    return tuple(float(f"{one:.12g}") for one in found.tolist())


def count_soon(ages: Floats, *, reached: float, unit: float) -> tuple[int, ...]:
    """Labels that were in at each age that the window has reached; `ages` are theirs, after the window's end.

    >>> count_soon(np.array([-0.5, 0.2, 3.0]), reached=1.0, unit=4.0)
    (1, 2, 2)
    """
    marks = np.array([unit * one for one in AGES if unit * one <= reached])
    return tuple(int(one) for one in np.searchsorted(np.sort(ages), marks, side="right"))
