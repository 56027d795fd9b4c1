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
    "growing_column": "ask",
    "sensor_shift": "ask",
    "new_segment": "retrain",
    "label_shift": "recalibrate",
    "concept_drift": "retrain",
    "covariate_shift": "watch",
}
GRAVEST_FIRST: Final[tuple[Action, ...]] = ("block", "ask", "retrain", "recalibrate", "watch")

PROPOSALS: Final[Mapping[str, str]] = {
    "missing_values": "keep the window out, and ask where the data come from",
    "repeated_rows": "keep the window out, and load it once",
    "exchanged_columns": "keep the window out, and put the two columns back",
    "unit_change": "keep the window out, and turn the values back",
    "renamed_level": "keep the window out, and give the level its old name",
    "stuck_value": "keep the window out, and ask where the value comes from",
    "growing_column": "train without it; it is asked once",
    "sensor_shift": "ask whether what measures it is right; if not, put it right or train without it",
    "new_segment": "train with the new rows, as soon as they have labels",
    "label_shift": "recalibrate, as every window's labels do by themselves",
    "concept_drift": "train on rows from the change on",
    "covariate_shift": "watch",
}

QUESTIONS: Final[Mapping[str, tuple[str, str]]] = {  # what is asked of columns, and what would have made it none
    "growing_column": (
        "does the model need {}?",
        "had it gone back in any window, it would have been taken for a change of the world",
    ),
    "sensor_shift": (
        "is {} right?",
        "had other columns moved with it, it would have been taken for a change of the world",
    ),
}


def proposal(cause: Cause) -> str:
    """What a cause calls for, in words; nothing of it is done by the words alone."""
    return PROPOSALS[cause.name]


def action(causes: Iterable[Cause]) -> Action | None:
    """The one that goes before all others; None without a cause."""
    wanted = {REMEDIES[one.name] for one in causes}
    return next((one for one in GRAVEST_FIRST if one in wanted), None)
