"""A window's inputs are in: is the world still the one the champion was trained on?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.loop.actions import Quarantine, Train
from trueup.loop.decide import freshness
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.limit import follow
from trueup.loop.monitor.outliers import heed
from trueup.loop.monitor.pace import paced
from trueup.loop.monitor.reference import start
from trueup.loop.monitor.score import follow_score
from trueup.loop.state import Training
from trueup.loop.step import Grounds
from trueup.loop.train.order import TrainOrder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.loop.events import HistoryRead, RuleBroken, WindowClosed
    from trueup.loop.monitor.contract import Breach
    from trueup.loop.policy import Policy, Trigger
    from trueup.loop.state import State
    from trueup.loop.step import Step
    from trueup.loop.window import Window

# windows after which what looked broken is taken for a changed world: new levels that stay are a new world at once,
# a change of unit never is
LASTING: Final[Mapping[str, float]] = {"unseen": 1, "missing": 3, "out_of_range": 3, "unit_change": math.inf}


def on_history_read(step: Step, event: HistoryRead, policy: Policy) -> Step:
    """The labelled past is in: it is the first reference, and trains the first version.

    Read again before there is a version, it trains one anew: a first training may have failed.
    """
    state = step.state
    if state.champion or state.training is not None or not event.windows:
        return step
    if not state.closed:
        numbers = tuple(window.number for window in event.windows)
        state = replace(
            state,
            closed=numbers[-1],
            matured=numbers[-1],
            windows=event.windows,
            labelled=tuple(zip(numbers, event.labelled, strict=True)),
            watch=start(event.profiles, event.windows, event.edges),
            loss=event.loss,
            freshness=freshness.start(numbers[-1], policy.decide.cadence),
        )
    return _train_first(step.with_state(state), policy)


def _train_first(step: Step, policy: Policy) -> Step:
    state = step.state
    order = first_order(f"v{state.versions + 1}", state.trainable, state.time, policy)
    training = Training(action=step.next_id, order=order, decision=state.decisions + 1, wished=True)
    state = replace(state, training=training, versions=state.versions + 1, labels_at_training=state.labels)
    step = step.with_state(state).then(Train(id=training.action, order=order))
    return step.decide(
        "train",
        f"train the first version on {state.labels:,} labelled rows",
        Grounds(version=order.version, reasons=("there is no version yet",)),
        otherwise="with a version in service none would have been trained",
    )


def first_order(version: str, windows: tuple[int, ...], time: float, policy: Policy) -> TrainOrder:
    """The order for the first version: all of the history, nothing to judge against."""
    train = policy.train
    return TrainOrder(
        version=version,
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
    state, watch = step.state, step.state.watch
    if event.window.number <= state.closed or watch is None:
        return step
    breaches = broken_contract(event.profile, watch, policy.monitor.quarantine)
    runs = {(column, kind): count for column, kind, count in state.breached}
    counted = tuple((one.column, one.kind, runs.get((one.column, one.kind), 0) + 1) for one in breaches)
    state = replace(
        _still_broken(state, event.window.start),
        closed=event.window.number,
        windows=(*state.windows, event.window),
        freshness=freshness.earn(state.freshness, policy.decide.cadence),
        breached=counted,
        fine=event.fine or state.fine,
        pace=state.pace if event.waits is None else paced(state.pace, event.waits),
        news=True,
    )
    step = step.with_state(state)
    sudden = [one for one, (_, kind, count) in zip(breaches, counted, strict=True) if count <= LASTING[kind]]
    if sudden:
        return _quarantine(step, event, tuple(breach.sentence for breach in sudden))
    if breaches:
        step = _flag(step, event.window, breaches, counted)
        state = step.state
    limits = (_limit(trigger) for trigger in policy.decide.triggers if trigger.setting("column", ""))
    courses = follow(state.courses, limits, watch.edges, watch.level, event.profile)
    seen = observe(watch, event.window, event.profile, policy.monitor)
    step = step.with_state(replace(state, watch=seen.watch, alerts=seen.alerts, courses=courses))
    for alert in seen.alerts:
        if alert.opened:
            step = step.notify("drift", alert.severity, alert.column, alert.sentence)
    step = _score(replace(step, readings=seen.readings), event, policy)
    return _outliers(step, event, policy)


def _score(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """What the champion answered is one more column, beside the windows that it answered first."""
    if event.score is None:
        return step
    known, seen = follow_score(step.state.score, event.window, event.score, policy.monitor)
    step = step.with_state(replace(step.state, score=known))
    if seen is None:
        return step
    step = step.with_state(replace(step.state, alerts=(*step.state.alerts, *seen.alerts)))
    for alert in seen.alerts:
        if alert.opened:
            step = step.notify("drift", alert.severity, alert.column, alert.sentence)
    return replace(step, readings=(*step.readings, *seen.readings))


def _outliers(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """Rows far from all that the champion learnt from, counted beside the columns."""
    if event.outliers is None:
        return step
    budget = policy.monitor.windows_per_false_alert
    moved = {one.column for one in step.readings if one.over}
    known, alert = heed(step.state.outliers, event.window, event.outliers, budget, moved)
    step = step.with_state(replace(step.state, outliers=known))
    return step if alert is None else step.notify("ood", alert.severity, "all columns", alert.sentence)


def _flag(step: Step, window: Window, breaches: Sequence[Breach], counted: Sequence[tuple[str, str, int]]) -> Step:
    """What looks broken and lasts may train, but only a proof lets it in; people are told when it begins."""
    step = step.with_state(replace(step.state, flagged=(*step.state.flagged, window.number)))
    for breach, (_, kind, count) in zip(breaches, counted, strict=True):
        if count == LASTING[kind] + 1:
            sentence = (
                f"{breach.sentence}; it lasts, so it is taken for a changed world, and what learns it must be proven"
            )
            step = step.notify("quality", "info", breach.column, sentence)
    return step


def _still_broken(state: State, since: float) -> State:
    """A rule that was kept through a whole window is broken no more, whatever held back what it asked for."""
    heard = dict(state.heard)
    broken = tuple(name for name in state.broken_rules if heard[f"rule {name}"] >= since)
    return replace(state, broken_rules=broken)


def _limit(trigger: Trigger) -> tuple[str, str]:
    """The column, and the distance that it is measured by."""
    return str(trigger.setting("column", "")), str(trigger.setting("metric", "psi"))


def _quarantine(step: Step, event: WindowClosed, because: tuple[str, ...]) -> Step:
    number = event.window.number
    step = step.with_state(replace(step.state, quarantined=(*step.state.quarantined, number)))
    step = step.then(Quarantine(id=step.next_id, window=number, because=because))
    step = step.notify("quality", "major", event.window.name, because[0])
    return step.decide(
        "quarantine",
        f"window {event.window.name} is kept out of training and evidence: {because[0]}",
        Grounds(reasons=because),
        otherwise="within the limits of monitor.quarantine the window would have counted",
    )


def on_rule_broken(step: Step, event: RuleBroken, policy: Policy) -> Step:
    """A business rule is judged at once, without any statistic: every broken answer counts, and counts once."""
    name = event.count.name
    known = {rule.name: rule for rule in policy.monitor.rules}
    state = step.state.hears(f"rule {name}", event.time)
    if name not in known or state is None:
        return step
    share = event.count.broken / max(event.count.rows, 1)
    grave = share > known[name].at_most
    if grave:
        broken = dict.fromkeys((*state.broken_rules, name))
        state = replace(state, broken_rules=tuple(broken), news=True)
    sentence = f"{event.count.broken} of {event.count.rows} answers break the rule {name} ({known[name].expect})"
    return step.with_state(state).notify("rule", "major" if grave else "minor", name, sentence)
