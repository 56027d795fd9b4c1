"""A person asked or answered: what follows?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from trueup.loop.advance.releases import close_release, restore, to_canary
from trueup.loop.advance.ticks import begin
from trueup.loop.state import Wish

if TYPE_CHECKING:
    from trueup.loop.deploy.release import Release
    from trueup.loop.events import ApprovalGiven, PersonAsked
    from trueup.loop.policy import Policy
    from trueup.loop.state import Pending
    from trueup.loop.step import Step


def on_person_asked(step: Step, event: PersonAsked, policy: Policy) -> Step:
    """`train` waits for a free moment; `rollback` is done at once."""
    match event.wish:
        case "train":
            return _wish(step, Wish(time=event.time, who=event.who, note=event.note, code=event.code))
        case "rollback":
            return _rollback(step, event, policy)
        case _ as unreachable:
            assert_never(unreachable)


def _wish(step: Step, wish: Wish) -> Step:
    state, granted = step.state, step.state.granted
    echo = granted is not None and (wish == granted or wish.time < granted.time)
    if echo or wish in state.wishes:
        return step
    return step.with_state(replace(state, wishes=(*state.wishes, wish)))


def _rollback(step: Step, event: PersonAsked, policy: Policy) -> Step:
    heard = step.state.hears("rollback", event.time)
    if heard is None:
        return step
    step = step.with_state(heard)
    if heard.armed is None:
        return step.notify("release", "info", step.state.champion, "nothing to roll back to: no release is armed")
    why = f"{event.who} asked: {event.note}" if event.note else f"{event.who} asked"
    return restore(step, heard.armed, policy, why=why, agreed=True)


def on_approval_given(step: Step, event: ApprovalGiven, policy: Policy) -> Step:
    """A yes carries out what waited; a no closes it. An answer to nothing changes nothing."""
    waiting = next((one for one in step.state.pending if one.decision == event.decision), None)
    if waiting is None:
        return step
    match waiting.what:
        case "train":
            return _answered_training(step, event, waiting)
        case "restore":
            step, armed = step.with_state(step.state.without("restore")), step.state.armed
            if not event.granted or armed is None:
                return step
            return restore(step, armed, policy, why=f"{event.who} agreed", agreed=True)
        case "release":
            step, release = step.with_state(step.state.without("release")), step.state.release
            return step if release is None else _answered_release(step, release, event, policy)
        case _ as unreachable:
            assert_never(unreachable)


def _answered_training(step: Step, event: ApprovalGiven, waiting: Pending) -> Step:
    """A yes to a training that cannot begin now stays a question: nothing is trained beside a release on its way."""
    state = step.state
    if not event.granted:
        return step.with_state(state.without("train"))
    release = state.release
    if waiting.order is None or (release is not None and release.stage != "shadow"):
        on_its_way = f"{release.version} is in {release.stage}" if release is not None else "there is no order"
        sentence = f"the training of decision {event.decision} cannot begin while {on_its_way}; approve it again then"
        return step.notify("run", "info", state.champion, sentence)
    return begin(step, waiting.order, decision=event.decision, wished=False)


def _answered_release(step: Step, release: Release, event: ApprovalGiven, policy: Policy) -> Step:
    if event.granted:
        return to_canary(step, release, policy, approved=True, reasons=(f"{event.who} agreed",))
    said = f": {event.note}" if event.note else ""
    headline = f"{event.who} refused {release.version}{said}"
    return close_release(step, release, "refuse", headline, why=f"{event.who} said no")
