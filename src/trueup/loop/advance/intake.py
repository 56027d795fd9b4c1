"""Does what comes in come as usual: in time, in the shape that was agreed, and stamped by a clock that is right?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from trueup.loop.actions import About
from trueup.loop.decide.reason import counted
from trueup.loop.intake import EarlyRowsCounted, LateRowsCounted, RowsMissed, SchemaMisfit, SkewMeasured, WindowHeldOpen
from trueup.loop.monitor.pace import span
from trueup.loop.monitor.skew import skewed

if TYPE_CHECKING:
    from trueup.loop.actions import Severity
    from trueup.loop.events import Intake
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step

FAR_LATE: Final = 3.0  # windows; a row that comes later is an alert
HOW: Final = {
    "vanished": "came without it, and are kept with the value missing",
    "appeared": "came with it, and no model knows it; it is left out",
    "retyped": "held what cannot be read as its kind, and are kept with the value missing",
}


def on_intake(step: Step, event: Intake, policy: Policy) -> Step:
    """Something did not come in as usual: it is told, and changes no evidence."""
    match event:
        case LateRowsCounted():
            return _late_rows(step, event, policy)
        case EarlyRowsCounted():
            return _early_rows(step, event)
        case RowsMissed():
            return _rows_missed(step, event)
        case WindowHeldOpen():
            return _window_held_open(step, event, policy)
        case SchemaMisfit():
            return _schema_misfit(step, event)
        case SkewMeasured():
            return _skew_measured(step, event)
        case _ as unreachable:
            assert_never(unreachable)


def _late_rows(step: Step, event: LateRowsCounted, policy: Policy) -> Step:
    """Late rows change no evidence; many of them are worth knowing about, and very late ones are an alert."""
    late = f"{counted(event.rows, 'row')} came after window {event.window} had closed"
    far = policy.window.unit == "time" and event.by > FAR_LATE * policy.window.length
    why = f", the first of them {span(event.by)} late: a clock is wrong, or rows are sent again" if far else ""
    sentence = f"{late}{why}: later trainings read them, what was found on the window stays as it was"
    return step.notify("quality", "minor" if far else "info", str(event.window), sentence)


def _rows_missed(step: Step, event: RowsMissed) -> Step:
    """No rows for longer than usual is told once, however long it lasts."""
    state = step.state.hears("silence", event.since)
    if state is None:
        return step
    sentence = (
        f"no predictions for {span(event.time - event.since)}, usually every {span(event.usual)} "
        f"(the longest usual wait is {span(event.longest)})"
    )
    return step.with_state(state).notify("quality", "moderate", "predictions", sentence)


def _window_held_open(step: Step, event: WindowHeldOpen, policy: Policy) -> Step:
    """Far fewer rows than usual leave a window open, and nothing in it is judged: told once a window."""
    state = step.state.hears("open", event.since)
    if state is None:
        return step
    least = policy.window.min_rows
    sentence = (
        f"the open window has {event.rows:,} of the {counted(least, 'row')} it needs after "
        f"{span(event.time - event.since)} (the longest before it took {span(event.usual)}); nothing in it is judged"
    )
    return step.with_state(state).notify("quality", "moderate", "predictions", sentence)


def _early_rows(step: Step, event: EarlyRowsCounted) -> Step:
    """Rows of the future mean a wrong clock; they are counted when their time has come."""
    state = step.state.hears("early", float(step.state.closed))
    if state is None:
        return step
    rows = counted(event.rows, "row")
    sentence = f"{rows} came with a time up to {span(event.by)} in the future: a clock is wrong; they wait for it"
    return step.with_state(state).notify("quality", "moderate", "time", sentence, About(confidence=1.0))


def _schema_misfit(step: Step, event: SchemaMisfit) -> Step:
    """A column that vanished, appeared or changed its type is told once a window."""
    state = step.state.hears(misfit_key(event.column, event.how), float(step.state.closed))
    if state is None:
        return step
    severity: Severity = "minor" if event.how == "appeared" else "major"
    word = {"vanished": "is gone", "appeared": "is new", "retyped": "has another type"}[event.how]
    sentence = f"column {event.column!r} {word}: {counted(event.rows, 'logged row')} {HOW[event.how]}"
    about = About(columns=(event.column,), confidence=1.0)
    return step.with_state(state).notify("quality", severity, event.column, sentence, about)


def _skew_measured(step: Step, event: SkewMeasured) -> Step:
    """A column that is served otherwise than it is trained is told whenever somebody has measured it."""
    for one in skewed(event.counts, event.above):
        sentence = (
            f"{one.column} was served otherwise than {event.source} has it in {100 * one.share:.3g} % of "
            f"{counted(one.rows, 'row')} ({100 * event.above:g} % may differ)"
        )
        cause = "served otherwise than it is trained"
        about = About(columns=(one.column,), confidence=1.0, cause=cause, proposed="ask")
        step = step.notify("skew", one.severity, one.column, sentence, about)
    return step


def misfit_key(column: str, how: str) -> str:
    """By what the loop knows that it was told already."""
    return f"schema {how} {column}"
