"""A journal that lives as long as its process: for backtests and tests."""

from __future__ import annotations

from threading import Lock
from typing import TYPE_CHECKING

from trueup.errors import Conflict
from trueup.ports.journal import Entry, Head, chain

if TYPE_CHECKING:
    from collections.abc import Iterator


class MemoryJournal:
    """Keeps entries in a list."""

    def __init__(self) -> None:
        """Start empty."""
        self._entries: list[Entry] = []
        self._turn = Lock()

    def append(self, expected: int, payload: str) -> Entry:
        """Write after position `expected`."""
        with self._turn:
            head = self.head()
            if head.position != expected:
                raise Conflict(expected, head.position)
            entry = Entry(position=expected + 1, payload=payload, previous=head.hash, hash=chain(head.hash, payload))
            self._entries.append(entry)
        return entry

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Entries after a position."""
        return iter(self._entries[after:])

    def head(self) -> Head:
        """The newest entry's place and hash."""
        if not self._entries:
            return Head()
        newest = self._entries[-1]
        return Head(position=newest.position, hash=newest.hash)
