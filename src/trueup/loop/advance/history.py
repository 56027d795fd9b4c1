"""The labelled past is in: what is usual, and the first version."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from trueup.loop.actions import Train
from trueup.loop.decide import freshness
from trueup.loop.monitor import label_shift
from trueup.loop.monitor.calendar import allowance, usual
from trueup.loop.monitor.reference import start
from trueup.loop.monitor.season import Clock
from trueup.loop.state import Training
from trueup.loop.step import Grounds
from trueup.loop.train.order import TrainOrder

if TYPE_CHECKING:
    from trueup.loop.events import HistoryRead
    from trueup.loop.monitor.watch import Watch
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step


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
