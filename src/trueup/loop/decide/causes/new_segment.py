"""Rows of a kind that was never there."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence
    from trueup.loop.monitor.profile import ColumnProfile

LEAST_NEW: Final = 0.02  # share of rows with a never-seen level
MOSTLY: Final = 0.5  # the same where only one column moved
LEAST_FAR: Final = 0.02  # rise of the share of rows that are far out
MOST_FAR: Final = 0.5  # share of rows that are a part of the world, and not all of it
SURE: Final = 5.0  # standard errors
GONE: Final = 0.9  # part of a moved column's distance that may be left without the far rows


def new_segment(evidence: Evidence) -> Cause | None:
    """A never-seen level without a vanished one, or rows far out of all others while the rest is as it was."""
    unseen = [(rise, one.name) for one in evidence.edges.columns for rise in [_unseen(evidence, one.name)] if rise]
    if unseen:
        rise, column = max(unseen)
        words = f"{percent(rise)} of the rows have a level of {column} that was never there, and no other went for it"
        return Cause(
            name="new_segment",
            columns=tuple(sorted(name for _, name in unseen)),
            proof=words,
            figures=figures(unseen=rise),
            confidence=0.9,
        )
    return _far(evidence)


def _unseen(evidence: Evidence, name: str) -> float:
    """Rise of the share of never-seen levels beyond every accepted window; 0 where it is none."""
    edges, accepted, now = evidence.sides(name)
    if edges.kind != "categorical" or edges.open_ended or not now.present or not evidence.open(name):
        return 0.0
    most = max(one.unseen / one.present for one in accepted if one.present) if any(a.present for a in accepted) else 0.0
    share = now.unseen / now.present
    error = math.sqrt(max(most, 1 / now.present) / now.present)
    if share - most < max(LEAST_NEW, SURE * error) or _vanished(accepted[0], now) >= MOSTLY * (share - most):
        return 0.0
    return share - most


def _vanished(before: ColumnProfile, now: ColumnProfile) -> float:
    """Share of the reference's rows whose level has no row now; `other` is no level."""
    pairs = zip(before.counts[:-1], now.counts[:-1], strict=True)
    return sum(old for old, new in pairs if old and not new) / max(before.present, 1)


def _far(evidence: Evidence) -> Cause | None:
    """Rows far out in all columns together; without them what moved is nearer again."""
    seen, chief = evidence.symptoms, evidence.chief
    if seen is None or evidence.explained:
        return None
    rise, near = seen.far - max(seen.far_usual, evidence.far_before), dict(seen.near)
    if rise < max(LEAST_FAR, SURE * seen.far_error) or seen.far > MOST_FAR:
        return None
    left = [near[one.column] / one.distance for one in chief if one.column in near]
    if left and sum(left) / len(left) > (GONE if len(chief) > 1 else MOSTLY):
        return None
    return Cause(
        name="new_segment",
        columns=tuple(one.column for one in evidence.moved),
        proof=(
            f"{percent(seen.far)} of the rows are further out than 99 % ever were, {percent(seen.far_usual)} before, "
            "and the others are much as they were"
        ),
        figures=figures(far=seen.far, usual=seen.far_usual, left=max(left, default=0.0)),
        confidence=0.8,
    )
