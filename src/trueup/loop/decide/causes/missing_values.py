"""Values are missing that were there before."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures, listed
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

LEAST_RISE: Final = 0.02  # of the share, over the most that any accepted window had
LEAST_ROWS: Final = 5
SURE: Final = 4.0  # standard errors


def missing_values(evidence: Evidence) -> Cause | None:
    """A column's share of missing values is beyond that of every accepted window: rows came in without them.

    The cheapest proof there is, so it comes first. A change of the world does not take values away; a broken join does.
    """
    found = [(rise, name, words) for name in _names(evidence) for rise, words in [_rise(evidence, name)] if rise]
    if not found:
        return None
    found.sort(key=lambda one: (-one[0], one[1]))
    columns = tuple(name for _, name, _ in found)
    return Cause(
        name="missing_values",
        columns=columns,
        proof=f"values of {listed(columns)} are missing: {found[0][2]}",
        figures=figures(rise=found[0][0], columns=len(columns)),
        confidence=0.99,
    )


def _names(evidence: Evidence) -> list[str]:
    return [one.name for one in evidence.edges.columns if one.known and evidence.open(one.name)]


def _rise(evidence: Evidence, name: str) -> tuple[float, str]:
    """How far beyond the most of any accepted window, in words too; 0 where that is not sure."""
    _, accepted, now = evidence.sides(name)
    if not now.total:
        return 0.0, ""
    most = max(one.missing / one.total for one in accepted if one.total)
    share = now.missing / now.total
    error = math.sqrt(max(most * (1 - most), 1 / now.total) / now.total)
    if now.missing < LEAST_ROWS or share - most < max(LEAST_RISE, SURE * error):
        return 0.0, ""
    return share - most, f"{percent(share)} of its rows, {percent(most)} at most before"
