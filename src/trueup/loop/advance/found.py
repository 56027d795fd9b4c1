"""Why is a window not as it was, and what follows from it?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.actions import About
from trueup.loop.decide.cause import Cause, Evidence, Seen, listed
from trueup.loop.decide.judgement import blocked, causes, causes_by_labels, evidence
from trueup.loop.decide.remedies import QUESTIONS, REMEDIES, proposal
from trueup.loop.monitor.truth import errors_stayed, stayed
from trueup.loop.step import Grounds
from trueup.loop.train.calibration import MASS, RESIDUALS, outcomes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from trueup.loop.actions import NoticeKind
    from trueup.loop.deploy.version import Line
    from trueup.loop.events import LabelsMatured, WindowClosed
    from trueup.loop.monitor.calendar import Allowance
    from trueup.loop.monitor.moves import Move
    from trueup.loop.monitor.truth import Stayed
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.state import State
    from trueup.loop.step import Step
    from trueup.loop.train.calibration import Reliability

# windows after which a proven cause is taken for a changed world; another unit never is, but for a factor so small that
# the world may have brought it about
LASTING: Final[Mapping[str, float]] = {"renamed_level": 1, "unit_change": math.inf}
ONCE: Final = frozenset({"growing_column"})  # what will be so in each window to come
WORLDLY: Final = frozenset({"renamed_level", "new_segment", "sensor_shift"})  # what a known event may bring about
ELSE: Final = 3.0
SMALL: Final = 5.0
PROPOSED: Final[Mapping[str, str]] = {"block": "block and quarantine"}  # as alerts say it
KEPT: Final = 60  # windows whose findings are remembered until their labels are in
LEAST_WINDOWS: Final = 3  # labelled ones that a window's labels are laid beside
KINDS: Final[Mapping[str, NoticeKind]] = {
    "sensor_shift": "quality",
    "label_shift": "label",
    "concept_drift": "performance",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one window shows."""

    causes: tuple[Cause, ...] = ()
    seen: Seen | None = None  # None: all is as usual

    @property
    def blocking(self) -> tuple[Cause, ...]:
        """Those that must not train."""
        return blocked(self.causes)

    def left_to(self, owned: frozenset[str]) -> Found:
        """Without changes by a small factor in columns that the owner has a limit of their own on.

        The world may bring such a factor about, and that limit says what is to be done then.
        """
        return self._without(lambda one: _small(one) and bool(owned.intersection(one.columns)))

    def amid(self, allowed: Allowance) -> Found:
        """In a window that the calendar speaks for: without what the world may bring about; what is broken stays."""
        return self if allowed.usual else self._without(lambda one: one.name in WORLDLY or _small(one))

    def of(self, column: str) -> Cause | None:
        """The cause that speaks for a column."""
        return next((one for one in self.causes if column in one.columns), None)

    def _without(self, dropped: Callable[[Cause], bool]) -> Found:
        left = tuple(one for one in self.causes if not dropped(one))
        return self if left == self.causes else replace(self, causes=left, seen=_kept(self.seen, left))


def find(event: WindowClosed, watch: Watch, state: State) -> Found:
    """The causes that a window's profile and symptoms prove."""
    if event.symptoms is None:
        return Found()
    accepted = (watch.level, *(one.profile for one in watch.kept))
    whole = evidence(watch.edges, accepted, event.profile, event.symptoms)
    before = max((far for champion, far in state.far if champion == state.champion), default=0.0)
    whole = replace(whole, far_before=before)
    found = causes(whole)
    left = _unexplained(whole, found)
    seen = Seen(window=event.window.number, causes=found, moved=left) if found or left else None
    return Found(causes=found, seen=seen)


def lasting(cause: Cause) -> float:
    """Windows after which it is taken for a changed world."""
    return ELSE if _small(cause) else LASTING.get(cause.name, ELSE)


def _small(cause: Cause) -> bool:
    """Whether it is a factor that the world may have brought about."""
    return 1 / SMALL < dict(cause.figures).get("factor", math.inf) < SMALL


def _kept(seen: Seen | None, causes: tuple[Cause, ...]) -> Seen | None:
    """What is remembered of a window of which only these causes are held to."""
    if seen is None or not (causes or seen.moved):
        return None
    return replace(seen, causes=causes)


def sentence(cause: Cause) -> str:
    """The proof under the cause's name, as people read it."""
    return f"{cause.name.replace('_', ' ')}: {cause.proof}"


def about(cause: Cause) -> About:
    """What a notice says of its cause."""
    action = PROPOSED.get(REMEDIES[cause.name], REMEDIES[cause.name])
    name = cause.name.replace("_", " ")
    return About(columns=cause.columns, confidence=cause.confidence, cause=name, proposed=action)


