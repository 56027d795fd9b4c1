"""What did a history lead to, event by event?"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from trueup.loop.actions import Action
from trueup.loop.advance import CORE, advance
from trueup.loop.events import CoreUpgraded, PolicyChanged
from trueup.loop.state import State
from trueup.testing.toy import PLAIN

if TYPE_CHECKING:
    from typing import Self

    from trueup.loop.events import Event
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step

T = TypeVar("T", bound=Action)


class Heard:
    """The events that the loop was told, and what it made of each."""

    def __init__(self, policy: Policy = PLAIN) -> None:
        """Take the owner's policy in; there is no version yet."""
        self.policy = policy
        self.state = State()
        self.errors: dict[str, float] = {}  # by version
        self.steps: list[Step] = []
        self.heard: list[Event] = []
        self.now = 0.0
        self.take(CoreUpgraded(time=0.0, version=CORE))
        self.take(PolicyChanged(time=0.0, policy=policy, text_hash="", code_hash=""))

    @property
    def last(self) -> Step:
        """What the newest event led to."""
        return self.steps[-1]

    @property
    def actions(self) -> tuple[Action, ...]:
        """Everything wanted so far."""
        return tuple(action for step in self.steps for action in step.actions)

    @property
    def remedies(self) -> tuple[str, ...]:
        """Everything decided so far, with the version it is about."""
        return tuple(f"{one.remedy} {one.version}".strip() for step in self.steps for one in step.decisions)

    @property
    def kinds(self) -> list[str]:
        """What the newest event led to, by kind of action."""
        return [type(action).__name__ for action in self.last.actions]

    @property
    def stage(self) -> str:
        """How far the release is; empty: there is none."""
        return "" if self.state.release is None else self.state.release.stage

    def take(self, event: Event) -> Self:
        """Any event at all."""
        step = advance(self.state, event, self.policy)
        self.steps.append(step)
        self.heard.append(event)
        self.state, self.now = step.state, max(self.now, event.time)
        return self

    def wanted(self, kind: type[T]) -> T:
        """The newest action of a kind."""
        return next(action for action in reversed(self.actions) if isinstance(action, kind))
