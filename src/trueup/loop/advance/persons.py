"""A person asked or answered: what follows?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, assert_never

from trueup.loop.advance.releases import close_release, promote, restore, to_canary
from trueup.loop.advance.ticks import begin, make_order
from trueup.loop.state import Wish
from trueup.loop.step import Grounds

if TYPE_CHECKING:
    from trueup.loop.deploy.release import Release
    from trueup.loop.events import ApprovalGiven, PersonAsked
    from trueup.loop.policy import Policy
    from trueup.loop.state import Pending
    from trueup.loop.step import Step


def on_person_asked(step: Step, event: PersonAsked, policy: Policy) -> Step:
    """`train` waits for a free moment; `rollback` and `release` are done at once."""
    match event.wish:
        case "train":
            return _wish(step, Wish(time=event.time, who=event.who, note=event.note, code=event.code))
        case "rollback":
            return _rollback(step, event, policy)
        case "release":
            return _release(step, event)
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


def _release(step: Step, event: PersonAsked) -> Step:
    """A window leaves quarantine: its rows train from the next training on, which must be proven.

    What was decided without it stays as it was; labels that came meanwhile count from now on.
    """
    state, number = step.state, event.window
    window = state.window(number)
    if window is None or number not in state.quarantined:
        return step.notify("quality", "info", str(number), f"window {number} is not in quarantine: nothing to release")
    labels = tuple(one for one in state.aside if one[0] == number and one[1])
    step = step.with_state(
        replace(
            state,
            quarantined=tuple(one for one in state.quarantined if one != number),
            aside=tuple(one for one in state.aside if one[0] != number),
            labelled=tuple(sorted((*state.labelled, *labels))),
            flagged=(*state.flagged, number),
            fresh_labels=state.fresh_labels or bool(labels),
            news=True,
        )
    )
    said = f": {event.note}" if event.note else ""
    headline = f"window {window.name} trains again, {event.who} released it{said}"
    reasons = (f"{event.who} released it", "what learns it must be proven, since it looked broken")
    return step.decide("release", headline, Grounds(reasons=reasons), otherwise="it would have stayed in quarantine")


def on_approval_given(step: Step, event: ApprovalGiven, policy: Policy) -> Step:
    """A yes carries out what waited; a no closes it. An answer to what was replaced says by what."""
    waiting = next((one for one in step.state.pending if one.decision == event.decision), None)
    if waiting is None:
        newer = step.state.instead_of(event.decision)
        sentence = f"decision {event.decision} was replaced by decision {newer}: answer that one"
        return step if newer is None else step.notify("run", "info", step.state.champion, sentence)
    if waiting.order is not None:
        return _answered_training(step, event, waiting, policy)
    step = step.with_state(step.state.without(waiting.what))
    armed, release = step.state.armed, step.state.release
    if waiting.what == "restore" and armed is not None:
        agreed = f"{event.who} agreed"
        return restore(step, armed, policy, why=agreed, agreed=True) if event.granted else step
    return step if release is None else _answered_release(step, release, event, policy)


def _answered_training(step: Step, event: ApprovalGiven, waiting: Pending, policy: Policy) -> Step:
    """A yes to a training that cannot begin now stays a question: nothing is trained beside a release on its way.

    The question may be old: what is trained, and what judges it, is known as of the answer.
    """
    state = step.state
    if not event.granted or waiting.order is None:
        return step.with_state(state.without("train"))
    release = state.release
    if release is not None and release.stage in {"loading", "canary"}:
        on_its_way = f"{release.version} is in {release.stage}"
        sentence = f"the training of decision {event.decision} cannot begin while {on_its_way}; approve it again then"
        return step.notify("run", "info", state.champion, sentence)
    order = make_order(state, policy, kind=waiting.order.kind, code=waiting.order.code)
    return begin(step, order, decision=event.decision, cost="free" if "schedule" in waiting.triggers else "token")


def _answered_release(step: Step, release: Release, event: ApprovalGiven, policy: Policy) -> Step:
    if event.granted and release.stage == "canary":
        return promote(step, release, policy, why=f"{event.who} agreed")
    if event.granted:
        return to_canary(step, release, policy, approved=True, reasons=(f"{event.who} agreed",))
    said = f": {event.note}" if event.note else ""
    headline = f"{event.who} refused {release.version}{said}"
    return close_release(step, release, "refuse", headline, why=f"{event.who} said no")
