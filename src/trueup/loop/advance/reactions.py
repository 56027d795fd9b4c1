"""What did people make of the answers? Thumbs and corrected labels, judged as the mix of labels is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.loop.actions import About
from trueup.loop.monitor import label_shift
from trueup.loop.schema import Schema

if TYPE_CHECKING:
    from trueup.loop.events import LabelsMatured
    from trueup.loop.feedback.returned import Returned
    from trueup.loop.monitor.label_watch import LabelWatch
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step

THUMBS: Final = Schema(task="binary", label="feedback", features=(), classes=("up", "down"))
CORRECTIONS: Final = Schema(task="binary", label="corrections", features=(), classes=("kept", "corrected"))


def on_reactions(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """More thumbs down, or more corrected labels, than windows and chance explain are told; fewer are no trouble."""
    returned, state = event.returned, step.state
    if returned is None or event.window.number in state.quarantined:
        return step
    thumbs = _counted(returned, (returned.ups, returned.downs))
    labels = _counted(returned, (returned.labelled - returned.corrected, returned.corrected))
    liked, step = _look(state.thumbs, thumbs, THUMBS, "thumbs", (step, event, policy))
    kept, step = _look(state.corrections, labels, CORRECTIONS, "labels", (step, event, policy))
    return step.with_state(replace(step.state, thumbs=liked, corrections=kept))


def _counted(returned: Returned, counts: tuple[int, int]) -> Returned:
    return replace(returned, counts=counts, edges=(), labelled=sum(counts))


def _look(
    watch: LabelWatch | None, counted: Returned, schema: Schema, what: str, now: tuple[Step, LabelsMatured, Policy]
) -> tuple[LabelWatch | None, Step]:
    """The watch after this window; one begins with the first window that has enough to judge."""
    step, event, policy = now
    if counted.labelled < label_shift.THIN:
        return watch, step
    if watch is None:
        return label_shift.start((counted,), (event.window,)), step
    budget = policy.monitor.windows_per_alert("corrections" if schema is CORRECTIONS else "thumbs")
    setting = label_shift.Setting(schema=schema, budget=budget, closed=step.state.closed, what=what)
    found = label_shift.look(watch, event.window, counted, setting)
    reading = found.watch.reading
    usual = sum(one.counts[1] for one in watch.level) / sum(sum(one.counts) for one in watch.level)
    if not found.opened or reading is None or counted.counts[1] <= usual * counted.labelled:
        return found.watch, step
    size = f"{reading.labels:,} {what} of window {event.window.name}"
    sentence = f"people like the answers less: {reading.moved} ({size})"
    if schema is CORRECTIONS:
        sentence = f"more labels are put right afterwards: {reading.moved} ({size})"
    about = About(confidence=1.0 - reading.p, proposed="watch")
    return found.watch, step.notify("label", reading.severity, schema.label, sentence, about)
