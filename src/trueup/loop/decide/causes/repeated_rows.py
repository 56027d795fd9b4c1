"""Rows came in twice."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence
    from trueup.loop.monitor.symptoms import Symptoms

LEAST_RISE: Final = 0.05  # of the share
TWICE: Final = 2.0  # times the share that repeats by itself
SURE: Final = 5.0  # standard errors
NATURAL: Final = 0.5  # share of repeated rows from which on repeats prove nothing


def repeated_rows(evidence: Evidence) -> Cause | None:
    """Far more rows are equal in every value than ever before: a part of the data was loaded twice.

    What repeats by itself does so the more, the more rows there are; what came in twice is beyond twice of that. It
    cannot be told where rows are alike by nature, as those of a few levels are.
    """
    seen = evidence.symptoms
    if seen is None or seen.repeated_usual > NATURAL or seen.repeated < TWICE * _natural(evidence, seen):
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


def _natural(evidence: Evidence, seen: Symptoms) -> float:
    """The share of repeats that a window of so many rows may have by itself."""
    before = [one.rows for one in evidence.accepted[1:] if one.rows]
    return seen.repeated_usual * max(1.0, seen.rows / max(before, default=seen.rows))
