"""Why is a window not as it was? One file per cause; the order is that of the cheapest proof."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.causes.concept_drift import concept_drift
from trueup.loop.decide.causes.covariate_shift import covariate_shift
from trueup.loop.decide.causes.exchanged_columns import exchanged_columns
from trueup.loop.decide.causes.growing_column import growing_column
from trueup.loop.decide.causes.label_shift import label_shift
from trueup.loop.decide.causes.missing_values import missing_values
from trueup.loop.decide.causes.new_segment import new_segment
from trueup.loop.decide.causes.renamed_level import renamed_level
from trueup.loop.decide.causes.repeated_rows import repeated_rows
from trueup.loop.decide.causes.sensor_shift import sensor_shift
from trueup.loop.decide.causes.stuck_value import stuck_value
from trueup.loop.decide.causes.unit_change import unit_change

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.decide.cause import Finder

CAUSES: Final[Mapping[str, Finder]] = {
    "missing_values": missing_values,
    "repeated_rows": repeated_rows,
    "growing_column": growing_column,
    "exchanged_columns": exchanged_columns,
    "unit_change": unit_change,
    "renamed_level": renamed_level,
    "stuck_value": stuck_value,
    "new_segment": new_segment,
    "sensor_shift": sensor_shift,
    "label_shift": label_shift,
    "concept_drift": concept_drift,
    "covariate_shift": covariate_shift,
}
