"""How is the model? One row that says it, from the state the journal leads to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from trueup.loop.monitor.calm import measured_alerts
from trueup.loop.monitor.limit import limits_of
from trueup.loop.monitor.measured import measured
from trueup.loop.monitor.season import Clock
from trueup.loop.monitor.watch import KEPT
from trueup.runtime.estimates import standing
from trueup.runtime.known import calm_windows
from trueup.runtime.standing import source
from trueup.runtime.story import told_limit
from trueup.sdk.health import health
from trueup.sdk.numbers import numbers, sentences
from trueup.sdk.thumbs import thumbs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.events import HistoryRead
    from trueup.loop.monitor.profile import Profile
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.loop.window import Window
    from trueup.runtime.driver import Driver
    from trueup.runtime.story import Chronicle

DAY = 86_400.0  # seconds
Json = dict[str, Any]


def status(driver: Driver, chronicle: Chronicle, policy: Policy, unfit: Sequence[str] = ()) -> Json:
    """Stable keys, the first six of them the table's columns; `unfit` says which versions cannot come back here."""
    state, head = driver.state, driver.journal.head()
    told = numbers(state, policy)
    return {
        "model": policy.model,
        "champion": state.champion or "none yet",
        "health": health(chronicle, state, policy),
        "labels_in": _labels_in(chronicle, state),
        "working_on": _working_on(state),
        "false_alerts": _alerts(chronicle, state, policy),
        "measured": _measured(chronicle, policy),
        "mode": policy.mode,
        "window": state.closed,
        "waiting": [{"decision": one.decision, "what": one.what} for one in state.pending],
        "quarantined_windows": list(state.quarantined),
        "numbers": told,
        "numbers_said": list(sentences(told)),
        "monitor": state.watch.status if state.watch is not None else "no reference yet",
        "far_rows": _far_rows(state),
        "thumbs": thumbs(chronicle, state),
        "since": _since(chronicle, state, policy),
        "rollback": _rollback(state, policy),
        "limits": _limits(chronicle, policy),
        "estimate": standing(state.estimates),
        "cannot_be_armed": list(unfit),
        "journal": {"position": head.position, "hash": head.hash},
        "next": _next(state),
    }


def _alerts(chronicle: Chronicle, state: State, policy: Policy) -> str:
    """How many alerts opened in the stretch in which one false one is bearable, in the owner's unit.

    Chance brings about what the monitor says only: neither a limit that was left nor broken data.
    """
    windows = policy.monitor.windows_per_false_alert
    if policy.window.unit == "rows":
        stretch = math.ceil(windows)
        since, name = state.closed - stretch, _many(stretch, "window")
    else:
        days = windows * policy.window.length / DAY
        recent = [one.window.number for one in chronicle.closed if one.window.end > state.time - days * DAY]
        since, name = (recent[0] - 1 if recent else state.closed), f"{days:.0f} days"
    told = [source(alert) for alert in chronicle.alerts if alert.window > since]
    found, calibrated = f"{_many(len(told), 'alert')} in the last {name}", told.count("monitor")
    if calibrated == len(told):
        return f"{found}; 1 may be false" if told else found
    by = (
        (calibrated, "of the monitor, of which 1 may be false"),
        (told.count("limit"), "over your limits"),
        (told.count("broken"), "broken"),
    )
    return f"{found}: {'; '.join(f'{count:,} {words}' for count, words in by if count)}"


def _limits(chronicle: Chronicle, policy: Policy) -> list[Json]:
    """The owner's own limits, each with its measured false alerts on the history that trained the first version."""
    history = chronicle.history
    if history is None:
        return []
    _, profiles = _calm(history, policy)
    return [told_limit(measured(limit, history.edges, profiles)) for limit in limits_of(policy.decide.triggers)]


def _measured(chronicle: Chronicle, policy: Policy) -> Json:
    """What the monitor, as it is set now, says of the windows before the first version: those are taken for calm."""
    event = chronicle.history
    if event is None or not event.windows:
        return {"windows": 0, "alerted": 0, "sentence": ""}
    windows, profiles = _calm(event, policy)
    clock = Clock.kept_by(policy.window, event.windows[0].start)
    found = measured_alerts(profiles[-KEPT:], windows[-KEPT:], event.edges, policy.monitor, clock)
    return {"windows": found.windows, "alerted": found.alerted, "sentence": found.sentence}


def _calm(history: HistoryRead, policy: Policy) -> tuple[list[Window], list[Profile]]:
    """The windows before the first version that the calendar does not skip, and their profiles."""
    calm = {one.number for one in calm_windows(history.windows, policy)}
    pairs = [pair for pair in zip(history.windows, history.profiles, strict=True) if pair[0].number in calm]
    return [window for window, _ in pairs], [profile for _, profile in pairs]


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


def _labels_in(chronicle: Chronicle, state: State) -> str:
    event = chronicle.matured.get(state.matured)
    if event is None:
        return "-"
    share = f"{100 * event.labelled / max(event.rows, 1):.0f} % of {event.window.name}"
    missing = 0 if state.arrivals is None else state.arrivals.missing
    return f"{share}; missing since window {missing}" if missing else share


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
