"""A training ended: is what came out good enough to go on, and how?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from trueup.loop.advance.releases import describe, forget_line, judge, load, to_canary
from trueup.loop.decide.reason import counted
from trueup.loop.decide.situation import Run
from trueup.loop.deploy.release import Release
from trueup.loop.deploy.version import Line, fork
from trueup.loop.step import Grounds
from trueup.loop.train.blend import even
from trueup.loop.validate.verdict import Verdict

if TYPE_CHECKING:
    from trueup.loop.events import PairEvidence, TrainingFailed, TrainingFinished
    from trueup.loop.policy import Policy
    from trueup.loop.state import State, Training
    from trueup.loop.step import Step


def on_training_finished(step: Step, event: TrainingFinished, policy: Policy) -> Step:
    """The first version goes straight to service; any other is judged against the champion."""
    training = step.state.training
    if training is None or training.action != event.action:
        return step
    run = Run(time=step.state.time, cpu_seconds=event.cpu_seconds, offset=step.state.offset)
    state = replace(step.state, training=None, runs=(*step.state.runs, run), loss=event.loss)
    newborn = _line(event, training)
    champion = state.line(state.champion)
    if champion is None:
        step = step.with_state(replace(state, lines=(newborn,), newest=newborn.version))
        return step.then(load(step, newborn))
    newborn = fork(champion, newborn)
    state = replace(state, lines=(*state.lines, newborn))
    if newborn.code == champion.code and not training.wished:
        state = replace(state, newest=newborn.version, before=state.newest or state.champion)
    judged = _still_fair(event.judged, state)
    verdict = judge(state, judged, training.order.kind, policy)
    reasons = describe(verdict) if judged is not None else (_unjudged(event, state),)
    return _follow(step.with_state(state), event, training, _Said(verdict=verdict, reasons=reasons), policy)


def _line(event: TrainingFinished, training: Training) -> Line:
    return Line(
        version=event.version,
        bundle=event.bundle,
        kind=training.order.kind,
        fits=event.fits,
        code=event.code_hash,
        trained_after=max(training.order.windows),
        learnt=event.learnt,
        weights=even(len(event.fits)),
    )


def _still_fair(judged: PairEvidence | None, state: State) -> PairEvidence | None:
    """A champion that was taken back while the training ran is no measure any more."""
    return judged if judged is not None and judged.comparison.champion == state.champion else None


def _unjudged(event: TrainingFinished, state: State) -> str:
    """Why there is no evidence yet."""
    if event.judged is None:
        return f"no labelled rows since {state.champion} was trained, nothing to judge on yet"
    gone = event.judged.comparison.champion
    return f"it was compared with {gone}, which was taken back since; nothing to judge on against {state.champion} yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """A verdict, and what people read of it."""

    verdict: Verdict
    reasons: tuple[str, ...]


def _follow(step: Step, event: TrainingFinished, training: Training, said: _Said, policy: Policy) -> Step:
    """Drop it, watch it in shadow, or send it on its way to the canary."""
    version, verdict = event.version, said.verdict
    grounds = Grounds(version=version, verdict=verdict.word, reasons=said.reasons)
    if verdict.go == "drop":
        headline = f"{version} is refused: {verdict.word}"
        step = step.decide("refuse", headline, grounds, otherwise="had it not been shown worse, it would have gone on")
        step = forget_line(step, version, since=step.state.closed + 1)
        return step.with_state(step.state.tidy().freed())
    release = Release(
        version=version,
        kind=training.order.kind,
        stage="shadow" if verdict.go == "shadow" else "waiting",
        since=step.state.time,
        window=step.state.closed,
        salt=f"{policy.model}/{version}/{training.order.as_of!r}",
        word=verdict.word,
        loss=event.judged.comparison.loss if event.judged is not None else event.loss,
        decision=training.decision,
    )
    step = step.with_state(replace(step.state, release=release))
    if verdict.go == "shadow":
        windows = counted(policy.validate.shadow_windows, "window")
        watched = f"{version} is watched in shadow for at most {windows}: {verdict.word}"
        return step.decide("shadow", watched, grounds, otherwise="with a better estimate it would have gone to canary")
    return to_canary(step, release, policy, approved=False, reasons=said.reasons)


def on_training_failed(step: Step, event: TrainingFailed) -> Step:
    """The champion goes on; the run is written off with its reason, and paid for all the same."""
    training = step.state.training
    if training is None or training.action != event.action:
        return step
    version = training.order.version
    run = Run(time=step.state.time, cpu_seconds=event.cpu_seconds, failed=True)
    beyond = tuple(replace(one, trained=False) for one in step.state.beyond)  # nothing came of it: still a reason
    runs = (*step.state.runs, run)
    step = step.with_state(replace(step.state, training=None, runs=runs, beyond=beyond).freed())
    sentence = f"training {version} ended without a model ({event.why}): {event.detail}"
    step = step.notify("run", "moderate", version, sentence)
    grounds = Grounds(version=version, reasons=(event.detail,))
    headline = f"{version} could not be trained ({event.why})"
    return step.decide("failed", headline, grounds, otherwise="with a model the candidate would have been judged")
