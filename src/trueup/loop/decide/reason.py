"""Why should anything be done?"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """One trigger's case for a training."""

    trigger: str
    sentence: str
    urgent: bool  # may spend the token that is kept for a sudden change
    gain: float | None  # expected share of the metric per window, where it is known
    otherwise: str  # what would have kept it silent
