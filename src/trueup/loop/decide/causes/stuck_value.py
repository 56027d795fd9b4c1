"""One value stands for many."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence
    from trueup.loop.monitor.symptoms import Atom

LEAST_GAIN: Final = 0.02  # of the share, where values are never alike or the value was never seen
CONTINUOUS: Final = 0.02  # largest share of one value in a column whose values are never alike
STUCK: Final = 0.35  # gain from which on a value that others share too is stuck
BLANK: Final = 0.10  # gain of a usual word for "no value"
LEAST_ROWS: Final = 5
SURE: Final = 5.0  # standard errors


def stuck_value(evidence: Evidence) -> Cause | None:
    """One exact value holds rows that held many different ones, and the other rows are as before.

    A sensor that stands still, a default for what is missing, -999. Where many rows are alike by nature only a leap
    of more than a third is proof, or a value far beyond all others.
    """
    seen = evidence.symptoms
    proven = [one for one in seen.atoms if _proven(evidence, one)] if seen is not None else []
    blank = (
        [one for one in seen.renamed if one.blank and one.gained >= LEAST_GAIN and evidence.open(one.column)]
        if (seen is not None)
        else []
    )
    if not proven and blank:
        word = max(blank, key=lambda one: (one.gained, one.column))
        named = f' ("{word.new}")' if word.new else ""
        return Cause(
            name="stuck_value",
            columns=tuple(sorted({one.column for one in blank})),
            proof=f"{percent(word.gained)} of the rows of {word.column} have a word for no value{named}, none before",
            figures=figures(gain=word.gained),
            confidence=0.9,
        )
    if not proven:
        return None
    best = max(proven, key=lambda one: (one.share - one.usual, one.column))
    value = f" ({best.value})" if best.value else ""
    return Cause(
        name="stuck_value",
        columns=tuple(dict.fromkeys(one.column for one in proven)),
        proof=(
            f"one value of {best.column}{value} holds {percent(best.share)} of rows, {percent(best.usual)} before, "
            "and the other rows are as they were"
        ),
        figures=figures(share=best.share, usual=best.usual, most=best.most, rest=best.rest),
        confidence=0.95 if best.far or best.most <= CONTINUOUS else 0.8,
    )


def _proven(evidence: Evidence, one: Atom) -> bool:
    gain = one.share - one.usual
    rows = max(one.rows / max(one.share, 1e-9), 1.0)
    error = math.sqrt(max(one.usual, 1 / rows) / rows)
    if not evidence.open(one.column) or one.rows < LEAST_ROWS or gain < SURE * error:
        return False
    kind = next(column.kind for column in evidence.edges.columns if column.name == one.column)
    as_before = one.rest <= max(evidence.limit(one.column), 0.1)
    if kind != "numeric":
        return gain >= (BLANK if one.far else STUCK) and one.others > 2 and as_before
    if one.most <= CONTINUOUS or (one.new and one.far):
        return gain >= max(LEAST_GAIN, one.most) and (as_before or one.far)
    return gain >= STUCK and as_before and one.others > 2
