"""A tick: is anything to be done, and what?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final, Literal, assert_never

from trueup.loop.actions import Ask, Train
from trueup.loop.decide import freshness
from trueup.loop.decide.decision import choose, nothing_otherwise, nothing_sentence
from trueup.loop.decide.holds import budgeted
from trueup.loop.decide.situation import Situation
from trueup.loop.decide.triggers.schedule import due_since
from trueup.loop.monitor.outliers import shares_since
from trueup.loop.state import Pending, Training
from trueup.loop.step import Grounds
from trueup.loop.train.order import TrainOrder

Cost = Literal["token", "free", "wish"]  # of a training: free is the owner's schedule, a wish a person's

MOVED: Final = 3  # drift alerts that are told beside the reasons of a training

if TYPE_CHECKING:
    from trueup.loop.decide.decision import Choice
    from trueup.loop.decide.freshness import Freshness
    from trueup.loop.events import ClockStruck
    from trueup.loop.policy import Policy
    from trueup.loop.state import State, Wish
    from trueup.loop.step import Step
    from trueup.loop.train.order import OrderKind


def on_clock_struck(step: Step, event: ClockStruck, policy: Policy) -> Step:
    """Decide on what came in since the last tick; with no news, and nothing due by the calendar, there is nothing."""
    step = step.with_state(replace(step.state, offset=event.offset))
    state = step.state
    if not state.champion:
        return step
    if state.wishes and not _busy(state):
        return _grant(step, state.wishes[0], policy)
    due = newly_due(state, policy, time=state.time, offset=event.offset)
    if not state.news and due is None:
        return step
    if due is not None:
        state = replace(state, scheduled=due)
        step = step.with_state(state)
    seen = situation(state, policy)
    choice = choose(seen, policy.decide)
    step = step.with_state(_decided(state, choice))
    if choice.train:
        return _train(step, choice, policy)
    only_quarantine = seen.quarantined and not (seen.fresh_labels or seen.broken_rules or choice.reasons)
    return step if only_quarantine else _nothing(step, seen, choice)


def newly_due(state: State, policy: Policy, *, time: float, offset: float) -> float | None:
    """Since when a training is due by the calendar that was not asked for yet; each is asked for once, news or not."""
    if not state.champion:
        return None
    asked = (
        due_since(one, state.runs, time=time, offset=offset) for one in policy.decide.triggers if one.name == "schedule"
    )
    found = [moment for moment in asked if moment is not None and moment > state.scheduled]
    return max(found, default=None)


def _decided(state: State, choice: Choice) -> State:
    """The news are used up; but an urgent reason that was held back is kept, to be asked again after the hold."""
    if choice.urgent and choice.held:
        return replace(state, news=False)
    return replace(state, news=False, fresh_labels=False, broken_rules=(), called=())


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
    kind: OrderKind = "alarm" if choice.urgent and step.state.worse else "routine"
    order = make_order(step.state, policy, kind=kind, code=policy.train.code)
    first = choice.reasons[0]
    reasons = (*(reason.sentence for reason in choice.reasons), *_moved(step.state, choice), *_caution(step.state))
    grounds = Grounds(reasons=reasons, gain=first.gain)
    match policy.mode:
        case "observe":
            return step.decide("ask", f"would train a candidate: {first.short}", grounds, otherwise=first.otherwise)
        case "suggest":
            return _ask(step, order, choice, grounds)
        case "act":
            grounds = replace(grounds, version=order.version)
            step = step.decide("train", f"train: {first.short}", grounds, otherwise=first.otherwise)
            free = not budgeted(choice.reasons)
            return begin(step, order, decision=step.state.decisions, cost="free" if free else "token")
        case _ as unreachable:
            assert_never(unreachable)


def _moved(state: State, choice: Choice) -> tuple[str, ...]:
    """The drift alerts that stand, gravest first: they are a reason beside any other."""
    told = " ".join(reason.short for reason in choice.reasons)
    ranked = sorted(state.alerts, key=lambda alert: ("major", "moderate", "minor").index(alert.severity))
    return tuple(f"{alert.sentence} ({alert.severity})" for alert in ranked[:MOVED] if alert.column not in told)


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
        broken_rules=state.broken_rules,
        runs=state.runs,
        labels_since=state.labels - state.labels_at_training,
        busy=_busy(state),
        replaceable=state.training is None and state.release is not None and state.release.stage == "shadow",
        quarantined=state.closed in state.quarantined,
        metric=state.metric,
        waiting=_waiting(state),
        figures=state.figures,
        dropped=state.dropped,
        beyond=state.beyond,
        outcomes=state.outcomes,
        far=shares_since(state.outliers, state.freshness.trained_after, state.closed),
        matured=state.labelled[-1][0] if state.labelled else 0,
        offset=state.offset,
        called=state.called,
    )


def _waiting(state: State) -> str:
    """What waits for a person's yes."""
    release, question = state.release, state.question("release")
    if release is not None and question is not None:
        return f"{release.version} waits for a yes to decision {question.decision}"
    question = state.question("restore") or state.question("train")
    return "" if question is None else f"decision {question.decision} waits for a yes"


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
    judge = _judge(state)
    return TrainOrder(
        version=f"v{state.versions + 1}",
        kind="strict" if changed or unlike else kind,
        scopes=train.scopes,
        windows=state.trainable,
        as_of=state.time,
        judge=judge,
        judge_half=kind == "alarm" and judge is not None,
        rivals_from=tuple(one for one in state.trainable if one != judge)[-6:] or state.trainable[-6:],
        code=code,
        seed=train.seed,
        seconds=train.seconds,
        memory=train.memory,
        kept_out=policy.monitor.keeps_out,
    )


