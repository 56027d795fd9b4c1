"""A window's inputs are in: is the world still the one the champion was trained on?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.loop.actions import Quarantine, Train
from trueup.loop.decide import freshness
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.reference import start
from trueup.loop.state import Training
from trueup.loop.train.order import TrainOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.events import HistoryRead, LateRowsCounted, RuleBroken, WindowClosed
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step

# windows after which what looked broken is taken for a changed world: new levels that stay are a new world at once,
# a change of unit never is
LASTING: Final[Mapping[str, float]] = {"unseen": 1, "missing": 3, "out_of_range": 3, "unit_change": math.inf}


def on_history_read(step: Step, event: HistoryRead, policy: Policy) -> Step:
    """The labelled past is in: it is the first reference, and trains the first version."""
    if step.state.closed:
        return step
    last = event.windows[-1].number
    numbers = tuple(window.number for window in event.windows)
    told = step.with_state(
        closed=last,
        matured=last,
        windows=event.windows,
        labelled=tuple(zip(numbers, event.labelled, strict=True)),
        watch=start(event.profiles, event.windows, event.edges),
        loss=event.loss,
        freshness=freshness.start(last, policy.decide.cadence),
        versions=1,
    )
    order = first_order(numbers, event.time, policy)
    training = Training(action=told.next_id, order=order, decision=told.state.decisions + 1, wished=True)
    step = told.with_state(training=training).then(Train(id=told.next_id, order=order))
    rows = sum(event.labelled)
    return step.decide(
        "train",
        f"train the first version on {rows:,} labelled rows",
        version=order.version,
        reasons=("there is no version yet",),
        otherwise="with a version in service nothing would have been trained",
    )


def first_order(windows: tuple[int, ...], time: float, policy: Policy) -> TrainOrder:
    """The order for the first version: all of the history, nothing to judge against."""
    train = policy.train
    return TrainOrder(
        version="v1",
        kind="first",
        scopes=train.scopes,
        windows=windows,
        as_of=time,
        judge=None,
        judge_half=False,
        rivals_from=windows[-6:],
        code=train.code,
        seed=train.seed,
        seconds=train.seconds,
        memory=train.memory,
    )


def on_window_closed(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """Broken data goes to quarantine and is not judged; anything else is read against the reference."""
    state = step.state
    if event.window.number <= state.closed or state.watch is None:
        return step
    step = step.with_state(
        closed=event.window.number,
        windows=(*state.windows, event.window),
        freshness=freshness.earn(state.freshness, policy.decide.cadence),
        news=True,
    )
    breaches = broken_contract(event.profile, state.watch, policy.monitor.quarantine)
    runs = {(column, kind): count for column, kind, count in state.breached}
    counted = tuple((one.column, one.kind, runs.get((one.column, one.kind), 0) + 1) for one in breaches)
    step = step.with_state(breached=counted)
    sudden = [one for one, (_, kind, count) in zip(breaches, counted, strict=True) if count <= LASTING[kind]]
    if sudden:
        return _quarantine(step, event, tuple(breach.sentence for breach in sudden))
    seen = observe(state.watch, event.window, event.profile, policy.monitor)
    step = replace(step.with_state(watch=seen.watch, alerts=seen.alerts), readings=seen.readings)
    for alert in seen.alerts:
        if alert.opened:
            step = step.notify("drift", alert.severity, alert.column, alert.sentence)
    return step


def _quarantine(step: Step, event: WindowClosed, because: tuple[str, ...]) -> Step:
    number = event.window.number
    step = step.with_state(quarantined=(*step.state.quarantined, number))
    step = step.then(Quarantine(id=step.next_id, window=number, because=because))
    step = step.notify("quality", "major", event.window.name, because[0])
    return step.decide(
        "quarantine",
        f"window {event.window.name} is kept out of training and evidence: {because[0]}",
        reasons=because,
        otherwise="within the limits of monitor.quarantine the window would have counted",
    )


def on_late_rows(step: Step, event: LateRowsCounted) -> Step:
    """Late rows change no evidence; many of them are worth knowing about."""
    sentence = f"{event.rows} rows came after window {event.window} had closed"
    return step.notify("quality", "info", str(event.window), sentence)


def on_rule_broken(step: Step, event: RuleBroken, policy: Policy) -> Step:
    """A business rule is judged at once, without any statistic: every broken answer counts."""
    name = event.count.name
    known = {rule.name: rule for rule in policy.monitor.rules}
    if name not in known:
        return step
    share = event.count.broken / max(event.count.rows, 1)
    grave = share > known[name].at_most
    sentence = f"{event.count.broken} of {event.count.rows} answers break the rule {name} ({known[name].expect})"
    step = step.notify("rule", "major" if grave else "minor", name, sentence)
    if not grave:
        return step
    broken = dict.fromkeys((*step.state.broken_rules, name))
    return step.with_state(broken_rules=tuple(broken), news=True)
