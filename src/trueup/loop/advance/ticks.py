"""A tick: is anything to be done, and what?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from trueup.loop.actions import Ask, Train
from trueup.loop.decide import freshness
from trueup.loop.decide.decision import choose, nothing_otherwise, nothing_sentence
from trueup.loop.decide.situation import Situation
from trueup.loop.state import Pending, Training
from trueup.loop.step import Grounds
from trueup.loop.train.order import TrainOrder

if TYPE_CHECKING:
    from trueup.loop.decide.decision import Choice
    from trueup.loop.policy import Policy
    from trueup.loop.state import State, Wish
    from trueup.loop.step import Step
    from trueup.loop.train.order import OrderKind


def on_clock_struck(step: Step, policy: Policy) -> Step:
    """Decide on what came in since the last tick; with no news there is nothing to decide."""
    state = step.state
    if not state.champion:
        return step
    if state.wishes and not _busy(state):
        return _grant(step, state.wishes[0], policy)
    if not state.news:
        return step
    seen = situation(state, policy)
    choice = choose(seen, policy.decide)
    step = step.with_state(_decided(state, choice))
    if choice.train:
        return _train(step, choice, policy)
    only_quarantine = seen.quarantined and not (seen.fresh_labels or seen.broken_rules or choice.reasons)
    return step if only_quarantine else _nothing(step, seen, choice)


def _decided(state: State, choice: Choice) -> State:
    """The news are used up; but an urgent reason that was held back is kept, to be asked again after the hold."""
    if choice.urgent and choice.held:
        return replace(state, news=False)
    return replace(state, news=False, fresh_labels=False, broken_rules=())


def _nothing(step: Step, seen: Situation, choice: Choice) -> Step:
    """Nothing is a decision too; only a quarantine was one already."""
    grounds = Grounds(
        reasons=tuple(reason.sentence for reason in choice.reasons),
        held=choice.held,
        gain=choice.reasons[0].gain if choice.reasons else None,
    )
    return step.decide("nothing", nothing_sentence(seen, choice), grounds, otherwise=nothing_otherwise(seen, choice))


def _train(step: Step, choice: Choice, policy: Policy) -> Step:
    """Order it, in mode suggest after a yes; in mode observe only say so."""
    kind: OrderKind = "alarm" if choice.urgent and step.state.level.alarm else "routine"
    order = make_order(step.state, policy, kind=kind, code=policy.train.code)
    first = choice.reasons[0]
    reasons = (*(reason.sentence for reason in choice.reasons), *_caution(step.state))
    grounds = Grounds(version=order.version, reasons=reasons, gain=first.gain)
    match policy.mode:
        case "observe":
            return step.decide("ask", f"would train: {first.sentence}", grounds, otherwise=first.otherwise)
        case "suggest":
            return _ask(step, order, f"train? {first.sentence}", grounds, otherwise=first.otherwise)
        case "act":
            step = step.decide("train", f"train: {first.sentence}", grounds, otherwise=first.otherwise)
            return begin(step, order, decision=step.state.decisions, wished=False)
        case _ as unreachable:
            assert_never(unreachable)


def _caution(state: State) -> tuple[str, ...]:
    """Why only a proof will do, and what a training puts an end to."""
    number, release = state.unproven[:1], state.release
    windows = (f"since window {number[0]} some data looks broken, and lasts: only a proof goes on",) if number else ()
    if release is None or release.stage != "waiting":
        return windows
    return (*windows, f"{release.version}, which waits for a yes, is closed when it begins")


def situation(state: State, policy: Policy) -> Situation:
    """All that triggers and holds may look at."""
    return Situation(
        time=state.time,
        window=state.closed,
        fresh_labels=state.fresh_labels,
        freshness=state.freshness,
        worth=freshness.worth(state.freshness, state.closed, policy.decide.cadence),
        level=state.level,
        served=state.served,
        alerts=state.alerts,
        courses=state.courses,
        broken_rules=state.broken_rules,
        runs=state.runs,
        labels_since=state.labels - state.labels_at_training,
        busy=_busy(state),
        replaceable=state.training is None and state.release is not None and state.release.stage == "shadow",
        quarantined=state.closed in state.quarantined,
    )


def _busy(state: State) -> str:
    """What is in flight; a release that waits for a person is not: something fresher may take its place."""
    if state.training is not None:
        return f"training {state.training.order.version}"
    if state.release is not None and state.release.stage != "waiting":
        return f"{state.release.version} in {state.release.stage}"
    return ""


def make_order(state: State, policy: Policy, *, kind: OrderKind, code: str) -> TrainOrder:
    """The complete order: which rows, which recipe, and which rows judge it; flagged rows ask for a proof."""
    train = policy.train
    changed = code != train.code or policy.validate.prove == "strict" or bool(state.unproven)
    champion = state.line(state.champion)
    unlike = champion is not None and champion.code != state.code_hash
    return TrainOrder(
        version=f"v{state.versions + 1}",
        kind="strict" if changed or unlike else kind,
        scopes=train.scopes,
        windows=state.trainable,
        as_of=state.time,
        judge=state.trainable[-1],
        judge_half=kind == "alarm",
        rivals_from=state.trainable[:-1][-6:] or state.trainable[-6:],
        code=code,
        seed=train.seed,
        seconds=train.seconds,
        memory=train.memory,
    )


def begin(step: Step, order: TrainOrder, *, decision: int, wished: bool) -> Step:
    """Send the order out; the token is spent whatever becomes of it."""
    release = step.state.release
    if release is not None:
        closing = f"{release.version} is closed: a fresher candidate takes its place"
        grounds = Grounds(version=release.version, verdict=release.word)
        stayed = "gone on waiting for a yes" if release.stage == "waiting" else "stayed in shadow"
        step = step.decide("close", closing, grounds, otherwise=f"with nothing urgent it would have {stayed}")
        step = step.with_state(replace(step.state, release=None))
    state = step.state.without("train", "release")
    order = replace(order, version=f"v{state.versions + 1}")
    training = Training(action=step.next_id, order=order, decision=decision, wished=wished)
    state = replace(
        state,
        training=training,
        freshness=state.freshness if wished else freshness.spend(state.freshness, state.closed),
        versions=state.versions + 1,
        labels_at_training=state.labels,
    )
    return step.with_state(state.tidy()).then(Train(id=training.action, order=order))


def _ask(step: Step, order: TrainOrder, question: str, grounds: Grounds, *, otherwise: str) -> Step:
    """In mode suggest a training waits for a yes; a newer proposal replaces an older one."""
    step = step.decide("ask", question, grounds, otherwise=otherwise)
    number, state = step.state.decisions, step.state.without("train")
    waiting = Pending(decision=number, what="train", order=order)
    step = step.with_state(replace(state, pending=(*state.pending, waiting)))
    return step.then(Ask(id=step.next_id, decision=number, sentence=question))


def _grant(step: Step, wish: Wish, policy: Policy) -> Step:
    """A person's wish is trained as soon as nothing is in flight, outside the budget, and must be proven."""
    order = make_order(step.state, policy, kind="strict", code=wish.code or policy.train.code)
    step = step.with_state(replace(step.state, wishes=step.state.wishes[1:], granted=wish))
    recipe = f" with {wish.code}" if wish.code else ""
    step = step.decide(
        "train",
        f"train{recipe}: {wish.who} asked for it ({wish.note})" if wish.note else f"train{recipe}: {wish.who} asked",
        Grounds(version=order.version, reasons=(f"{wish.who} asked",)),
        otherwise="nobody else asked for it",
    )
    return begin(step, order, decision=step.state.decisions, wished=True)
