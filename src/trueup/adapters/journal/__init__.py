"""Journals by engine; each is imported only when chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

JOURNALS: Final[Mapping[str, str]] = {
    "memory": "trueup.adapters.journal.memory:MemoryJournal",
    "sqlite": "trueup.adapters.journal.sqlite:SqliteJournal",
}
