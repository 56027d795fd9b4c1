"""A level has another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence
    from trueup.loop.monitor.symptoms import Renamed

LEAST_SHARE: Final = 0.01
LEAST_ADVANTAGE: Final = 6.0  # log likelihood: e to this is about 400 to 1
SURE: Final = 3.0  # standard errors


def renamed_level(evidence: Evidence) -> Cause | None:
    """A never-seen level has just the rows that a known one lacks, or the same word in other letters.

    Rows of a new kind would have thinned all levels alike; a new name takes from one alone.
    """
    seen = evidence.symptoms
    proven = [one for one in seen.renamed if _proven(evidence, one)] if seen is not None else []
    if not proven:
        return None
    best = max(proven, key=lambda one: (one.gained, one.column))
    names = f' ("{best.old}" -> "{best.new}")' if best.new else ""
    return Cause(
        name="renamed_level",
        columns=tuple(sorted({one.column for one in proven})),
        proof=(
            f"a level of {best.column} has another name{names}: a never-seen one holds {percent(best.gained)} of rows, "
            f"one that was usual lost {percent(max(best.lost, 0.0))}"
        ),
        figures=figures(gained=best.gained, lost=best.lost, advantage=best.advantage, after=best.after),
        confidence=0.97 if best.same_words else 0.9,
    )


def _proven(evidence: Evidence, one: Renamed) -> bool:
    if not evidence.open(one.column) or one.gained < LEAST_SHARE or one.blank:
        return False
    if one.same_words:
        return True
    same = abs(one.lost - one.gained) <= SURE * one.error + max(0.0, evidence.limit(one.column) - 0.05)
    return same and one.advantage >= LEAST_ADVANTAGE and one.after <= max(evidence.limit(one.column), 0.5 * one.gained)
