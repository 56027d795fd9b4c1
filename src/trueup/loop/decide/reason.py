"""Why should anything be done?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One trigger's case for a training."""

    trigger: str
    short: str  # a few words, for a headline
    sentence: str  # with its figures; does not repeat the headline
    urgent: bool  # may spend the token that is kept for a sudden change
    gain: float | None  # expected share of the metric per window, where it is known
    otherwise: str  # what would have kept it silent
    budgeted: bool = True  # costs a token of the budget; else the owner has said what it may cost


def counted(number: int, what: str) -> str:
    """A number of things as people write it.

    >>> counted(1, "window"), counted(1200, "row")
    ('1 window', '1,200 rows')
    """
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
