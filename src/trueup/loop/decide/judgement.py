"""Which causes does the evidence prove? The cheapest proof first; what one explains is no evidence for the next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, Evidence
from trueup.loop.decide.causes import CAUSES
from trueup.loop.decide.remedies import REMEDIES
from trueup.loop.monitor.moves import moves
from trueup.loop.monitor.profile import Profile

if TYPE_CHECKING:
    from trueup.loop.monitor.moves import Move
    from trueup.loop.monitor.profile import Edges
    from trueup.loop.monitor.symptoms import Symptoms
    from trueup.loop.monitor.truth import Stayed

RULES: Final = frozenset({"label_shift", "concept_drift", "covariate_shift", "new_segment"})  # of these one is enough

BY_LABELS: Final = frozenset({"label_shift", "concept_drift"})  # scores of broken rows mean nothing


def evidence(
    edges: Edges,
    accepted: tuple[Profile, ...],
    now: Profile,
    symptoms: Symptoms | None,
    truth: Stayed | None = None,
) -> Evidence:
    """A window beside what was accepted, the level first; with what its labels say, once they are in."""
    ways = moves(edges, accepted, now)
    return Evidence(edges=edges, accepted=accepted, now=now, moves=ways, symptoms=symptoms, truth=truth)


def causes(seen: Evidence) -> tuple[Cause, ...]:
    """All causes that are proven, broken data first.

    What is broken speaks for its columns alone, so two things at once are both found. Of the causes that a whole world
    may have the first one explains the rest.
    """
    found: list[Cause] = []
    for name, finder in CAUSES.items():
        if name in RULES and any(one.name in RULES for one in found):
            continue
        if name in BY_LABELS and blocked(tuple(found)):
            continue
        cause = finder(seen)
        if cause is not None:
            found.append(cause)
            seen = seen.explaining(cause.columns)
    return tuple(found)


def causes_by_labels(edges: Edges, moved: tuple[Move, ...], truth: Stayed) -> tuple[Cause, ...]:
    """What a window's labels prove, given the columns that had moved in it and that nothing explained."""
    nothing = Profile(edges_id=edges.edges_id, rows=0, columns=())
    seen = Evidence(edges=edges, accepted=(), now=nothing, moves=moved, symptoms=None, truth=truth)
    found = (CAUSES[name](seen) for name in ("label_shift", "concept_drift", "covariate_shift"))
    return tuple(one for one in found if one is not None)[:1]


def blocked(found: tuple[Cause, ...]) -> tuple[Cause, ...]:
    """Those that must not train."""
    return tuple(one for one in found if REMEDIES[one.name] == "block")