def remember(step: Step, found: Found) -> Step:
    """Keep what was found until the window's labels are in, and tell what is new in it."""
    state = step.state
    before = state.seen[-1] if state.seen and state.seen[-1].window == state.closed - 1 else None
    known = {(one.name, column) for one in (before.causes if before else ()) for column in one.columns}
    known.update((name, column) for name in ONCE for column in state.growing)
    if found.seen is not None:
        step = step.with_state(replace(state, seen=(*state.seen, found.seen)[-KEPT:]))
    for one in found.causes:
        told = REMEDIES[one.name] in {"ask", "retrain"}  # what is only watched is told with an alert, if there is one
        if told and not known.intersection((one.name, column) for column in one.columns):
            step = _tell(step, one)
    new = {column for one in found.causes if one.name in ONCE for column in one.columns}.difference(step.state.growing)
    return step.with_state(replace(step.state, growing=(*step.state.growing, *sorted(new)))) if new else step


def accept(step: Step, event: WindowClosed) -> Step:
    """A window that counts teaches how many rows are far out as a rule."""
    if event.symptoms is None:
        return step
    far = (*step.state.far, (step.state.champion, event.symptoms.far))[-KEPT:]
    return step.with_state(replace(step.state, far=far))


def by_labels(step: Step, event: LabelsMatured, classes: tuple[str, ...]) -> Step:
    """What the labels of a window add: another mix of outcomes, another rule, or the same rule for other rows."""
    state, number = step.state, event.window.number
    seen = next((one for one in state.seen if one.window == number), None)
    found = _by_labels(step, event, classes, () if seen is None else seen.moved)
    for one in found:
        if one.name != "covariate_shift":
            step = _tell(step, one)
    waiting = () if seen is None else seen.causes
    called = tuple(one for one in (*found, *waiting) if REMEDIES[one.name] == "retrain")
    kept = tuple(one for one in step.state.seen if one.window > number or one.window == step.state.closed)
    return step.with_state(replace(step.state, seen=kept, called=_once((*called, *step.state.called))))


def _by_labels(
    step: Step, event: LabelsMatured, classes: tuple[str, ...], moved: tuple[Move, ...]
) -> tuple[Cause, ...]:
    state = step.state
    champion = state.line(state.champion)
    brought = next((one.reliability for one in event.lines if one.version == state.champion), None)
    if champion is None or brought is None or state.watch is None:
        return ()
    before = [one for one in _earlier(champion, event.window.number) if one.alike(brought)]
    truth = _truth(before, brought, classes) if len(before) >= LEAST_WINDOWS else None
    return () if truth is None else causes_by_labels(state.watch.edges, moved, truth)


def _earlier(champion: Line, window: int) -> list[Reliability]:
    """What the champion's own scores met before, on rows it had not learnt from."""
    return [table for number, table in champion.tables if champion.trained_after < number < window]


def _truth(before: list[Reliability], now: Reliability, classes: tuple[str, ...]) -> Stayed | None:
    """What labels say, by the kind of outcome; None where a window's table says too little."""
    if now.task == "regression":
        return errors_stayed([np.array(one.seen) / MASS for one in before], np.array(now.seen) / MASS, abs(RESIDUALS))
    if now.task == "multiclass" and not now.answers:
        return None
    return stayed([outcomes(one, classes) for one in before], outcomes(now, classes))


def _unexplained(whole: Evidence, found: Iterable[Cause]) -> tuple[Move, ...]:
    """Columns that moved, and that no broken data speaks for."""
    spoken = [column for one in blocked(tuple(found)) for column in one.columns]
    return whole.explaining(spoken).moved


def _once(called: Iterable[Cause]) -> tuple[Cause, ...]:
    """One cause of each name, the newest first."""
    return tuple({one.name: one for one in reversed(tuple(called))}.values())


def _tell(step: Step, cause: Cause) -> Step:
    """Tell people what was found and what it calls for; a question is written down as one, and waits for nobody."""
    kind = KINDS.get(cause.name, "drift")
    words = f"{sentence(cause)}; proposed: {proposal(cause)}"
    step = step.notify(kind, "info", listed(cause.columns), words, about(cause))
    if REMEDIES[cause.name] != "ask":
        return step
    question, otherwise = QUESTIONS[cause.name]
    return step.decide(
        "ask",
        f"{question.format(listed(cause.columns))} {cause.proof}",
        Grounds(reasons=(f"proposed: {proposal(cause)}",)),
        otherwise=otherwise,
    )
