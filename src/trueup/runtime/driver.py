"""One event at a time: advance, write down, remember. Live, backtest and audit all drive the loop from here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.errors import Conflict, UsageError
from trueup.loop.advance import CORE, advance
from trueup.loop.events import (
    ActionsDone,
    CoreUpgraded,
    PolicyChanged,
    TrainingFailed,
    TrainingFinished,
    VersionFailed,
    VersionLoaded,
)
from trueup.loop.state import State
from trueup.runtime import codec

if TYPE_CHECKING:
    from trueup.loop.actions import Action
    from trueup.loop.decide.decision import Decision
    from trueup.loop.events import Event
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step
    from trueup.ports.journal import Journal


class Driver:
    """A journal and the state it leads to; the actions without an answer are the work queue."""

    def __init__(self, journal: Journal) -> None:
        """Read the journal to its end."""
        self.journal = journal
        self.state = State()
        self.policy: Policy | None = None
        self.policy_hash = ""
        self.core = ""
        self.open: dict[str, Action] = {}  # by id, oldest first
        self.decisions: list[Decision] = []
        self.catch_up()

    def catch_up(self) -> int:
        """Take in what others wrote since; how many entries it was."""
        before = self.state.position
        for entry in self.journal.read(before):
            recorded = codec.decode(entry.payload)
            step = self._advance(recorded.event)
            self._remember(recorded.event, step.state, recorded.actions, recorded.decisions)
        return self.state.position - before

    def take(self, event: Event) -> Step:
        """Advance over one event, and write it down with what it leads to in one transaction.

        When somebody else wrote first, their entries are taken in and the event is decided on anew.
        """
        event = codec.normal(event)
        while True:
            step = self._advance(event)
            try:
                self.journal.append(self.state.position, codec.encode(event, step))
            except Conflict:
                if not self.catch_up():
                    raise
                continue
            self._remember(event, step.state, step.actions, step.decisions)
            return step

    def adopt(self, policy: Policy, *, text_hash: str, code_hash: str, time: float) -> None:
        """Take the owner's file and this core in, if either is news."""
        if self.core != CORE:
            self.take(CoreUpgraded(time=time, version=CORE))
        if (self.policy_hash, self.state.code_hash) != (text_hash, code_hash):
            self.take(PolicyChanged(time=time, policy=policy, text_hash=text_hash, code_hash=code_hash))

    @property
    def rules(self) -> Policy:
        """The policy in force."""
        if self.policy is None:
            message = "this journal has no policy yet; start it with trueup up or trueup train"
            raise UsageError(message)
        return self.policy

    def _advance(self, event: Event) -> Step:
        policy = event.policy if isinstance(event, PolicyChanged) else self.policy
        if policy is None and not isinstance(event, CoreUpgraded):
            return advance(self.state, event, self.rules)
        return advance(self.state, event, policy)  # type: ignore[arg-type]  # CoreUpgraded reads no policy

    def _remember(
        self, event: Event, state: State, actions: tuple[Action, ...], decisions: tuple[Decision, ...]
    ) -> None:
        self.state = state
        if isinstance(event, PolicyChanged):
            self.policy, self.policy_hash = event.policy, event.text_hash
        if isinstance(event, CoreUpgraded):
            self.core = event.version
        self.open.update({action.id: action for action in actions})
        for answered in answers(event):
            self.open.pop(answered, None)
        self.decisions.extend(decisions)


def answers(event: Event) -> tuple[str, ...]:
    """The ids of the actions that an event answers."""
    if isinstance(event, TrainingFinished | TrainingFailed | VersionLoaded | VersionFailed):
        return (event.action,)
    return event.actions if isinstance(event, ActionsDone) else ()
