"""How are records written down, and how are old ones read for ever?

Every record carries its kind and version; an old version is lifted step by step by `UPGRADES`.
Floats are rounded to 12 significant digits before the core sees them, so that live and audit see the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, get_args

import msgspec

from trueup.errors import Corrupted
from trueup.loop.actions import Action
from trueup.loop.decide.decision import Decision
from trueup.loop.events import Event

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from trueup.loop.step import Step

Upgrade = "Callable[[dict[str, Any]], dict[str, Any]]"
VERSIONS: Final[Mapping[str, int]] = {}  # kinds beyond version 1
UPGRADES: Final[Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]]] = {}  # (kind, from version)

_EVENTS = {kind.__name__: kind for kind in get_args(Event)}
_ACTIONS = {kind.__name__: kind for kind in get_args(Action)}
_DIGITS = 12
MOMENTS: Final = frozenset({"time", "start", "end", "as_of", "since"})  # data, not results: kept to the last bit


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One journal entry's records."""

    event: Event
    actions: tuple[Action, ...]
    decisions: tuple[Decision, ...]


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


def decode(
    payload: str,
    *,
    upgrades: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = UPGRADES,
    versions: Mapping[str, int] = VERSIONS,
) -> Recorded:
    """The records of one entry, old versions lifted to today's."""
    raw = msgspec.json.decode(payload)
    lifted = {part: [_lift(record, upgrades, versions) for record in records] for part, records in _parts(raw).items()}
    return Recorded(
        event=_read(_EVENTS, lifted["event"][0]),
        actions=tuple(_read(_ACTIONS, record) for record in lifted["actions"]),
        decisions=tuple(_read({"Decision": Decision}, record) for record in lifted["decisions"]),
    )


def _parts(raw: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    return {"event": [raw["event"]], "actions": raw["actions"], "decisions": raw["decisions"]}


def _lift(
    record: dict[str, Any],
    upgrades: Mapping[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]],
    versions: Mapping[str, int],
) -> dict[str, Any]:
    """From the version it was written in to today's, one step at a time."""
    kind, version = record["record"], record["v"]
    while version < versions.get(kind, 1):
        record = {**upgrades[kind, version](record), "record": kind, "v": version + 1}
        version += 1
    if version > versions.get(kind, 1):
        raise Corrupted(f"{kind} of version {version}", "it was written by a newer trueup")
    return record


def _write(record: object) -> dict[str, Any]:
    kind = type(record).__name__
    return {"record": kind, "v": VERSIONS.get(kind, 1), **_rounded(msgspec.to_builtins(record))}


def _read(kinds: Mapping[str, Any], record: Mapping[str, Any]) -> Any:  # noqa: ANN401 - the member of the union that `kind` names
    kind = kinds.get(record["record"])
    if kind is None:
        raise Corrupted(f"record of kind {record['kind']!r}", f"this trueup knows {', '.join(sorted(kinds))}")
    try:
        return msgspec.convert({key: value for key, value in record.items() if key not in {"record", "v"}}, kind)
    except msgspec.ValidationError as error:
        raise Corrupted(f"record of kind {record['kind']}", str(error)) from error


def _rounded(value: Any) -> Any:  # noqa: ANN401 - plain JSON in, plain JSON out
    if isinstance(value, float):
        return _round(value)
    if isinstance(value, dict):
        return {key: one if key in MOMENTS else _rounded(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return value


def _round(value: float) -> float:
    if not math.isfinite(value):
        raise Corrupted("a number in an event", f"{value} is not finite")
    return float(f"{value:.{_DIGITS}g}")
