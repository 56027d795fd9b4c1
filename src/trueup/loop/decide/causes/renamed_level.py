"""A level has another name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence
    from trueup.loop.monitor.symptoms import Renamed

LEAST_SHARE: Final = 0.01
LEAST_ADVANTAGE: Final = 10.0  # log likelihood: e to this is about 20,000 to 1
CERTAIN: Final = 50.0  # log likelihood: days with another mix do not come near
SURE: Final = 3.0  # standard errors
ABOUT: Final = 0.25  # part of the gain that the loss may differ by, since days differ
GONE: Final = 0.2  # of a vanished level may be left
AS_BEFORE: Final = 0.4  # part of the gain that may be left once named back


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
    if not evidence.open(one.column) or one.gained < LEAST_SHARE or one.blank or one.filled:
        return False
    if one.same_words:
        return True
    if abs(one.lost - one.gained) > SURE * one.error + ABOUT * one.gained:
        return False
    vanished = one.left <= GONE * (one.left + one.lost)
    return one.advantage >= LEAST_ADVANTAGE and (
        vanished or one.after <= AS_BEFORE * one.gained or one.advantage >= CERTAIN
    )
