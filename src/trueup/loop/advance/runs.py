"""A training ended: is what came out good enough to go on, and how?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.actions import Load
from trueup.loop.advance.releases import describe, judge, to_canary
from trueup.loop.decide import freshness
from trueup.loop.decide.situation import Run
from trueup.loop.deploy.release import Release
from trueup.loop.deploy.version import Line, fork
from trueup.loop.train.blend import even

if TYPE_CHECKING:
    from trueup.loop.events import TrainingFailed, TrainingFinished
    from trueup.loop.policy import Policy
    from trueup.loop.state import Training
    from trueup.loop.step import Step
    from trueup.loop.validate.verdict import Verdict


def on_training_finished(step: Step, event: TrainingFinished, policy: Policy) -> Step:
    """The first version goes straight to service; any other is judged against the champion."""
    training = step.state.training
    if training is None or training.action != event.action:
        return step
    run = Run(time=step.state.time, cpu_seconds=event.cpu_seconds)
    step = step.with_state(training=None, runs=(*step.state.runs, run), loss=event.loss)
    newborn = _line(event, training)
    champion = step.state.line(step.state.champion)
    if champion is None:
        step = step.with_state(lines=(newborn,), newest=newborn.version)
        return step.then(_load(step, newborn))
    newborn = fork(champion, newborn)
    step = step.with_state(lines=(*step.state.lines, newborn))
    if newborn.kind != "strict":
        step = step.with_state(newest=newborn.version, before=step.state.newest or step.state.champion)
    verdict = judge(step.state, event.judged, training.order.kind, policy)
    return _follow(step, event, training, verdict, policy)


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


def _load(step: Step, line: Line) -> Load:
    return Load(
        id=step.next_id,
        version=line.version,
        bundle=line.bundle,
        weights=line.weights,
        calibration=line.calibration,
    )


def _follow(step: Step, event: TrainingFinished, training: Training, verdict: Verdict, policy: Policy) -> Step:
    """Drop it, watch it in shadow, or send it on its way to the canary."""
    version = event.version
    facts = {"version": version, "verdict": verdict.word, "reasons": describe(verdict)}
    if verdict.go == "drop":
        step = step.decide(
            "refuse", f"{version} is refused: {verdict.word}", otherwise="not shown worse, it would have gone on", **facts
        )
        return _forget_bad(step, version)
    release = Release(
        version=version,
        kind=training.order.kind,
        stage="shadow" if verdict.go == "shadow" else "waiting",
        since=step.state.time,
        window=step.state.closed,
        salt=f"{policy.model}/{version}/{event.bundle[:12]}",
        word=verdict.word,
        loss=event.judged.comparison.loss if event.judged is not None else event.loss,
        decision=training.decision,
    )
    step = step.with_state(release=release)
    if verdict.go == "shadow":
        watched = f"{version} is watched in shadow for at most {policy.validate.shadow_windows} windows: {verdict.word}"
        return step.decide("shadow", watched, otherwise="with a better estimate it would have gone to canary", **facts)
    return to_canary(step, policy, approved=False, reasons=describe(verdict))


def _forget_bad(step: Step, version: str) -> Step:
    """A line shown bad is no evidence about freshness."""
    state = step.state
    if state.newest == version:
        step = step.with_state(newest=state.before, before="")
        step = step.with_state(freshness=freshness.forget(step.state.freshness, state.closed))
    return replace(step, state=step.state.tidy())


def on_training_failed(step: Step, event: TrainingFailed) -> Step:
    """The champion goes on; the run is written off, with its reason."""
    training = step.state.training
    if training is None or training.action != event.action:
        return step
    version = training.order.version
    step = step.with_state(training=None)
    step = step.notify("run", "moderate", version, f"training {version} ended without a model ({event.why}): {event.detail}")
    return step.decide(
        "failed",
        f"{version} could not be trained ({event.why})",
        version=version,
        reasons=(event.detail,),
        otherwise="with a model the candidate would have been judged",
    )
