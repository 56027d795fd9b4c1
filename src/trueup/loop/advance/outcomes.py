"""A window's labels are in: do they come as they used to?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.monitor import label_shift

if TYPE_CHECKING:
    from trueup.loop.events import LabelsMatured
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step


def on_returned(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """The mix of a window's labels against the champion's own; told once, when an episode begins."""
    watch, returned = step.state.outcomes, event.returned
    if returned is None:
        return step
    if watch is None:  # the history was read before labels were watched: the first window is what others are seen from
        return step.with_state(replace(step.state, outcomes=label_shift.start((returned,), (event.window,))))
    setting = label_shift.Setting(
        schema=policy.schema, budget=policy.monitor.windows_per_false_alert, closed=step.state.closed
    )
    found = label_shift.look(watch, event.window, returned, setting)
    step = step.with_state(replace(step.state, outcomes=found.watch))
    reading = found.watch.reading
    if not found.opened or reading is None:
        return step
    size = f"psi {reading.psi:.2f} in {reading.labels:,} labels of window {event.window.name}"
    sentence = f"{policy.schema.label} came in another mix: {reading.moved} ({size})"
    return step.notify("label", reading.severity, policy.schema.label, sentence)
