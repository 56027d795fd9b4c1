"""How long does one wait for the next row, usually?

Nights and weekends are long waits too, so what is usual is the longest wait of the windows that are known, not the
mean: twice as long without a row is told, once a silence.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from statistics import median
from typing import Final

KNOWN: Final = 3  # windows before a silence is judged
KEPT: Final = 60  # newest windows
FACTOR: Final = 2.0  # times the longest usual wait


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The waits between the rows of one window, in time units."""

    since: float  # moment of its first row
    end: float  # moment of its last row
    typical: float  # the middle one
    longest: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What is remembered of waits from window to window."""

    last: float | None = None  # moment of the newest closed window's last row
    typical: tuple[float, ...] = ()  # a window, newest last
    longest: tuple[float, ...] = ()  # a window, the wait that led up to it counted; newest last

    @property
    def patience(self) -> float | None:
        """How long a silence may last; None while too little is known."""
        return FACTOR * max(self.longest) if len(self.longest) >= KNOWN and max(self.longest) > 0 else None

    @property
    def usual(self) -> float:
        """The usual time from one row to the next."""
        return median(self.typical) if self.typical else 0.0


def paced(pace: Pace, waits: Waits) -> Pace:
    """One window more; a silence that was worth telling is no usual wait."""
    before = 0.0 if pace.last is None else max(waits.since - pace.last, 0.0)
    longest, patience = max(waits.longest, before), pace.patience
    if patience is not None and longest > patience:
        longest = patience / FACTOR
    return replace(
        pace,
        last=waits.end,
        typical=(*pace.typical, waits.typical)[-KEPT:],
        longest=(*pace.longest, longest)[-KEPT:],
    )


def span(seconds: float) -> str:
    """A length of time as people say it.

    >>> span(0.25), span(300), span(10800), span(200000)
    ('0.25 s', '5 min', '3 h', '2.3 days')
    """
    for size, word in ((86_400.0, "days"), (3_600.0, "h"), (60.0, "min")):
        if seconds >= (1.5 if word == "days" else 1.0) * size:
            return f"{seconds / size:.1f}".removesuffix(".0") + f" {word}"
    return f"{seconds:.2g} s"
