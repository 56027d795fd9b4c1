"""Which slice of event time, or of rows, are we talking about?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Window:
    """A slice of event time or of rows; evidence is gathered and decisions are made per window."""

    number: int  # counts from 1, without gaps
    start: float  # first moment that belongs to it (seconds since the epoch, or the order number)
    end: float  # first moment that does not
    name: str  # what people read: 2009-02-16, or rows 1001-2000
