"""Training when the labels that come back have another mix than the champion learnt."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.decide.reason import Reason, counted

if TYPE_CHECKING:
    from trueup.loop.decide.situation import Situation
    from trueup.loop.monitor.label_watch import LabelWatch
    from trueup.loop.policy import DecidePolicy, Trigger


def label_shift(situation: Situation, trigger: Trigger, policy: DecidePolicy) -> Reason | None:
    """A label alert that stands and that no training has answered yet, or the owner's own limit on the labels' psi.

    Prefer it to `drift` where classes grow and shrink while the inputs look as before. A mix that comes back by itself
    is no reason any more. Settings above and windows make it the owner's own rule, on the distance from the champion's
    labels; without them the alert itself decides (monitor/label_shift.py).
    """
    del policy
    watch = situation.outcomes
    if watch is None or not situation.fresh_labels:
        return None
    found = _beyond(watch, trigger) if trigger.setting("above", 0.0) else _alert(watch, situation)
    if found is None:
        return None
    sentence, otherwise = found
    return Reason(
        trigger=trigger.name,
        short="labels come in another mix",
        sentence=sentence,
        urgent=True,
        gain=None,
        otherwise=otherwise,
    )


def _alert(watch: LabelWatch, situation: Situation) -> tuple[str, str] | None:
    """The alert stands, its newest window is over the limit, and no training was ordered since it was told."""
    incident, reading = watch.incident, watch.reading
    if incident is None or reading is None or not reading.over:
        return None
    if incident.told <= situation.freshness.trained_after:
        return None
    return f"{reading.moved} (psi {reading.psi:.2f}), more than days and chance explain", "had the usual mix come"


def _beyond(watch: LabelWatch, trigger: Trigger) -> tuple[str, str] | None:
    """The owner's limit, for so many labelled windows in a row."""
    above, windows = float(trigger.setting("above", 0.0)), int(trigger.setting("windows", 1))
    recent = watch.course[-windows:]
    if len(recent) < windows or not all(value > above for value in recent):
        return None
    moved = "" if watch.reading is None else f"{watch.reading.moved}; "
    sentence = f"{moved}their psi is {recent[-1]:.2f}, beyond the limit {above:g} for {counted(windows, 'window')}"
    return sentence, f"had the labels' psi kept {above:g}"
