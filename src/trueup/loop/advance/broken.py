"""What keeps a window out of training and evidence, and when is it taken for a changed world?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trueup.loop.actions import About, Quarantine
from trueup.loop.advance.found import about, lasting, sentence
from trueup.loop.decide.cause import Cause, listed
from trueup.loop.decide.remedies import proposal
from trueup.loop.step import Grounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trueup.loop.advance.found import Found
    from trueup.loop.events import WindowClosed
    from trueup.loop.monitor.contract import Breach
    from trueup.loop.step import Step
    from trueup.loop.window import Window

# windows after which what looked broken is taken for a changed world: new levels that stay are a new world at once,
# a change of unit never is
TOLD: Final = 3  # of what is broken, in one sentence
LASTING: Final[Mapping[str, float]] = {"unseen": 1, "missing": 3, "out_of_range": 3, "unit_change": math.inf}


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """One column that keeps a window out: by a proven cause, or past a limit of the owner's."""

    column: str  # empty: all of them
    kind: str  # the cause's name, or the breach's kind
    sentence: str
    lasting: float  # windows after which it is taken for a changed world
    cause: Cause | None = None  # None: none is proven
    limit: str = ""  # what a breach looks like, in words


def broken_columns(found: Found, breaches: Iterable[Breach]) -> tuple[Broken, ...]:
    """The proven causes first; a breach counts where no cause speaks for its column."""
    proven = [
        Broken(column=column, kind=one.name, sentence=sentence(one), lasting=lasting(one), cause=one)
        for one in found.blocking
        for column in one.columns or ("",)
    ]
    spoken = {one.column for one in proven}
    limits = [
        Broken(column=one.column, kind=one.kind, sentence=one.sentence, lasting=LASTING[one.kind], limit=one.cause)
        for one in breaches
        if one.column not in spoken
    ]
    return (*proven, *limits)


def flag(step: Step, window: Window, broken: Sequence[Broken], counted: Sequence[tuple[str, str, int]]) -> Step:
    """What looks broken and lasts may train, but only a proof lets it in; people are told when it begins."""
    step = step.with_state(replace(step.state, flagged=(*step.state.flagged, window.number)))
    for one, (*_, count) in zip(broken, counted, strict=True):
        if count == one.lasting + 1:
            words = f"{one.sentence}; it lasts, so it is taken for a changed world, and what learns it must be proven"
            step = step.notify("quality", "info", one.column, words, None if one.cause is None else about(one.cause))
    return step


def quarantine(step: Step, event: WindowClosed, broken: Sequence[Broken]) -> Step:
    """Keep the window out, with the reasons and what would have let it count."""
    number, because = event.window.number, tuple(dict.fromkeys(one.sentence for one in broken))
    causes = tuple(dict.fromkeys(one.cause for one in broken if one.cause is not None))
    cause, said = next(iter(causes), None), "; ".join(because[:TOLD])
    columns = tuple(dict.fromkeys(one.column for one in broken if one.column))
    looks = " and ".join(one.name.replace("_", " ") for one in causes) or broken[0].limit
    sure = max((1.0 if one.cause is None else one.cause.confidence for one in broken), default=1.0)
    named = About(columns=columns, confidence=sure, cause=looks, proposed="block and quarantine")
    step = step.with_state(replace(step.state, quarantined=(*step.state.quarantined, number)))
    step = step.then(Quarantine(id=step.next_id, window=number, because=because))
    step = step.notify("quality", "major", event.window.name, said, named)
    proposed = tuple(f"proposed: {proposal(one)}" for one in causes)
    within = "within the limits of monitor.quarantine the window would have counted"
    before = within if cause is None else f"had {listed(cause.columns) or 'each row'} been as before, it would count"
    return step.decide(
        "quarantine",
        f"window {event.window.name} is kept out of training and evidence: {said}",
        Grounds(reasons=(*because, *proposed)),
        otherwise=before,
    )
