"""Two columns changed places."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence
    from trueup.loop.monitor.symptoms import Exchanged

LEAST_PART: Final = 0.15  # share of rows
LEAST_BETTER: Final = 0.15  # gain of the share of rows that fit better the other way round
MOST: Final = 0.4  # the same that is proof by itself
FAR_APART: Final = 0.4  # distance of columns that have nothing in common
UNTIED: Final = 0.1  # mean change of the correlations with others, where only these tell
TIED: Final = 0.03  # of it may be left once exchanged back
RESTORED: Final = 0.35  # of the distance that must be gone


def exchanged_columns(evidence: Evidence) -> Cause | None:
    """Each of two columns looks like the other one did, and together they fit the reference once exchanged back.

    A move of the world does not restore two columns at once; a mapping of columns gone wrong does. Columns with the
    same values and the same ties to all others cannot be told apart.
    """
    seen = evidence.symptoms
    proven = [one for one in seen.exchanged if _proven(evidence, one)] if seen is not None else []
    if not proven:
        return None
    best = max(proven, key=lambda one: (one.before - one.after + one.better - one.usual, one.left))
    return Cause(
        name="exchanged_columns",
        columns=(best.left, best.right),
        proof=f"{best.left} and {best.right} changed places: {_shown(best)}",
        figures=figures(part=best.part, better=best.better, usual=best.usual, before=best.before, after=best.after),
        confidence=0.95,
    )


def _shown(one: Exchanged) -> str:
    """By what it shows: by their values, or else by how they go together with the others."""
    other_way = f"{percent(one.better)} of rows fit better the other way round ({percent(one.usual)} before)"
    if one.before - one.after >= LEAST_BETTER:
        return f"their distance from the reference falls from {one.before:.2f} to {one.after:.2f} once exchanged back"
    ties = f"their correlations with the others are off by {one.untied:.2f}, by {one.tied:.2f} once exchanged back"
    return f"{ties}, and {other_way}"


def _proven(evidence: Evidence, one: Exchanged) -> bool:
    pair, rows = (one.left, one.right), one.better - one.usual
    if not evidence.open(*pair):
        return False
    near = one.after <= evidence.near(*pair)
    if one.part >= LEAST_PART and one.after <= RESTORED * one.before:  # values tell them apart
        moved = {other.column for other in evidence.moved}
        alone = {other.column for other in evidence.chief} == set(pair) and rows >= 0
        plain = one.before >= FAR_APART and rows >= MOST
        if moved.issuperset(pair) and ((near and (alone or rows >= LEAST_BETTER)) or plain):
            return True
    back = one.untied >= UNTIED and one.tied <= max(TIED, RESTORED * one.untied) and one.tied <= one.untied / 2
    only = one.before <= evidence.near(*pair)  # their ties to others tell them apart, and nothing else
    return near and back and (rows >= LEAST_BETTER or (only and rows > 0))
