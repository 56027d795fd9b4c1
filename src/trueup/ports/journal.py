"""The append-only, hash-chained list of what happened to a model and what the loop wanted."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

GENESIS = "0" * 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One record: its place, its text, and the hash that ties it to the one before."""

    position: int  # counts from 1
    payload: str  # canonical JSON
    previous: str  # hash of the entry before
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """The newest entry's place and hash; position 0 and GENESIS in an empty journal."""

    position: int = 0
    hash: str = GENESIS


class Journal(Protocol):
    """What the loop needs of a journal."""

    def append(self, expected: int, payload: str) -> Entry:
        """Write after position `expected`, durably; raises Conflict when somebody else was first."""

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Entries after a position, in order."""

    def head(self) -> Head:
        """The newest entry's place and hash."""


def chain(previous: str, payload: str) -> str:
    """The hash of an entry.

    >>> chain(GENESIS, "{}")[:8]
    '5649d09e'
    """
    return hashlib.sha256(f"{previous}\n{payload}".encode()).hexdigest()
