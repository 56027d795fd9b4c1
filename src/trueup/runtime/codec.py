"""How are records written down, and how are old ones read for ever?

Every record carries its kind and version; an old version is lifted step by step by `UPGRADES`.
Floats are rounded to 12 significant digits before the core sees them, so that live and audit see the same.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypeVar, get_args

import msgspec

from trueup.errors import Corrupted
from trueup.loop.actions import Action
from trueup.loop.decide.decision import Decision
from trueup.loop.events import Event

if TYPE_CHECKING:
    from trueup.loop.step import Step

T = TypeVar("T")
Upgrades: TypeAlias = Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]

VERSIONS: Final[Mapping[str, int]] = {}  # kinds beyond version 1
UPGRADES: Final[Upgrades] = {}  # (kind, from version) -> the fields of the next version

_EVENTS: Final[Mapping[str, type[Event]]] = {kind.__name__: kind for kind in get_args(Event)}
_ACTIONS: Final[Mapping[str, type[Action]]] = {kind.__name__: kind for kind in get_args(Action)}
_DECISIONS: Final[Mapping[str, type[Decision]]] = {"Decision": Decision}
_DIGITS: Final = 12
MOMENTS: Final = frozenset({"time", "start", "end", "as_of", "since"})  # data, not results: kept to the last bit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One journal entry's records."""

    event: Event
    actions: tuple[Action, ...]
    decisions: tuple[Decision, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifts:
    """How records of older versions become records of today's."""

    upgrades: Upgrades
    versions: Mapping[str, int]  # today's, of kinds beyond version 1


TODAY: Final = Lifts(upgrades=UPGRADES, versions=VERSIONS)


def normal(event: Event) -> Event:
    """The event as it will be read back: what the core must see, live too."""
    return _read(_EVENTS, _write(event))


def encode(event: Event, step: Step) -> str:
    """The canonical text of one entry."""
    payload = {
        "event": _write(event),
        "actions": [_write(action) for action in step.actions],
        "decisions": [_write(decision) for decision in step.decisions],
    }
    return msgspec.json.encode(payload, order="sorted").decode()


def decode(payload: str, *, lifts: Lifts = TODAY) -> Recorded:
    """The records of one entry, old versions lifted to today's."""
    raw = _parsed(payload)
    return Recorded(
        event=_read(_EVENTS, _lift(raw["event"], lifts)),
        actions=tuple(_read(_ACTIONS, _lift(record, lifts)) for record in raw["actions"]),
        decisions=tuple(_read(_DECISIONS, _lift(record, lifts)) for record in raw["decisions"]),
    )


def _parsed(payload: str) -> dict[str, Any]:
    """One event, its actions and its decisions, each with its kind and version; anything else was no entry of ours."""
    try:
        raw = msgspec.json.decode(payload, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Corrupted("a journal entry", f"it is not the text of a record ({error})") from error
    if raw.keys() != {"event", "actions", "decisions"}:
        raise Corrupted("a journal entry", f"it holds {', '.join(sorted(raw)) or 'nothing'}")
    lists = [raw["actions"], raw["decisions"]]
    records = [raw["event"], *(one for part in lists if isinstance(part, list) for one in part)]
    kinds = all(isinstance(one, dict) and {"record", "v"} <= one.keys() for one in records)
    if not kinds or not all(isinstance(part, list) for part in lists):
        raise Corrupted("a journal entry", "a record in it has no kind or version")
    return raw


def _lift(record: dict[str, Any], lifts: Lifts) -> dict[str, Any]:
    """From the version it was written in to today's, one step at a time."""
    kind, version = record["record"], record["v"]
    today = lifts.versions.get(kind, 1)
    if version > today:
        raise Corrupted(f"{kind} of version {version}", f"it was written by a newer trueup; this one knows {today}")
    while version < today:
        record = {**lifts.upgrades[kind, version](record), "record": kind, "v": version + 1}
        version += 1
    return record


def _write(record: object) -> dict[str, Any]:
    kind = type(record).__name__
    return {"record": kind, "v": VERSIONS.get(kind, 1), **_rounded(msgspec.to_builtins(record))}


def _read(kinds: Mapping[str, type[T]], record: Mapping[str, Any]) -> T:
    name = record["record"]
    kind = kinds.get(name)
    if kind is None:
        raise Corrupted(f"a record of kind {name!r}", f"this trueup knows {', '.join(sorted(kinds))}")
    try:
        return msgspec.convert({key: value for key, value in record.items() if key not in {"record", "v"}}, kind)
    except msgspec.ValidationError as error:
        raise Corrupted(f"a record of kind {name}", str(error)) from error


def _rounded(value: Any, *, exact: bool = False) -> Any:  # noqa: ANN401 - plain JSON in, plain JSON out
    if isinstance(value, float):
        return _round(value, exact=exact)
    if isinstance(value, dict):
        return {key: _rounded(one, exact=key in MOMENTS) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one, exact=exact) for one in value]
    return value


def _round(value: float, *, exact: bool) -> float:
    if not math.isfinite(value):
        raise Corrupted("a number in an event", f"{value} is not finite")
    return value if exact else float(f"{value:.{_DIGITS}g}")
