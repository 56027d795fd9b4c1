"""What does a cause call for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from trueup.loop.decide.cause import Action, Cause

REMEDIES: Final[Mapping[str, Action]] = {
    "missing_values": "block",
    "repeated_rows": "block",
    "exchanged_columns": "block",
    "unit_change": "block",
    "renamed_level": "block",
    "stuck_value": "block",
    "sensor_shift": "ask",
    "new_segment": "retrain",
    "label_shift": "recalibrate",
    "concept_drift": "retrain",
    "covariate_shift": "watch",
}
GRAVEST_FIRST: Final[tuple[Action, ...]] = ("block", "ask", "retrain", "recalibrate", "watch")


def action(causes: Iterable[Cause]) -> Action | None:
    """The one that goes before all others; None without a cause."""
    wanted = {REMEDIES[one.name] for one in causes}
    return next((one for one in GRAVEST_FIRST if one in wanted), None)
