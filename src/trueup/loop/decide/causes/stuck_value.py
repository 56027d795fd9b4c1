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
CONTINUOUS: Final = 0.05  # largest share of one value in a window of a column whose values are never alike
STUCK: Final = 0.12  # gain from which on a value that others share too is stuck
PLAIN: Final = 0.2  # gain that is proof by itself where values are never alike
LIKE_NEVER: Final = 1.5  # times the largest share that one value ever had
LEAP: Final = 0.35  # the same, while other columns moved too
FEW: Final = 3  # columns; where more moved, a value that was common before is common with them
VARIED: Final = 0.7  # largest share of one value in any window of a number that does not say one thing for long
AS_BEFORE: Final = 0.3  # part of the gain that the other rows may have moved by
LEAST_ROWS: Final = 5
SURE: Final = 5.0  # standard errors


def stuck_value(evidence: Evidence) -> Cause | None:
    """One exact value holds rows that held many different ones, and the other rows are as before.

    A sensor that stands still, a default for what is missing, -999. Where rows are alike by nature the leap must be
    larger and the others must not have moved with it; a word for "no value" among levels is the same thing.
    """
    seen = evidence.symptoms
    proven = [one for one in seen.atoms if _proven(evidence, one)] if seen is not None else []
    if not proven:
        return _blank(evidence)
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
        confidence=0.95 if best.new or best.most <= CONTINUOUS else 0.8,
    )


def _proven(evidence: Evidence, one: Atom) -> bool:
    gain, rows = one.share - one.usual, max(one.rows / max(one.share, 1e-9), 1.0)
    error = math.sqrt(max(one.usual, 1 / rows) / rows)
    if not evidence.open(one.column) or one.rows < LEAST_ROWS or gain < max(LEAST_GAIN, SURE * error):
        return False
    chance = 1.5 / math.sqrt(max(rows - one.rows, 1.0))
    if one.new and one.far:
        return True
    if one.most <= CONTINUOUS:
        return gain >= PLAIN or (gain >= LIKE_NEVER * one.most and one.rest <= max(AS_BEFORE * gain, chance))
    chief = [other.column for other in evidence.chief]
    if len(chief) > FEW and one.usual > CONTINUOUS:
        return False
    least = STUCK if chief == [one.column] else LEAP
    words = all(column.kind != "numeric" for column in evidence.edges.columns if column.name == one.column)
    if not (words or one.others) and one.most <= VARIED:
        return True  # the whole window says a value that it used to be one of many
    rest = 0.7 * max(0.15 * gain, chance) if words else max(AS_BEFORE * gain, chance)
    like_never = one.usual <= CONTINUOUS or one.share - one.most >= gain / 2
    return one.column in chief and gain >= least and like_never and one.others > 2 and one.rest <= rest


def _blank(evidence: Evidence) -> Cause | None:
    """Levels that are words for "no value"."""
    seen = evidence.symptoms
    words = [one for one in seen.renamed if one.blank and one.gained >= LEAST_GAIN] if seen is not None else []
    words = [one for one in words if evidence.open(one.column)]
    if not words:
        return None
    best = max(words, key=lambda one: (one.gained, one.column))
    named = f' ("{best.new}")' if best.new else ""
    return Cause(
        name="stuck_value",
        columns=tuple(sorted({one.column for one in words})),
        proof=f"{percent(best.gained)} of the rows of {best.column} have a word for no value{named}, none had before",
        figures=figures(gain=best.gained),
        confidence=0.9,
    )
