"""A window's inputs are in: is the world still the one the champion was trained on?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.loop.actions import About, Quarantine, Train
from trueup.loop.advance.estimates import on_scores
from trueup.loop.advance.rules import still_broken
from trueup.loop.decide import freshness
from trueup.loop.monitor import label_shift
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.calendar import allowance, usual
from trueup.loop.monitor.contract import broken_contract
from trueup.loop.monitor.limit import Limit, episodes, follow
from trueup.loop.monitor.outliers import heed
from trueup.loop.monitor.pace import paced
from trueup.loop.monitor.reference import start
from trueup.loop.monitor.score import follow_score
from trueup.loop.monitor.season import Clock
from trueup.loop.state import Training
from trueup.loop.step import Grounds
from trueup.loop.train.order import TrainOrder

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from trueup.loop.events import HistoryRead, WindowClosed
    from trueup.loop.monitor.alert import Alert
    from trueup.loop.monitor.contract import Breach
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.policy import Policy
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
            offset=event.offset,
            closed=numbers[-1],
            matured=numbers[-1],
            windows=event.windows,
            labelled=tuple(zip(numbers, event.labelled, strict=True)),
            watch=_reference(event, policy),
            known=tuple((number, names) for number, names in zip(numbers, event.known, strict=False) if names),
            loss=event.loss,
            freshness=freshness.start(numbers[-1], policy.decide.cadence),
            outcomes=label_shift.start(event.returned, event.windows) if event.returned else None,
        )
    return _train_first(step.with_state(state), policy)


def _reference(event: HistoryRead, policy: Policy) -> Watch:
    """What is usual, learnt from the windows that the calendar does not skip."""
    pairs = zip(event.windows, event.known, strict=False)
    skipped = [one.number for one, names in pairs if allowance(names, policy.monitor.calendar).skip]
    windows, profiles = usual(event.windows, event.profiles, skipped)
    return start(profiles, windows, event.edges, Clock.kept_by(policy.window, event.windows[0].start))


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
        kept_out=policy.monitor.keeps_out,
    )


def on_window_closed(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """Broken data goes to quarantine and is not judged; anything else is read against the reference."""
    state, watch = step.state, step.state.watch
    if event.window.number <= state.closed or watch is None:
        return step
    allowed = allowance(event.known, policy.monitor.calendar)
    breaches = broken_contract(event.profile, watch, allowed.quarantine(policy.monitor.quarantine))
    runs = {(column, kind): count for column, kind, count in state.breached}
    counted = tuple((one.column, one.kind, runs.get((one.column, one.kind), 0) + 1) for one in breaches)
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
    step = step.with_state(state)
    sudden = [one for one, (_, kind, count) in zip(breaches, counted, strict=True) if count <= LASTING[kind]]
    if sudden:
        return _quarantine(step, event, sudden)
    if breaches:
        step = _flag(step, event.window, breaches, counted)
        state = step.state
    if allowed.skip:
        return step
    step = _follow_limits(step, watch, event, policy, widen=allowed.widen)
    seen = observe(watch, event.window, event.profile, policy.monitor, widen=allowed.widen)
    step = step.with_state(replace(step.state, watch=seen.watch, alerts=seen.alerts))
    for alert in seen.alerts:
        if alert.opened:
            step = _moved(step, alert)
    step = replace(step, readings=seen.readings)
    return _beside(step, event, policy) if allowed.usual else step


def _beside(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """What is watched beside the columns: the score, what it lets expect, and rows far from all that was learnt."""
    return on_scores(_outliers(_score(step, event, policy), event, policy), event, policy)


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
            step = _moved(step, alert)
    return replace(step, readings=(*step.readings, *seen.readings))


def _moved(step: Step, alert: Alert) -> Step:
    """Tell people that a column moved."""
    about = About(columns=(alert.column,), confidence=1.0 - alert.p, proposed="watch")
    return step.notify("drift", alert.severity, alert.column, alert.sentence, about)


def _outliers(step: Step, event: WindowClosed, policy: Policy) -> Step:
    """Rows far from all that the champion learnt from, counted beside the columns."""
    if event.outliers is None:
        return step
    budget = policy.monitor.windows_per_false_alert
    known, alert = heed(step.state.outliers, event.window, event.outliers, budget)
    step = step.with_state(replace(step.state, outliers=known))
    if alert is None:
        return step
    return step.notify("ood", alert.severity, "all columns", alert.sentence, About(proposed="watch"))


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


def _follow_limits(step: Step, watch: Watch, event: WindowClosed, policy: Policy, *, widen: float) -> Step:
    """The owner's own limits: each episode of a column beyond one is told when it begins."""
    limits = tuple(limit for trigger in policy.decide.triggers if (limit := Limit.of(trigger)) is not None)
    if not limits:
        return step
    state, number = step.state, event.window.number
    courses = follow(state.courses, limits, watch, event.profile, widen=widen)
    beyond = episodes(state.beyond, limits, courses, number)
    step = step.with_state(replace(state, courses=courses, beyond=beyond))
    for one in beyond:
        if one.opened == number:
            since = number - one.limit.windows + 1
            about = About(columns=(one.column,), since=max(since, 1), cause=one.limit.words, proposed="retrain")
            sentence = f"{one.column} is beyond its limit: {one.sentence}"
            step = step.notify("drift", "moderate", one.column, sentence, about)
    return step


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


def _quarantine(step: Step, event: WindowClosed, sudden: Sequence[Breach]) -> Step:
    number, because = event.window.number, tuple(breach.sentence for breach in sudden)
    step = step.with_state(replace(step.state, quarantined=(*step.state.quarantined, number)))
    step = step.then(Quarantine(id=step.next_id, window=number, because=because))
    columns = tuple(dict.fromkeys(breach.column for breach in sudden))
    about = About(columns=columns, cause=sudden[0].cause, proposed="block and quarantine")
    step = step.notify("quality", "major", event.window.name, because[0], about)
    return step.decide(
        "quarantine",
        f"window {event.window.name} is kept out of training and evidence: {because[0]}",
        Grounds(reasons=because),
        otherwise="within the limits of monitor.quarantine the window would have counted",
    )
