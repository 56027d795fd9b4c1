"""A window's inputs against what is usual: columns, the owner's own limits, the score, and rows unlike all others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.actions import About
from trueup.loop.advance.estimates import on_scores
from trueup.loop.advance.found import about
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.limit import episodes, follow, limits_of
from trueup.loop.monitor.outliers import heed
from trueup.loop.monitor.score import follow_score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.advance.found import Found
    from trueup.loop.events import WindowClosed
    from trueup.loop.monitor.alert import Alert
    from trueup.loop.monitor.calendar import Allowance
    from trueup.loop.monitor.limit import Beyond, Limit
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step


def on_watched(step: Step, event: WindowClosed, policy: Policy, allowed: Allowance, found: Found) -> Step:
    """Columns first; what is watched beside them only in a window that the calendar says nothing of."""
    watch = step.state.watch
    if watch is None or allowed.skip:
        return step
    step = _follow_limits(step, watch, event, policy, widen=allowed.widen)
    seen = observe(watch, event.window, event.profile, policy.monitor.windows_per_alert("columns"), widen=allowed.widen)
    step = step.with_state(replace(step.state, watch=seen.watch, alerts=seen.alerts))
    for alert in seen.alerts:
        if alert.opened:
            step = _moved(step, alert, found)
    step = replace(step, readings=seen.readings)
    return _beside(step, event, policy, found) if allowed.usual else step


def _beside(step: Step, event: WindowClosed, policy: Policy, found: Found) -> Step:
    """What is watched beside the columns: the score, what it lets expect, and rows far from all that was learnt."""
    return on_scores(_outliers(_score(step, event, policy, found), event, policy), event, policy)


def _score(step: Step, event: WindowClosed, policy: Policy, found: Found) -> Step:
    """What the champion answered is one more column, beside the windows that it answered first."""
    if event.score is None:
        return step
    known, seen = follow_score(step.state.score, event.window, event.score, policy.monitor.windows_per_alert("score"))
    step = step.with_state(replace(step.state, score=known))
    if seen is None:
        return step
    step = step.with_state(replace(step.state, alerts=(*step.state.alerts, *seen.alerts)))
    for alert in seen.alerts:
        if alert.opened:
            step = _moved(step, alert, found)
    return replace(step, readings=(*step.readings, *seen.readings))


def _moved(step: Step, alert: Alert, found: Found) -> Step:
    """Tell people that a column moved, and why where that is known."""
    cause, confidence = found.of(alert.column), 1.0 - alert.p
    known = About(proposed="watch") if cause is None else about(cause)
    told = replace(known, columns=(alert.column,), confidence=confidence)
    return step.notify("drift", alert.severity, alert.column, alert.sentence, told)


def _outliers(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """Rows far from all that the champion learnt from, counted beside the columns."""
    if event.outliers is None:
        return step
    budget = policy.monitor.windows_per_alert("far rows")
    moved = {one.column for one in step.readings if one.over}
    known, alert = heed(step.state.outliers, event.window, event.outliers, budget, moved)
    step = step.with_state(replace(step.state, outliers=known))
    if alert is None:
        return step
    told = About(confidence=1.0 - alert.p, proposed="watch")
    return step.notify("ood", alert.severity, "all columns", alert.sentence, told)


def _follow_limits(step: Step, watch: Watch, event: WindowClosed, policy: Policy, *, widen: float) -> Step:
    """The owner's own limits: what leaves one in the same window is told together, when it begins."""
    limits = limits_of(policy.decide.triggers)
    if not limits:
        return step
    state, number = step.state, event.window.number
    courses = follow(state.courses, limits, watch, event.profile, widen=widen)
    beyond = episodes(state.beyond, limits, courses, number)
    step = step.with_state(replace(state, courses=courses, beyond=beyond))
    for limit in dict.fromkeys(limits):
        opened = [one for one in beyond if one.limit == limit and one.opened == number]
        if opened:
            step = _left(step, limit, sorted(opened, key=lambda one: -one.value))
    return step


def _left(step: Step, limit: Limit, opened: Sequence[Beyond]) -> Step:
    """Tell people which columns left a limit, the worst first."""
    worst, since = opened[0], max(opened[0].opened - limit.windows + 1, 1)
    columns = tuple(one.column for one in opened)
    about = About(columns=columns, since=since, confidence=1.0, cause=limit.words, proposed="retrain")
    sentence = f"{worst.column} is beyond its limit: {worst.sentence}"
    if len(opened) > 1:
        lasting = f"{limit.metric} > {limit.above:g} {limit.lasting}"
        each = ", ".join(f"{one.column} {one.figure}" for one in opened)
        sentence = f"{len(opened)} columns are beyond their limit ({lasting}): {each}"
    return step.notify("limit", "moderate", worst.column, sentence, about)
