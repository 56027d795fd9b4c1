"""Does what comes in come as usual: in time, in the shape that was agreed, and stamped by a clock that is right?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import counted
from trueup.loop.monitor.pace import span
from trueup.loop.monitor.skew import skewed

if TYPE_CHECKING:
    from trueup.loop.actions import Severity
    from trueup.loop.events import EarlyRowsCounted, RowsMissed, SchemaMisfit, SkewMeasured
    from trueup.loop.step import Step

HOW = {
    "vanished": "came without it, and are kept with the value missing",
    "appeared": "came with it, and no model knows it; it is left out",
    "retyped": "held what cannot be read as its kind, and are kept with the value missing",
}


def on_rows_missed(step: Step, event: RowsMissed) -> Step:
    """No rows for longer than usual is told once, however long it lasts."""
    state = step.state.hears("silence", event.since)
    if state is None:
        return step
    sentence = (
        f"no predictions for {span(event.time - event.since)}, usually every {span(event.usual)} "
        f"(the longest usual wait is {span(event.longest)})"
    )
    return step.with_state(state).notify("quality", "moderate", "predictions", sentence)


def on_early_rows(step: Step, event: EarlyRowsCounted) -> Step:
    """Rows of the future mean a wrong clock; they are counted when their time has come."""
    state = step.state.hears("early", float(step.state.closed))
    if state is None:
        return step
    rows = counted(event.rows, "row")
    sentence = f"{rows} came with a time up to {span(event.by)} in the future: a clock is wrong; they wait for it"
    return step.with_state(state).notify("quality", "moderate", "time", sentence)


def on_schema_misfit(step: Step, event: SchemaMisfit) -> Step:
    """A column that vanished, appeared or changed its type is told once a window."""
    state = step.state.hears(misfit_key(event.column, event.how), float(step.state.closed))
    if state is None:
        return step
    severity: Severity = "minor" if event.how == "appeared" else "major"
    word = {"vanished": "is gone", "appeared": "is new", "retyped": "has another type"}[event.how]
    sentence = f"column {event.column!r} {word}: {counted(event.rows, 'logged row')} {HOW[event.how]}"
    return step.with_state(state).notify("quality", severity, event.column, sentence)


def on_skew_measured(step: Step, event: SkewMeasured) -> Step:
    """A column that is served otherwise than it is trained is told whenever somebody has measured it."""
    for one in skewed(event.counts, event.above):
        sentence = (
            f"{one.column} was served otherwise than {event.source} has it in {100 * one.share:.3g} % of "
            f"{counted(one.rows, 'row')} ({100 * event.above:g} % may differ)"
        )
        step = step.notify("skew", one.severity, one.column, sentence)
    return step


def misfit_key(column: str, how: str) -> str:
    """By what the loop knows that it was told already."""
    return f"schema {how} {column}"
