"""Do the champion's own answers look as they did when it began to answer?

A column like any other, but its reference is no training data: a model is too sure of the rows it learnt from. The
first windows that a version answers are its level; until they are there nothing is judged. The noise survives a
promotion. Answers are taken as the version gives them, before recalibration: else our own remedy would look like a
changed world.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.profile import Edges, Profile
from trueup.loop.monitor.reference import promote, start
from trueup.loop.monitor.watch import Kept, Watch

if TYPE_CHECKING:
    from trueup.loop.monitor.alert import Observed
    from trueup.loop.window import Window

FIRST: Final = 4  # windows that are a version's level
LEAST_ROWS: Final = 20  # a thinner window is not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRows:
    """What a version answered in one window."""

    version: str
    edges: Edges  # of the first window that it answered
    profile: Profile


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreWatch:
    """What is remembered of answers from window to window."""

    version: str = ""
    edges: Edges | None = None  # None: it has answered nothing yet
    first: tuple[Kept, ...] = ()  # windows gathered for its level
    watch: Watch | None = None  # None: they are not complete
    before: Watch | None = None  # of the version before it: knows the noise


def follow_score(
    known: ScoreWatch, window: Window, counted: ScoreRows, windows_per_alert: float
) -> tuple[ScoreWatch, Observed | None]:
    """Take one window in; None while the version's level is being gathered."""
    if counted.version != known.version or known.edges is None:
        before = known.watch or known.before
        known = ScoreWatch(version=counted.version, edges=counted.edges, before=before)
    if known.watch is not None:
        seen = observe(known.watch, window, counted.profile, windows_per_alert)
        return replace(known, watch=seen.watch), seen
    first = (*known.first, Kept(window=window, profile=counted.profile))
    if len(first) < FIRST:
        return replace(known, first=first), None
    profiles, windows = tuple(one.profile for one in first), tuple(one.window for one in first)
    watch = (
        start(profiles, windows, counted.edges)
        if known.before is None
        else promote(known.before, profiles, windows, counted.edges)
    )
    return replace(known, first=(), watch=watch, before=None), None
