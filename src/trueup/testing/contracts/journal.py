"""What every journal promises; a new engine subclasses `JournalContract` and is tested at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import pytest

from trueup.errors import Conflict
from trueup.ports.journal import GENESIS, Head, chain

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.journal import Journal

TURNS = 25  # entries that each of two writers wants to write


class JournalContract(ABC):
    """Promises of a journal; `make` opens the one of a folder."""

    @abstractmethod
    def make(self, folder: Path) -> Journal:
        """Open the journal of this folder; it is empty at first."""

    @pytest.fixture
    def journal(self, tmp_path: Path) -> Journal:
        """An empty journal."""
        return self.make(tmp_path)

    def test_an_empty_journal_begins_at_genesis(self, journal: Journal) -> None:
        """A reader needs no special case before the first entry."""
        assert journal.head() == Head(position=0, hash=GENESIS)
        assert list(journal.read()) == []

    def test_an_entry_comes_back_as_it_went_in(self, journal: Journal) -> None:
        """Positions count from one, and no character of a payload changes."""
        text = '{"who": "Zoë", "a": [1.5e-07, "\\n"]}'
        written = journal.append(0, text)
        assert (written.position, written.payload, written.previous) == (1, text, GENESIS)
        assert list(journal.read()) == [written]

    def test_every_entry_is_chained_to_the_one_before(self, journal: Journal) -> None:
        """The head is the newest entry, and its hash follows from all of them."""
        previous = GENESIS
        for position in range(5):
            entry = journal.append(position, f"{position}")
            assert (entry.previous, entry.hash) == (previous, chain(previous, f"{position}"))
            previous = entry.hash
        assert journal.head() == Head(position=5, hash=previous)

    def test_reading_on_begins_after_what_is_known(self, journal: Journal) -> None:
        """In order, without the entries before."""
        for position in range(5):
            journal.append(position, f"{position}")
        assert [entry.payload for entry in journal.read(3)] == ["3", "4"]
        assert list(journal.read(5)) == []

    @pytest.mark.parametrize("expected", [0, 2])
    def test_who_is_not_at_the_head_writes_nothing(self, journal: Journal, expected: int) -> None:
        """Behind or ahead, the writer must read first; the journal stays as it was."""
        journal.append(0, "first")
        with pytest.raises(Conflict, match=f"the journal is at 1, not at {expected}"):
            journal.append(expected, "second")
        assert [entry.payload for entry in journal.read()] == ["first"]

    def test_two_writers_never_both_win(self, journal: Journal) -> None:
        """Each turn is one writer's, nothing is lost, and the chain is whole."""

        def write(name: str) -> None:
            """Write so many entries, reading again whenever the other one was first."""
            written = 0
            while written < TURNS:
                try:
                    journal.append(journal.head().position, f"{name}{written}")
                except Conflict:
                    continue
                written += 1

        with ThreadPoolExecutor(max_workers=2) as pool:
            for done in [pool.submit(write, "a"), pool.submit(write, "b")]:
                done.result()
        entries = list(journal.read())
        assert [entry.position for entry in entries] == list(range(1, 2 * TURNS + 1))
        assert sorted(entry.payload for entry in entries if entry.payload[0] == "a") == sorted(
            f"a{turn}" for turn in range(TURNS)
        )
        previous = GENESIS
        for entry in entries:
            assert (entry.previous, entry.hash) == (previous, chain(previous, entry.payload))
            previous = entry.hash


class LastingJournalContract(JournalContract):
    """Promises of a journal that outlives its process."""

    def test_a_journal_opened_again_goes_on(self, tmp_path: Path) -> None:
        """What was written is there, and the next entry is chained to it."""
        first = self.make(tmp_path).append(0, "first")
        again = self.make(tmp_path)
        assert list(again.read()) == [first]
        assert again.append(1, "second").previous == first.hash

    def test_two_openings_are_one_journal(self, tmp_path: Path) -> None:
        """What one writes the other one meets: as a conflict first, then by reading."""
        one, other = self.make(tmp_path), self.make(tmp_path)
        one.append(0, "from one")
        with pytest.raises(Conflict):
            other.append(0, "from the other")
        assert [entry.payload for entry in other.read()] == ["from one"]
        other.append(1, "from the other")
        assert one.head() == other.head()
