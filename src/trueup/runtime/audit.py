"""Do the recorded events still lead to the recorded actions, and is the chain whole?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.loop.advance import CORE, advance
from trueup.loop.events import CoreUpgraded, PolicyChanged
from trueup.loop.state import State
from trueup.ports.journal import GENESIS, chain
from trueup.runtime import codec

if TYPE_CHECKING:
    from trueup.loop.policy import Policy
    from trueup.loop.events import Event
    from trueup.loop.step import Step
    from trueup.ports.journal import Entry, Journal

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An entry that does not hold."""

    position: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found; `equal` only when every entry holds."""

    entries: int
    actions: int
    decisions: int
    core: str  # version of the core that re-derived it
    head: str  # hash of the newest entry
    differences: tuple[Difference, ...]

    @property
    def equal(self) -> bool:
        """Nothing differs."""
        return not self.differences


def audit(journal: Journal) -> Audit:
    """Feed the journal to the core again: the same actions and decisions must come out, verdicts included."""
    found: list[Difference] = []
    state, policy, previous = State(), None, GENESIS
    entries = actions = decisions = 0
    for entry in journal.read():
        entries += 1
        found += _broken_chain(entry, previous)
        previous = entry.hash
        recorded = codec.decode(entry.payload)
        policy = recorded.event.policy if isinstance(recorded.event, PolicyChanged) else policy
        step = _again(state, recorded.event, policy)
        state = step.state
        actions += len(recorded.actions)
        decisions += len(recorded.decisions)
        found += _unlike(entry.position, recorded, step)
    return Audit(
        entries=entries,
        actions=actions,
        decisions=decisions,
        core=CORE,
        head=previous,
        differences=tuple(found[:MOST_SHOWN]),
    )


def _again(state: State, event: Event, policy: Policy | None) -> Step:
    if policy is None and not isinstance(event, CoreUpgraded):
        message = f"{type(event).__name__} before any policy"
        raise ValueError(message)
    return advance(state, event, policy)  # type: ignore[arg-type]  # CoreUpgraded reads no policy


def _broken_chain(entry: Entry, previous: str) -> list[Difference]:
    if entry.previous == previous and entry.hash == chain(previous, entry.payload):
        return []
    return [Difference(position=entry.position, what="the hash does not fit: the entry, or one before it, was edited")]


def _unlike(position: int, recorded: codec.Recorded, step: Step) -> list[Difference]:
    found: list[Difference] = []
    derived = codec.decode(codec.encode(recorded.event, step))
    if derived.actions != recorded.actions:
        found.append(Difference(position=position, what="the same events lead to other actions"))
    if derived.decisions != recorded.decisions:
        found.append(Difference(position=position, what="the same evidence leads to another decision"))
    return found