def _judge(state: State) -> int | None:
    """The newest labelled window, if the champion has not learnt from it; else new rows must judge, in shadow."""
    champion, newest = state.line(state.champion), state.trainable[-1]
    return None if champion is not None and newest <= champion.trained_after else newest


def begin(step: Step, order: TrainOrder, *, decision: int, cost: Cost) -> Step:
    """Send the order out; a token is spent whatever becomes of it."""
    release = step.state.release
    if release is not None:
        closing = f"{release.version} is closed: a fresher candidate takes its place"
        grounds = Grounds(version=release.version, verdict=release.word)
        stayed = "gone on waiting for a yes" if release.stage == "waiting" else "stayed in shadow"
        step = step.decide("close", closing, grounds, otherwise=f"with nothing urgent it would have {stayed}")
        step = step.with_state(replace(step.state, release=None))
    state = step.state.without("train", "release")
    order = replace(order, version=f"v{state.versions + 1}")
    training = Training(action=step.next_id, order=order, decision=decision, wished=cost == "wish")
    state = replace(
        state,
        training=training,
        freshness=_paid(state, cost),
        versions=state.versions + 1,
        labels_at_training=state.labels,
        beyond=tuple(replace(one, trained=True) for one in state.beyond),
    )
    return step.with_state(state.tidy()).then(Train(id=training.action, order=order))


def _paid(state: State, cost: Cost) -> Freshness:
    """What is in hand after a training was ordered, and when that was."""
    match cost:
        case "token":
            return freshness.spend(state.freshness, state.closed)
        case "free":
            return freshness.refreshed(state.freshness, state.closed)
        case "wish":
            return state.freshness
        case _ as unreachable:
            assert_never(unreachable)


def _ask(step: Step, order: TrainOrder, choice: Choice, grounds: Grounds) -> Step:
    """In mode suggest a training waits for a yes; a question that still stands is not asked again, but replaced."""
    first, open_one = choice.reasons[0], step.state.question("train")
    if open_one is not None and _stands(open_one, order, choice):
        stands = f"nothing: {first.short}, and decision {open_one.decision} waits for a yes to a training"
        return step.decide("nothing", stands, grounds, otherwise="with a yes the training would have begun")
    instead = "" if open_one is None else f" (in place of decision {open_one.decision})"
    question = f"train a candidate? {first.short}{instead}"
    step = step.decide("ask", question, grounds, otherwise=first.otherwise)
    number = step.state.decisions
    triggers = tuple(reason.trigger for reason in choice.reasons if reason.urgent)
    step = step.with_state(step.state.asked(Pending(decision=number, what="train", order=order, triggers=triggers)))
    return step.then(Ask(id=step.next_id, decision=number, sentence=question))


def _stands(question: Pending, order: TrainOrder, choice: Choice) -> bool:
    """Whether an open question covers a new proposal: no new urgent reason, and the same or a graver kind."""
    asked = question.order
    urgent = {reason.trigger for reason in choice.reasons if reason.urgent}
    covered = asked is not None and (asked.kind == order.kind or (asked.kind, order.kind) == ("alarm", "routine"))
    return covered and urgent <= set(question.triggers)


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
    return begin(step, order, decision=step.state.decisions, cost="wish")
