"""A window's labels are in, or should be: do they come as they used to, and in the usual mix?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.loop.actions import About, Severity
from trueup.loop.decide.reason import counted
from trueup.loop.feedback import missing
from trueup.loop.feedback.missing import ArrivalWatch, Count
from trueup.loop.monitor import label_shift
from trueup.loop.monitor.moved import percent

if TYPE_CHECKING:
    from trueup.loop.events import LabelsCounted, LabelsMatured
    from trueup.loop.feedback.missing import Due
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step

SHIFT: Final = "label shift"
DRIFT: Final = "concept drift"
STOPPED: Final = "labels stopped coming on their way here"
UNITS: Final = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"))  # seconds


def on_returned(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """The mix of a window's labels against the champion's own; told once, when an episode begins."""
    watch, returned = step.state.outcomes, event.returned
    if returned is None:
        return step
    if watch is None:  # the history was read before labels were watched: the first window is what others are seen from
        return step.with_state(replace(step.state, outcomes=label_shift.start((returned,), (event.window,))))
    setting = label_shift.Setting(
        schema=policy.schema, budget=policy.monitor.windows_per_alert("outcomes"), closed=step.state.closed
    )
    found = label_shift.look(watch, event.window, returned, setting)
    step = step.with_state(replace(step.state, outcomes=found.watch))
    reading, incident = found.watch.reading, found.watch.incident
    if not found.opened or reading is None or incident is None:
        return step
    size = f"psi {reading.psi:.2f} in {reading.labels:,} labels of window {event.window.name}"
    sentence = f"{policy.schema.label} came in another mix: {reading.moved} ({size})"
    confidence, label = 1.0 - reading.p, policy.schema.label
    cause, proposed = (DRIFT, "retrain") if step.state.drifted else (SHIFT, "recalibrate")
    about = About(columns=(label,), since=incident.since, confidence=confidence, cause=cause, proposed=proposed)
    return step.notify("label", reading.severity, label, sentence, about)


def on_labels_counted(step: Step, event: LabelsCounted, policy: Policy) -> Step:
    """A window that waits is far behind: told once, until labels come again."""
    watch, number = step.state.arrivals, event.window.number
    if watch is None or number <= max(watch.counted, step.state.matured):
        return step
    found = missing.due(watch, _counted(event), policy.monitor.windows_per_alert("missing labels"))
    watch = replace(watch, counted=number)
    if found is None or not found.missing or watch.missing:
        return step.with_state(replace(step.state, arrivals=watch))
    step = step.with_state(replace(step.state, arrivals=replace(watch, missing=number)))
    about, label = _about(event, found, policy), policy.schema.label
    return step.notify("label", "major", label, _stopped(event, found, watch, policy), about)


def on_arrived(step: Step, event: LabelsMatured, policy: Policy) -> Step:
    """A window that waits no more: its labels came, or its time is over without most of them."""
    returned = event.returned
    if returned is None:
        return step
    watch = step.state.arrivals or ArrivalWatch(unit=returned.unit)
    budget = policy.monitor.windows_per_alert("missing labels")
    found = missing.ended(watch, _counted(event), budget, enough=policy.feedback.enough)
    after = missing.learnt(watch, returned, event.window.number, missing=found.missing)
    step = step.with_state(replace(step.state, arrivals=after))
    label, share = policy.schema.label, f"{percent(found.share)} of window {event.window.name}"
    if found.missing and not watch.missing:
        known = len(watch.windows) >= missing.LEAST
        said = _stopped(event, found, watch, policy) if known else _few(event, found, watch, policy)
        about = _about(event, found, policy)
        severity: Severity = "major" if known else "minor"
        return step.notify("label", severity, label, f"{said}; it is judged on these", about)
    if watch.missing and not after.missing:
        back = "few labels are taken for usual from now on" if found.missing else "labels are back"
        return step.notify("label", "info", label, f"{back}: {share} are in")
    return step


def _counted(event: LabelsCounted | LabelsMatured) -> Count:
    return Count(rows=event.rows, labelled=event.labelled, age=event.time - event.window.end)


def _about(event: LabelsCounted | LabelsMatured, found: Due, policy: Policy) -> About:
    confidence = None if found.p == 1.0 else 1.0 - found.p
    since, columns = event.window.number, (policy.schema.label,)
    return About(columns=columns, since=since, confidence=confidence, cause=STOPPED, proposed="ask")


def _stopped(event: LabelsCounted | LabelsMatured, found: Due, watch: ArrivalWatch, policy: Policy) -> str:
    age = _length(event.time - event.window.end, watch.unit, policy)
    few, usual = percent(found.share), percent(found.usual)
    return f"labels stopped: {few} of window {event.window.name} are in after {age}, usually {usual}"


def _few(event: LabelsMatured, found: Due, watch: ArrivalWatch, policy: Policy) -> str:
    age = _length(event.time - event.window.end, watch.unit, policy)
    few, enough = percent(found.share), percent(found.usual)
    return f"few labels came: {few} of window {event.window.name} are in after {age}, {enough} would be enough"


def _length(age: float, unit: float, policy: Policy) -> str:
    """An age as people say it: in days or hours, or in windows where there is no clock."""
    if policy.window.unit == "rows":
        return f"{age / unit:.1f} windows"
    length, name = next((one for one in UNITS if age >= 2 * one[0]), UNITS[-1])
    return counted(round(age / length), name)
