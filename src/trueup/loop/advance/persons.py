"""A person asked or answered: what follows?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.advance.releases import restore, to_canary
from trueup.loop.advance.ticks import begin
from trueup.loop.state import Wish

if TYPE_CHECKING:
    from trueup.loop.events import ApprovalGiven, PersonAsked
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step


def on_person_asked(step: Step, event: PersonAsked, policy: Policy) -> Step:
    """`train` waits for a free moment; `rollback` is done at once."""
    if event.wish == "train":
        wish = Wish(who=event.who, note=event.note, code=event.code)
        return step.with_state(wishes=(*step.state.wishes, wish))
    if step.state.armed is None:
        return step.notify("release", "info", step.state.champion, "nothing to roll back to: no release is armed")
    return restore(step, policy, why=f"{event.who} asked: {event.note}" if event.note else f"{event.who} asked")


def on_approval_given(step: Step, event: ApprovalGiven, policy: Policy) -> Step:
    """A yes carries out what waited; a no closes it. An answer to nothing changes nothing."""
    waiting = next((one for one in step.state.pending if one.decision == event.decision), None)
    if waiting is None:
        return step
    step = step.with_state(pending=tuple(one for one in step.state.pending if one is not waiting))
    if waiting.what == "train":
        if not event.granted or waiting.order is None or step.state.training is not None:
            return step
        return begin(step, waiting.order, decision=event.decision, wished=False)
    if waiting.what == "restore":
        return restore(step, policy, why=f"{event.who} agreed") if event.granted and step.state.armed else step
    if event.granted:
        return to_canary(step, policy, approved=True)
    release = step.state.release
    if release is None:
        return step
    closed = step.decide("refuse", f"{event.who} refused {release.version}", version=release.version, otherwise="")
    return closed.with_state(release=None)
