"""A window's inputs are in: is the world still the one the champion was trained on?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.advance.broken import broken_columns, flag, quarantine
from trueup.loop.advance.found import accept, find, remember
from trueup.loop.advance.rules import still_broken
from trueup.loop.advance.watched import on_watched
from trueup.loop.decide import freshness
from trueup.loop.monitor.calendar import allowance
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.limit import limits_of
from trueup.loop.monitor.pace import paced

if TYPE_CHECKING:
    from trueup.loop.events import WindowClosed
    from trueup.loop.policy import Policy
    from trueup.loop.state import State
    from trueup.loop.step import Step


def on_window_closed(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """Broken data goes to quarantine and is not judged; anything else is read against the reference."""
    state, watch = step.state, step.state.watch
    if event.window.number <= state.closed or watch is None:
        return step
    allowed = allowance(event.known, policy.monitor.calendar)
    owned = frozenset(one.column for one in limits_of(policy.decide.triggers))
    found = find(event, watch, state).left_to(owned).amid(allowed)
    breaches = broken_contract(event.profile, watch, allowed.quarantine(policy.monitor.quarantine))
    broken = broken_columns(found, breaches)
    runs = {(column, kind): count for column, kind, count in state.breached}
    counted = tuple((one.column, one.kind, runs.get((one.column, one.kind), 0) + 1) for one in broken)
    step = _calendar(still_broken(step, event.window.start), event, policy)
    state = replace(
        step.state,
        closed=event.window.number,
        windows=(*state.windows, event.window),
        freshness=freshness.earn(state.freshness, policy.decide.cadence),
        breached=counted,
        fine=event.fine or state.fine,
        pace=state.pace if event.waits is None else paced(state.pace, event.waits),
        news=True,
        reigns=_reigns(state, event.window.number),
    )
    step = remember(step.with_state(state), found)
    sudden = [one for one, (*_, count) in zip(broken, counted, strict=True) if count <= one.lasting]
    if sudden:
        return quarantine(step, event, sudden)
    if broken:
        step = flag(step, event.window, broken, counted)
    return on_watched(accept(step, event), event, policy, allowed, found)


def _reigns(state: State, window: int) -> tuple[tuple[int, str], ...]:
    """Who answered at the close of a window, where that is somebody else than before."""
    known = state.reigns[-1][1] if state.reigns else ""
    return state.reigns if state.champion in {"", known} else (*state.reigns, (window, state.champion))


def _calendar(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """Remember which events fall into the window, and tell each when it begins."""
    state, number = step.state, event.window.number
    if not event.known:
        return step
    step = step.with_state(replace(state, known=(*state.known, (number, event.known))))
    for one in policy.monitor.calendar:
        if one.name in event.known and one.name not in state.events_of(number - 1):
            judged = "neither judged nor learnt from, but its rows train"
            wider = f"judged by limits {one.factor:g} times as wide"
            sentence = f"window {event.window.name} is {one.name}: {judged if one.effect == 'skip' else wider}"
            step = step.notify("quality", "info", event.window.name, sentence)
    return step
