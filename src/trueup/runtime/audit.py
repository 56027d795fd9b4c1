"""Do the recorded events still lead to the recorded actions, and is the chain whole?"""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import zip_longest
from typing import TYPE_CHECKING

from trueup.errors import Corrupted, TrueupError
from trueup.loop.advance import CORE, advance
from trueup.loop.events import CoreUpgraded, PolicyChanged
from trueup.loop.state import State
from trueup.ports.journal import GENESIS, chain
from trueup.runtime import codec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.actions import Action
    from trueup.loop.decide.decision import Decision
    from trueup.loop.events import Event
    from trueup.loop.policy import Policy
    from trueup.loop.step import Step
    from trueup.ports.journal import Entry, Journal

MOST_SHOWN = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """An entry that does not hold, or that another core decided otherwise."""

    position: int
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Audit:
    """What an audit found; `equal` only when every entry of this core holds, and the chain is whole.

    Entries of an older core are derived too; where they differ an upgrade shows, not a fault.
    """

    entries: int
    actions: int
    decisions: int
    core: str  # version of the core that re-derived it
    head: str  # hash of the newest entry
    differences: tuple[Difference, ...]
    upgrades: tuple[Difference, ...] = ()  # what an older core decided, and this one would decide otherwise
    parted: frozenset[int] = frozenset()  # positions of all entries that do not hold, shown or not
    older: frozenset[int] = frozenset()  # positions of all entries of `upgrades`, shown or not
    derived: int = 0  # entries up to this position could be taken in

    @property
    def equal(self) -> bool:
        """Nothing differs."""
        return not self.differences


def audit(journal: Journal) -> Audit:
    """Feed the journal to the core again: the same actions and decisions must come out, verdicts included.

    An entry that cannot be read, or that the core cannot follow, is named; what comes after it cannot be derived.
    """
    found: list[Difference] = []
    upgrades: list[Difference] = []
    replay = _Replay()
    entries = actions = decisions = derived = 0
    previous = GENESIS
    lost = False
    for entry in journal.read():
        entries += 1
        found += _broken_chain(entry, previous)
        previous = entry.hash
        if lost:
            continue
        try:
            recorded = codec.decode(entry.payload)
            step = replay.take(recorded.event)
        except TrueupError as error:
            lost = True
            found.append(Difference(position=entry.position, what=f"{error}; nothing after it can be derived"))
            continue
        derived = entry.position
        actions += len(recorded.actions)
        decisions += len(recorded.decisions)
        (found if replay.core in {"", CORE} else upgrades).extend(_unlike(entry.position, recorded, step))
    return Audit(
        entries=entries,
        actions=actions,
        decisions=decisions,
        core=CORE,
        head=previous,
        differences=tuple(found[:MOST_SHOWN]),
        upgrades=tuple(upgrades[:MOST_SHOWN]),
        parted=frozenset(one.position for one in found),
        older=frozenset(one.position for one in upgrades),
        derived=derived,
    )


def whole(journal: Journal) -> None:
    """Nobody goes on from a journal that was edited; `Corrupted` names the first entry whose hash does not fit."""
    previous = GENESIS
    for entry in journal.read():
        if _broken_chain(entry, previous):
            what = "its hash does not fit, it or the entry before it was edited (trueup audit tells more)"
            raise Corrupted(f"entry {entry.position} of the journal", what)
        previous = entry.hash


class _Replay:
    """The loop once more, from nothing, under the policies that were in force."""

    def __init__(self) -> None:
        self._state = State()
        self._policy: Policy | None = None
        self.core = ""  # that decided when this was recorded

    def take(self, event: Event) -> Step:
        if isinstance(event, PolicyChanged):
            self._policy = event.policy
        if isinstance(event, CoreUpgraded):
            self.core = event.version
        if self._policy is None and not isinstance(event, CoreUpgraded):
            raise Corrupted(type(event).__name__, "it stands before any policy")
        step = advance(self._state, event, self._policy)  # type: ignore[arg-type]  # CoreUpgraded reads no policy
        self._state = step.state
        return step


def _broken_chain(entry: Entry, previous: str) -> list[Difference]:
    if entry.previous == previous and entry.hash == chain(previous, entry.payload):
        return []
    return [Difference(position=entry.position, what="the hash does not fit: the entry, or one before it, was edited")]


def _unlike(position: int, recorded: codec.Recorded, step: Step) -> list[Difference]:
    """Written and read again, the derived records must be the recorded ones."""
    derived = codec.decode(codec.encode(recorded.event, step))
    acts = _first_unlike(recorded.actions, derived.actions)
    decided = _first_unlike(recorded.decisions, derived.decisions)
    found = [("the same events lead to other actions", acts), ("the same evidence leads to another decision", decided)]
    return [Difference(position=position, what=f"{what}: {where}") for what, where in found if where]


def _first_unlike(recorded: Sequence[Action | Decision], derived: Sequence[Action | Decision]) -> str:
    """The first record that differs, as it stands there and as it should; empty: none does."""
    for old, new in zip_longest(recorded, derived):
        if old != new:
            return f"recorded is {_name(old)}, derived is {_name(new)}{_where(old, new)}"
    return ""


def _where(old: Action | Decision | None, new: Action | Decision | None) -> str:
    """In which fields two records of one kind differ."""
    if old is None or type(old) is not type(new):
        return ""
    names = [one.name for one in fields(old) if getattr(old, one.name) != getattr(new, one.name)]
    return f" with another {', '.join(names)}"


def _name(record: Action | Decision | None) -> str:
    """What a record is, shortly."""
    if record is None:
        return "none"
    number = getattr(record, "id", "") or getattr(record, "number", "")
    return f"{type(record).__name__} {number}".strip()
