"""The heart: what the loop knows and wants after one event; no clock, no chance, no IO."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from trueup.loop.advance.history import on_history_read
from trueup.loop.advance.intake import on_intake
from trueup.loop.advance.labels import on_labels_matured
from trueup.loop.advance.outcomes import on_labels_counted
from trueup.loop.advance.persons import on_approval_given, on_person_asked
from trueup.loop.advance.releases import on_exposure_counted, on_version_failed, on_version_loaded
from trueup.loop.advance.rules import on_rule_broken
from trueup.loop.advance.runs import on_training_failed, on_training_finished
from trueup.loop.advance.ticks import on_clock_struck
from trueup.loop.advance.windows import on_window_closed
from trueup.loop.events import (
    ActionsDone,
    ApprovalGiven,
    ClockStruck,
    CoreUpgraded,
    Event,
    ExposureCounted,
    HistoryRead,
    LabelsCounted,
    LabelsMatured,
    PersonAsked,
    PolicyChanged,
    RuleBroken,
    TrainingFailed,
    TrainingFinished,
    VersionFailed,
    VersionLoaded,
    WindowClosed,
)
from trueup.loop.intake import EarlyRowsCounted, LateRowsCounted, RowsMissed, SchemaMisfit, SkewMeasured
from trueup.loop.monitor.level import Level
from trueup.loop.step import Step

if TYPE_CHECKING:
    from trueup.loop.policy import Policy
    from trueup.loop.state import State

CORE = "3"  # raised when the same events may lead to other actions


def advance(state: State, event: Event, policy: Policy) -> Step:
    """Take one event in; the step's actions are what is wanted now."""
    counted = replace(state, position=state.position + 1, time=max(state.time, event.time))
    return _arm(Step(state=counted), event, policy)


def _arm(step: Step, event: Event, policy: Policy) -> Step:
    match event:
        case PolicyChanged():
            return _on_policy_changed(step, event)
        case CoreUpgraded() | ActionsDone():
            return step
        case HistoryRead():
            return on_history_read(step, event, policy)
        case WindowClosed():
            return on_window_closed(step, event, policy)
        case LabelsMatured():
            return on_labels_matured(step, event, policy)
        case LabelsCounted():
            return on_labels_counted(step, event, policy)
        case LateRowsCounted() | EarlyRowsCounted() | RowsMissed() | SchemaMisfit() | SkewMeasured():
            return on_intake(step, event, policy)
        case ExposureCounted():
            return on_exposure_counted(step, event, policy)
        case RuleBroken():
            return on_rule_broken(step, event, policy)
        case ClockStruck():
            return on_clock_struck(step, event, policy)
        case TrainingFinished():
            return on_training_finished(step, event, policy)
        case TrainingFailed():
            return on_training_failed(step, event)
        case VersionLoaded():
            return on_version_loaded(step, event, policy)
        case VersionFailed():
            return on_version_failed(step, event)
        case PersonAsked():
            return on_person_asked(step, event, policy)
        case ApprovalGiven():
            return on_approval_given(step, event, policy)
        case _ as unreachable:
            assert_never(unreachable)


def _on_policy_changed(step: Step, event: PolicyChanged) -> Step:
    """What was asked under the old policy is asked anew under the new one.

    Another metric starts its level, its worth of freshness and the blends' track anew: losses of two do not mix.
    """
    state = replace(step.state.asked_anew(), code_hash=event.code_hash, metric=event.policy.metric)
    if step.state.metric in {"", event.policy.metric}:
        return step.with_state(state)
    lines = tuple(replace(line, track=()) for line in state.lines)
    freshness = replace(state.freshness, gains=())
    empty = replace(state, lines=lines, freshness=freshness, level=Level(), served=(), figures=(), vigils=())
    return step.with_state(replace(empty, alarmed=0, dropped="", estimates=None))
