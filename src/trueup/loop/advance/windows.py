"""A window's inputs are in: is the world still the one the champion was trained on?"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from trueup.loop.actions import Quarantine, Train
from trueup.loop.advance.found import accept, find, lasting, remember, sentence
from trueup.loop.decide import freshness
from trueup.loop.decide.cause import Cause, listed
from trueup.loop.decide.reason import counted
from trueup.loop.decide.remedies import proposal
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.limit import follow
from trueup.loop.monitor.reference import start
from trueup.loop.state import Training
from trueup.loop.step import Grounds
from trueup.loop.train.order import TrainOrder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from trueup.loop.advance.found import Found
    from trueup.loop.events import HistoryRead, LateRowsCounted, RuleBroken, WindowClosed
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
    found = find(event, watch, state)
    broken = _broken(found, broken_contract(event.profile, watch, policy.monitor.quarantine))
    runs = {(column, kind): count for column, kind, count in state.breached}
    counted = tuple((one.column, one.kind, runs.get((one.column, one.kind), 0) + 1) for one in broken)
    state = replace(
        _still_broken(state, event.window.start),
        closed=event.window.number,
        windows=(*state.windows, event.window),
        freshness=freshness.earn(state.freshness, policy.decide.cadence),
        breached=counted,
        fine=event.fine or state.fine,
        news=True,
    )
    step = step.with_state(state)
    step = remember(step, found)
    sudden = [one for one, (*_, count) in zip(broken, counted, strict=True) if count <= one.lasting]
    if sudden:
        return _quarantine(step, event, sudden)
    if broken:
        step = _flag(step, event.window, broken, counted)
    step = accept(step, event)
    state = step.state
    limits = (_limit(trigger) for trigger in policy.decide.triggers if trigger.setting("column", ""))
    courses = follow(state.courses, limits, watch.edges, watch.level, event.profile)
    seen = observe(watch, event.window, event.profile, policy.monitor)
    step = step.with_state(replace(state, watch=seen.watch, alerts=seen.alerts, courses=courses))
    for alert in seen.alerts:
        if alert.opened:
            cause = found.of(alert.column)
            step = step.notify("drift", alert.severity, alert.column, alert.sentence, cause=cause)
    return replace(step, readings=seen.readings)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Broken:
    """One column that keeps a window out: by a proven cause, or past a limit of the owner's."""

    column: str  # empty: all of them
    kind: str  # the cause's name, or the breach's kind
    sentence: str
    lasting: float  # windows after which it is taken for a changed world
    cause: Cause | None = None  # None: none is proven


def _broken(found: Found, breaches: Iterable[Breach]) -> tuple[_Broken, ...]:
    """The proven causes first; a breach counts where no cause speaks for its column."""
    proven = [
        _Broken(column=column, kind=one.name, sentence=sentence(one), lasting=lasting(one), cause=one)
        for one in found.blocking
        for column in one.columns or ("",)
    ]
    spoken = {one.column for one in proven}
    left = [one for one in breaches if one.column not in spoken]
    limits = [
        _Broken(column=one.column, kind=one.kind, sentence=one.sentence, lasting=LASTING[one.kind]) for one in left
    ]
    return (*proven, *limits)


def _flag(step: Step, window: Window, broken: Sequence[_Broken], counted: Sequence[tuple[str, str, int]]) -> Step:
    """What looks broken and lasts may train, but only a proof lets it in; people are told when it begins."""
    step = step.with_state(replace(step.state, flagged=(*step.state.flagged, window.number)))
    for one, (*_, count) in zip(broken, counted, strict=True):
        if count == one.lasting + 1:
            words = f"{one.sentence}; it lasts, so it is taken for a changed world, and what learns it must be proven"
            step = step.notify("quality", "info", one.column, words, cause=one.cause)
    return step


def _still_broken(state: State, since: float) -> State:
    """A rule that was kept through a whole window is broken no more, whatever held back what it asked for."""
    heard = dict(state.heard)
    broken = tuple(name for name in state.broken_rules if heard[f"rule {name}"] >= since)
    return replace(state, broken_rules=broken)


def _limit(trigger: Trigger) -> tuple[str, str]:
    """The column, and the distance that it is measured by."""
    return str(trigger.setting("column", "")), str(trigger.setting("metric", "psi"))


def _quarantine(step: Step, event: WindowClosed, broken: Sequence[_Broken]) -> Step:
    number, because = event.window.number, tuple(dict.fromkeys(one.sentence for one in broken))
    cause = next((one.cause for one in broken if one.cause is not None), None)
    within = "within the limits of monitor.quarantine the window would have counted"
    step = step.with_state(replace(step.state, quarantined=(*step.state.quarantined, number)))
    step = step.then(Quarantine(id=step.next_id, window=number, because=because))
    step = step.notify("quality", "major", event.window.name, because[0], cause=cause)
    proposed = () if cause is None else (f"proposed: {proposal(cause)}",)
    return step.decide(
        "quarantine",
        f"window {event.window.name} is kept out of training and evidence: {because[0]}",
        Grounds(reasons=(*because, *proposed)),
        otherwise=within
        if cause is None
        else f"had {listed(cause.columns) or 'each row'} been as before, it would count",
    )


def on_late_rows(step: Step, event: LateRowsCounted) -> Step:
    """Late rows change no evidence; many of them are worth knowing about."""
    late = f"{counted(event.rows, 'row')} came after window {event.window} had closed"
    sentence = f"{late}: later trainings read them, what was found on the window stays as it was"
    return step.notify("quality", "info", str(event.window), sentence)


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
