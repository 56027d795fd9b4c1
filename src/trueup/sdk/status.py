"""How is the model? One row that says it, from the state the journal leads to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.runtime.driver import Driver
    from trueup.runtime.story import Chronicle

DAY = 86_400.0  # seconds
Json = dict[str, Any]


def status(driver: Driver, chronicle: Chronicle, policy: Policy, unfit: Sequence[str] = ()) -> Json:
    """Stable keys, the first six of them the table's columns; `unfit` says which versions cannot come back here."""
    state, head = driver.state, driver.journal.head()
    return {
        "model": policy.model,
        "champion": state.champion or "none yet",
        "health": _health(chronicle, state, policy),
        "labels_in": _labels_in(chronicle, state),
        "working_on": _working_on(state),
        "false_alerts": _alerts(chronicle, state, policy),
        "mode": policy.mode,
        "window": state.closed,
        "waiting": [{"decision": one.decision, "what": one.what} for one in state.pending],
        "quarantined_windows": list(state.quarantined),
        "monitor": state.watch.status if state.watch is not None else "no reference yet",
        "far_rows": _far_rows(state),
        "since": _since(chronicle, state, policy),
        "rollback": _rollback(state, policy),
        "cannot_be_armed": list(unfit),
        "journal": {"position": head.position, "hash": head.hash},
        "next": _next(state),
    }


def _alerts(chronicle: Chronicle, state: State, policy: Policy) -> str:
    """How many alerts opened in the stretch in which one false one is bearable, in the owner's unit."""
    windows = policy.monitor.windows_per_false_alert
    if policy.window.unit == "rows":
        stretch = math.ceil(windows)
        since, name = state.closed - stretch, _many(stretch, "window")
    else:
        days = windows * policy.window.length / DAY
        recent = [one.window.number for one in chronicle.closed if one.window.end > state.time - days * DAY]
        since, name = (recent[0] - 1 if recent else state.closed), f"{days:.0f} days"
    found = sum(alert.window > since for alert in chronicle.alerts)
    return f"{_many(found, 'alert')} in the last {name}; 1 may be false"


def _far_rows(state: State) -> str:
    """How many rows of the newest window are unlike all that the champion learnt from; empty where nobody counted."""
    newest = state.outliers.shares[-1:]
    if not newest or newest[0].window != state.closed:
        return ""
    return f"{100 * newest[0].share:.1f} % of rows are unlike those {state.champion} learnt from; about 1 % is usual"


def _since(chronicle: Chronicle, state: State, policy: Policy) -> str:
    """For how long the champion has answered; empty where nobody does."""
    begun = [one for one in chronicle.decisions if one.remedy in {"promote", "restore"}]
    if not begun or not state.champion:
        return ""
    if policy.window.unit == "rows":
        return _many(state.closed - begun[-1].window, "window")
    return _many(int((state.time - begun[-1].time) // DAY), "day")


def _many(count: int, one: str) -> str:
    return f"{count:,} {one}{'' if count == 1 else 's'}"


def _health(chronicle: Chronicle, state: State, policy: Policy) -> str:
    if not state.served:
        return "no labels yet"
    newest = state.served[-1]
    figure = f"{policy.metric.replace('_', ' ')} {newest.value:.3g} [{newest.low:.3g}, {newest.high:.3g}]"
    answered = chronicle.champion_at(state.matured)
    if answered and answered != state.champion:
        figure = f"{figure}, as {answered} answered"
    if state.below_rival:
        return f"worse than the naive rival: {figure}"
    if state.level.alarm:
        return f"worse than usual: {figure}"
    moved = ", ".join(alert.column for alert in state.alerts[:3])
    return f"{moved} moved; {figure}" if moved else f"ok: {figure}"


def _labels_in(chronicle: Chronicle, state: State) -> str:
    event = chronicle.matured.get(state.matured)
    if event is None:
        return "-"
    return f"{100 * event.labelled / max(event.rows, 1):.0f} % of {event.window.name}"


def _working_on(state: State) -> str:
    if state.training is not None:
        return f"training {state.training.order.version}"
    if state.release is not None:
        return f"{state.release.version} in {state.release.stage}"
    if state.pending:
        return f"waiting for a yes to decision {state.pending[-1].decision}"
    return "nothing"


def _rollback(state: State, policy: Policy) -> str:
    armed = state.armed
    if armed is None:
        return ""
    left = policy.validate.armed_windows - armed.windows
    return f"Rollback to {armed.previous} is armed for {_many(left, 'more labelled window')}."


def _next(state: State) -> str:
    if not state.champion:
        return "Next: trueup train"
    if state.pending:
        return f"Next: trueup explain {state.pending[-1].decision}, then trueup approve {state.pending[-1].decision}"
    return f"Next: trueup explain {state.champion}"
