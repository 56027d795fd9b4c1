"""The rule from inputs to outcome is another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

CLEAR: Final = 4.0  # chi-squared per degree of freedom, while no column moved
STRONG: Final = 8.0  # the same, while some did: a model is less exact where it has seen less
LEAST_OFF: Final = 0.02  # share
LEAST_GROWTH: Final = 0.05  # of the mean error of a forecast


def concept_drift(evidence: Evidence) -> Cause | None:
    """A score does not mean what it meant: its outcomes are off by more than chance and days explain.

    Of numbers: errors are larger than they were. Outcomes that moved while the inputs did not are that too, since with
    the same rows and the same rule they would have stayed.
    """
    truth = evidence.truth
    if truth is None or truth.off < (LEAST_GROWTH if truth.numbers else LEAST_OFF):
        return None
    moved = len(evidence.moved)
    if truth.meaning < (STRONG if moved else CLEAR):
        return None
    beside = f"although {moved} columns moved, more than that explains" if moved else "while no column moved"
    off = f"outcomes are off what their scores meant by {100 * truth.off:.1f} points of share on the mean"
    if truth.numbers:
        off = f"the mean error is {100 * truth.off:.0f} % larger than in any window before"
    return Cause(
        name="concept_drift",
        columns=(),
        proof=f"{off} ({truth.meaning:.0f} times chance), {beside}",
        figures=figures(off=truth.off, meaning=truth.meaning, moved=moved),
        confidence=0.95 if truth.meaning >= STRONG else 0.8,
    )
