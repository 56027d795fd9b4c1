"""Rows came in twice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

LEAST_RISE: Final = 0.05  # of the share
SURE: Final = 5.0  # standard errors
NATURAL: Final = 0.5  # share of repeated rows from which on repeats prove nothing


def repeated_rows(evidence: Evidence) -> Cause | None:
    """Far more rows are equal in every value than ever before: a part of the data was loaded twice.

    It cannot be told where rows are alike by nature, as those of a few levels are.
    """
    seen = evidence.symptoms
    if seen is None or seen.repeated_usual > NATURAL:
        return None
    rise = seen.repeated - seen.repeated_usual
    error = math.sqrt(max(seen.repeated_usual * (1 - seen.repeated_usual), 1 / seen.rows) / seen.rows)
    if rise < max(LEAST_RISE, SURE * error):
        return None
    before = percent(seen.repeated_usual)
    return Cause(
        name="repeated_rows",
        columns=(),
        proof=f"{percent(seen.repeated)} of the rows repeat another one in every value, {before} at most before",
        figures=figures(repeated=seen.repeated, usual=seen.repeated_usual),
        confidence=0.99,
    )
