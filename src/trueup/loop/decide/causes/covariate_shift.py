"""Other rows, same rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.cause import Cause, figures, listed

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence


def covariate_shift(evidence: Evidence) -> Cause | None:
    """Columns moved, nothing is broken, and as far as labels are in a score means what it meant."""
    moved = evidence.moved
    if not moved:
        return None
    names = tuple(one.column for one in sorted(moved, key=lambda one: (one.limit - one.distance, one.column)))
    together = "moved together" if len(names) > 1 else "moved"
    truth = evidence.truth
    means = "no labels say yet whether a score still means what it meant"
    if truth is not None and truth.numbers:
        means = f"forecasts are about as good as they were (errors up to {100 * truth.off:.0f} % larger)"
    elif truth is not None:
        means = f"a score means what it meant (off by {100 * truth.off:.1f} points of share)"
    return Cause(
        name="covariate_shift",
        columns=names,
        proof=f"{listed(names)} {together}, nothing looks broken, and {means}",
        figures=figures(columns=len(names), distance=max(one.distance for one in moved)),
        confidence=0.9 if truth is not None else 0.6,
    )
