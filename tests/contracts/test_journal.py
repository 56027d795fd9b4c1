"""Do the journals keep the contract of the port?"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import pytest

from trueup.adapters.journal import JOURNALS
from trueup.adapters.journal.memory import MemoryJournal
from trueup.adapters.journal.sqlite import SqliteJournal
from trueup.errors import Conflict, UsageError
from trueup.testing.contracts.journal import JournalContract, LastingJournalContract

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.ports.journal import Journal


class TestMemory(JournalContract):
    """The journal of backtests."""

    def make(self, folder: Path) -> Journal:
        """The folder is not needed."""
        del folder
        return MemoryJournal()


class TestSqlite(LastingJournalContract):
    """The journal of a project."""

    @pytest.fixture(autouse=True)
    def opened(self) -> Iterator[list[SqliteJournal]]:
        """Every journal that a test opens is closed after it."""
        self._opened: list[SqliteJournal] = []
        yield self._opened
        for journal in self._opened:
            journal.close()

    def make(self, folder: Path) -> Journal:
        """One file; its name may hold anything."""
        journal = SqliteJournal(folder / "a journal?mode=ro#1.db")
        self._opened.append(journal)
        return journal

    def test_what_is_appended_survives_power_loss(self, tmp_path: Path) -> None:
        """Each transaction is synced in full before append returns."""
        self.make(tmp_path)
        with self._opened[0]._engine.connect() as connection:
            pragmas = [
                connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")
            ]
        assert pragmas == ["wal", 2]

    def test_a_position_that_is_taken_meanwhile_is_a_conflict(self, tmp_path: Path) -> None:
        """Between the look at the head and the write another process may be faster; the primary key sees it."""
        journal = self.make(tmp_path)
        journal.append(0, "first")
        file = sqlite3.connect(tmp_path / "a journal?mode=ro#1.db")
        with file:
            file.execute(
                "CREATE TRIGGER faster BEFORE INSERT ON journal WHEN NEW.payload = 'slow' "
                "BEGIN INSERT INTO journal VALUES (NEW.position, 'fast', NEW.previous, NEW.hash); END"
            )
        file.close()
        with pytest.raises(Conflict):
            journal.append(1, "slow")
        assert [entry.payload for entry in journal.read()] == ["first"]


def test_every_journal_of_the_catalogue_is_tested_here() -> None:
    """A new engine is one more class in this file."""
    assert {path.rsplit(":", 1)[1] for path in JOURNALS.values()} == {"MemoryJournal", "SqliteJournal"}


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    """The error says which file, and what to do."""
    wrong = tmp_path / "notes.txt"
    wrong.write_text("not a database, but long enough to be looked at " * 50)
    with pytest.raises(UsageError, match=r"notes\.txt: the journal cannot be opened"):
        SqliteJournal(wrong)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    """No traceback of the engine."""
    with pytest.raises(UsageError, match="give a folder that can be written"):
        SqliteJournal(tmp_path / "nowhere" / "journal.db")
