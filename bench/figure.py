"""What is one measured figure?"""

from __future__ import annotations

import statistics
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value beside what was aimed at."""

    what: str
    value: float
    target: float  # in the same unit
    unit: str
    raw: tuple[float, ...]  # every measurement, in the order they were taken
    note: str  # how it was measured


def median_of(raw: list[float], *, what: str, target: float, unit: str, note: str) -> Figure:
    """The figure of several measurements of one thing."""
    return Figure(what=what, value=statistics.median(raw), target=target, unit=unit, raw=tuple(raw), note=note)
