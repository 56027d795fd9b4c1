"""How is the model? One row that says it, from the state the journal leads to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.runtime.driver import Driver
    from trueup.runtime.story import Chronicle

Json = dict[str, Any]


def status(driver: Driver, chronicle: Chronicle, policy: Policy) -> Json:
    """Stable keys, the first six of them the table's columns."""
    state, head = driver.state, driver.journal.head()
    return {
        "model": policy.model,
        "champion": state.champion or "none yet",
        "health": _health(state, policy),
        "labels_in": _labels_in(chronicle, state),
        "working_on": _working_on(state),
        "false_alerts": f"{len(chronicle.alerts)} alerts ({_budget(policy)})",
        "mode": policy.mode,
        "window": state.closed,
        "waiting": [{"decision": one.decision, "what": one.what} for one in state.pending],
        "quarantined_windows": list(state.quarantined),
        "monitor": state.watch.status if state.watch is not None else "no reference yet",
        "rollback": _rollback(state, policy),
        "journal": {"position": head.position, "hash": head.hash},
        "next": _next(state),
    }


def _budget(policy: Policy) -> str:
    return f"budget: 1 false one in {policy.monitor.windows_per_false_alert:g} windows"


def _health(state: State, policy: Policy) -> str:
    if not state.served:
        return "no labels yet"
    newest = state.served[-1]
    figure = f"{policy.metric.replace('_', ' ')} {newest.value:.3g} [{newest.low:.3g}, {newest.high:.3g}]"
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
    return f"{100 * event.labelled / max(event.rows, 1):.0f} % of window {event.window.name}"


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
    return f"Rollback to {armed.previous} is armed for {left} more labelled windows."


def _next(state: State) -> str:
    if not state.champion:
        return "Next: trueup train"
    if state.pending:
        return f"Next: trueup explain {state.pending[-1].decision}, then trueup approve {state.pending[-1].decision}"
    return f"Next: trueup explain {state.champion}"
