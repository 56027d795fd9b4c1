"""What do the scores let expect while there are no labels? A word to people, and never a reason to act."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.actions import About
from trueup.loop.monitor.estimate import AGAIN, BLIND, Asked, EstimateWatch, expect, settle
from trueup.loop.monitor.performance import value

if TYPE_CHECKING:
    from trueup.loop.events import LabelsMatured, WindowClosed
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step


def asked(policy: Policy) -> Asked:
    """What is estimated under this policy."""
    budget = policy.monitor.windows_per_alert("estimate")
    return Asked(metric=policy.metric, task=policy.schema.task, budget=budget)


def on_scores(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """A window's scores are in; a clear fall of what they let expect is told once, as minor."""
    if event.scores is None:
        return step
    watch = expect(step.state.estimates or EstimateWatch(), event.window.number, event.scores, asked(policy))
    step = step.with_state(replace(step.state, estimates=watch))
    newest, usual = watch.newest, watch.usual
    if watch.falls != AGAIN or newest is None or usual is None or newest.window != event.window.number:
        return step
    name = newest.metric.replace("_", " ")
    sentence = f"estimated {name} {newest.value:.3g}, usually {usual:.3g}, before any label is in ({BLIND})"
    return step.notify("performance", "minor", f"estimated {newest.metric}", sentence, About(proposed="watch"))


def on_scores_settled(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """The labels of a window show how often its scores were right."""
    if event.scores is None:
        return step
    served = None if event.served is None else value(event.served)
    watch = step.state.estimates or EstimateWatch()
    settled = settle(watch, event.window.number, event.scores, served, asked(policy))
    return step.with_state(replace(step.state, estimates=settled))
