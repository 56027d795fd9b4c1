"""The rule from inputs to outcome is another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

CLEAR: Final = 4.0  # chi-squared per degree of freedom, while no column moved
STRONG: Final = 8.0  # the same, while some did: a model is less exact where it has seen less
LEAST_OFF: Final = 0.02  # share


def concept_drift(evidence: Evidence) -> Cause | None:
    """A score does not mean what it meant: its outcomes are off by more than chance and days explain."""
    truth = evidence.truth
    if truth is None or truth.off < LEAST_OFF:
        return None
    moved = len(evidence.moved)
    if truth.meaning < (STRONG if moved else CLEAR):
        return None
    beside = f"although {moved} columns moved, more than that explains" if moved else "while no column moved"
    return Cause(
        name="concept_drift",
        columns=(),
        proof=(
            f"outcomes are off what their scores meant by {100 * truth.off:.1f} points of share on the mean "
            f"({truth.meaning:.0f} times chance), {beside}"
        ),
        figures=figures(off=truth.off, meaning=truth.meaning, moved=moved),
        confidence=0.95 if truth.meaning >= STRONG else 0.8,
    )
