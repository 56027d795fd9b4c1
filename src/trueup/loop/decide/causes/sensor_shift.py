"""One number left all others behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

LEAST: Final = 0.25  # standard deviations
SURE: Final = 5.0  # standard errors
OUTCOMES: Final = 0.1  # move of the outcome's share that may have moved a column with it
CHANCE: Final = 2.0  # chi-squared per degree of freedom
RESTORED: Final = 0.5  # of the distance that may be left


def sensor_shift(evidence: Evidence) -> Cause | None:
    """One number alone moved, the others do not explain it, and moved and stretched back it has its old shape.

    A sensor that drifts does that; so does a world in which one thing alone changed, which is why it is a question.
    """
    seen, moved, truth = evidence.symptoms, evidence.chief, evidence.truth
    if truth is not None and abs(truth.share - truth.share_before) >= OUTCOMES and truth.shape <= CHANCE < truth.mix:
        return None  # another mix of outcomes moves what goes with the outcome
    if seen is None or len(moved) != 1 or moved[0].kind != "numeric":
        return None
    one = next((found for found in seen.residuals if found.column == moved[0].column), None)
    if one is None or abs(one.residual) < max(LEAST, SURE * one.error):
        return None
    if one.after > max(evidence.near(one.column), RESTORED * one.before):
        return None
    explains = f"the other columns explain {100 * one.explained:.0f} % of it as a rule"
    return Cause(
        name="sensor_shift",
        columns=(one.column,),
        proof=(
            f"{one.column} alone moved, by {one.shift:+.2f} standard deviations, "
            f"{one.residual:+.2f} beside what the others make expect ({explains})"
        ),
        figures=figures(shift=one.shift, residual=one.residual, error=one.error, explained=one.explained),
        confidence=min(0.9, 0.4 + one.explained),
    )
