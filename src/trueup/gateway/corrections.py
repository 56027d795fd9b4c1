"""How much of what is known may one source change, and what becomes of the rest?"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trueup.loop.policy import Windowing

TABLES: Final = """
CREATE TABLE IF NOT EXISTS answered (id TEXT PRIMARY KEY, slot INTEGER, label TEXT) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS labelled ON answered (slot) WHERE label IS NOT NULL;
CREATE TABLE IF NOT EXISTS correction
    (id TEXT, slot INTEGER, source TEXT, known REAL, was TEXT, label TEXT, aside INTEGER);
CREATE INDEX IF NOT EXISTS by_source ON correction (slot, source, aside);
"""
NOTE: Final = (
    "INSERT INTO answered (id, slot) VALUES (?, ?) ON CONFLICT DO UPDATE SET slot = coalesce(slot, excluded.slot)"
)
LABEL: Final = "INSERT INTO answered (id, label) VALUES (?, ?) ON CONFLICT DO UPDATE SET label = excluded.label"
LABELLED: Final = "SELECT count(*) FROM answered WHERE slot IS ? AND label IS NOT NULL"
CORRECTED: Final = "SELECT count(*) FROM correction WHERE slot IS ? AND source = ? AND aside = ?"
FILE: Final = "corrections.db"  # in the project's home
ALWAYS: Final = 20  # corrections of a window that a source may make, however few labels it has
BUSY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What of a batch of outcomes goes into the log, and what does not."""

    kept: pa.Table
    aside: int  # corrections past the cap


def kept_aside(home: Path) -> int:
    """How many corrections were kept aside so far, as another process sees it."""
    path = home / FILE
    if not path.exists():
        return 0
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as base:
        [count] = base.execute("SELECT count(*) FROM correction WHERE aside = 1").fetchone()
    return int(count)


class Corrections:
    """Remembers which window an id belongs to and its label, in a SQLite file; one thread at a time.

    The first outcome of an id always counts, and so does a repeated one. One that says otherwise is a correction: past
    the cap it is kept aside, on record. Windows are here stretches of the window's length, of time or of predictions
    in the order they came.
    """

    def __init__(self, home: Path, windowing: Windowing, *, share: float, tell: Callable[[str], None]) -> None:
        """Open the file of that home, or make it; `share` of a window's labels may be changed by one source."""
        self._windowing = windowing
        self._share = share
        self._tell = tell
        home.mkdir(parents=True, exist_ok=True)
        self._base = sqlite3.connect(home / FILE, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._base.execute("PRAGMA journal_mode=WAL")
        self._base.execute("PRAGMA synchronous=NORMAL")  # after a power cut a few entries too few: a cap a little wider
        self._base.executescript(TABLES)
        self._answered = self._count("SELECT count(*) FROM answered WHERE slot IS NOT NULL")

    @property
    def fresh(self) -> bool:
        """Whether nothing was ever noted."""
        return not self._answered

    def note(self, predictions: pa.Table) -> None:
        """Remember to which window these predictions belong; the first prediction of an id counts."""
        times = np.asarray(predictions.column("_time"))
        places = np.arange(self._answered, self._answered + len(times))
        counted = times if self._windowing.unit == "time" else places
        slots = (counted // self._windowing.length).astype(np.int64).tolist()
        with self._at_once():
            self._base.executemany(NOTE, zip(predictions.column("_id").to_pylist(), slots, strict=True))
        self._answered += len(slots)

    def learn(self, rows: pa.Table) -> None:
        """Take over what the log knows, once."""
        self.note(rows)
        labelled = zip(rows.column("_id").to_pylist(), rows.column("_label").to_pylist(), strict=True)
        with self._at_once():
            self._base.executemany(LABEL, [(name, str(label)) for name, label in labelled if label is not None])

    def sort(self, outcomes: pa.Table) -> Sorted:
        """Let first words and repeats through, and corrections up to the cap; the others are kept aside."""
        with self._at_once():
            through = [
                self._passes(str(one["_id"]), str(one["_label"]), str(one["_source"]), one["_known"])
                for one in outcomes.to_pylist()
            ]
        return Sorted(kept=outcomes.filter(pa.array(through, pa.bool_())), aside=through.count(False))

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _passes(self, name: str, label: str, source: str, known: float) -> bool:
        """One outcome; remembered either way."""
        slot, was = self._base.execute("SELECT slot, label FROM answered WHERE id = ?", (name,)).fetchone() or (
            None,
            None,
        )
        if was == label:
            return True
        passes = was is None or self._has_room(slot, source)
        if was is not None:
            self._record((name, slot, source, known, was, label, not passes))
        if passes:
            self._base.execute(LABEL, (name, label))
        return passes

    def _has_room(self, slot: int | None, source: str) -> bool:
        """Whether the source may change one more label of that window."""
        used = self._count(CORRECTED, slot, source, 0)
        return used < ALWAYS or used < self._share * self._count(LABELLED, slot)

    def _record(self, correction: tuple[object, ...]) -> None:
        """Put a correction on record; the first of a window that is kept aside is told."""
        name, slot, source, *_, aside = correction
        if aside and not self._count(CORRECTED, slot, source, 1):
            self._tell(
                f"a correction of {name!r} by {source!r} is kept aside, and so are its next ones: it has changed "
                f"{100 * self._share:g} % of that window's labels (server.corrections in trueup.yaml)"
            )
        self._base.execute("INSERT INTO correction VALUES (?, ?, ?, ?, ?, ?, ?)", correction)

    def _count(self, query: str, *values: object) -> int:
        [count] = self._base.execute(query, values).fetchone()
        return int(count)

    @contextmanager
    def _at_once(self) -> Iterator[None]:
        """All or nothing."""
        self._base.execute("BEGIN")
        try:
            yield
        except BaseException:
            self._base.execute("ROLLBACK")
            raise
        self._base.execute("COMMIT")
