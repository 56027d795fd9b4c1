"""What is known of every id, and how much of it may one source change?"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Final, cast

import msgspec
import numpy as np
import pyarrow as pa

from trueup.errors import IdTaken
from trueup.ports.prediction_log import RESERVED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from trueup.loop.policy import Windowing

TABLES: Final = """
CREATE TABLE IF NOT EXISTS answered (id TEXT PRIMARY KEY, slot INTEGER, label TEXT, row INTEGER) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS labelled ON answered (slot) WHERE label IS NOT NULL;
CREATE TABLE IF NOT EXISTS correction
    (id TEXT, slot INTEGER, source TEXT, known REAL, was TEXT, label TEXT, aside INTEGER);
CREATE INDEX IF NOT EXISTS by_source ON correction (slot, source, aside);
"""
NOTE: Final = (
    "INSERT INTO answered (id, slot, row) VALUES (?, ?, ?) "
    "ON CONFLICT DO UPDATE SET slot = excluded.slot, row = excluded.row WHERE slot IS NULL"
)
LABEL: Final = "INSERT INTO answered (id, label) VALUES (?, ?) ON CONFLICT DO UPDATE SET label = excluded.label"
LABELLED: Final = "SELECT count(*) FROM answered WHERE slot IS ? AND label IS NOT NULL"
KNOWN: Final = "SELECT slot, label FROM answered WHERE id = ?"
ROW: Final = "SELECT row FROM answered WHERE id = ?"
CORRECTED: Final = "SELECT count(*) FROM correction WHERE slot IS ? AND source = ? AND aside = ?"
FILE: Final = "corrections.db"  # in the project's home
ALWAYS: Final = 20  # corrections of a window that a source may make, however few labels it has
BUSY_SECONDS: Final = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What of a batch of outcomes goes into the log, and what does not."""

    kept: pa.Table
    aside: int  # corrections past the cap
    unknown: tuple[str, ...]  # ids that no prediction has (yet); their outcomes are kept and wait for it


@dataclass(slots=True)
class Counted:
    """What came twice or fits to nothing, since the process began; each only grows."""

    doubled: int = 0  # predictions whose id was in before, with the same row
    taken: int = 0  # requests refused because another row came under an id of theirs
    repeated: int = 0  # outcomes that say what is known already
    unknown: int = 0  # outcomes whose id no prediction has (yet)


def kept_aside(home: Path) -> int:
    """How many corrections were kept aside so far, as another process sees it."""
    path = home / FILE
    if not path.exists():
        return 0
    still = "" if path.with_name(f"{FILE}-wal").exists() else "&immutable=1"  # nobody writes: no lock is needed
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro{still}", timeout=BUSY_SECONDS, uri=True)) as base:
        [count] = base.execute("SELECT count(*) FROM correction WHERE aside = 1").fetchone()
    return int(count)


class Corrections:
    """Remembers an id's row, its window and its label, in a SQLite file; one thread at a time.

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
        self.counted = Counted()
        self._answered = self._count("SELECT count(*) FROM answered WHERE slot IS NOT NULL")

    @property
    def fresh(self) -> bool:
        """Whether nothing was ever noted."""
        return not self._answered

    def note(self, predictions: pa.Table) -> list[str]:
        """Remember these predictions; gives the ids that were in before. `IdTaken` where one had another row."""
        names, rows = _names(predictions), _fingerprints(predictions)
        again: list[str] = []
        with self._at_once():
            for name, slot, row in zip(names, self._slots(predictions), rows, strict=True):
                if self._base.execute(NOTE, (name, slot, row)).rowcount:
                    continue
                [first] = self._base.execute(ROW, (name,)).fetchone()
                if first not in {row, None}:
                    raise IdTaken(name)
                again.append(name)
        self.counted.doubled += len(again)
        self._answered += len(names) - len(again)
        return again

    def learn(self, rows: pa.Table) -> None:
        """Take over what the log knows, once; which row an id had is not asked there, only that it had one."""
        names, slots = _names(rows), self._slots(rows)
        labelled = zip(names, rows.column("_label").to_pylist(), strict=True)
        with self._at_once():
            self._base.executemany(NOTE, [(name, slot, None) for name, slot in zip(names, slots, strict=True)])
            self._base.executemany(LABEL, [(name, str(label)) for name, label in labelled if label is not None])
        self._answered += len(names)

    def sort(self, outcomes: pa.Table) -> Sorted:
        """Let first words and repeats through, and corrections up to the cap; the others are kept aside."""
        unknown: list[str] = []
        with self._at_once():
            through = [self._passes(one, unknown) for one in outcomes.to_pylist()]
        self.counted.unknown += len(unknown)
        kept = outcomes.filter(pa.array(through, pa.bool_()))
        return Sorted(kept=kept, aside=through.count(False), unknown=tuple(unknown))

    def strangers(self, names: Sequence[str]) -> tuple[str, ...]:
        """The ids that no prediction has."""
        known = (self._base.execute(KNOWN, (name,)).fetchone() for name in names)
        return tuple(name for name, found in zip(names, known, strict=True) if found is None or found[0] is None)

    def overrule(self, outcomes: pa.Table) -> None:
        """Remember labels that somebody with the right to correct rows has said; no cap, but on record."""
        with self._at_once():
            for one in outcomes.to_pylist():
                name, label, source = (str(one[key]) for key in ("_id", "_label", "_source"))
                slot, was = self._base.execute(KNOWN, (name,)).fetchone() or (None, None)
                if was not in {None, label}:
                    self._record((name, slot, source, one["_known"], was, label, False))
                self._base.execute(LABEL, (name, label))

    def close(self) -> None:
        """Let go of the file."""
        self._base.close()

    def _slots(self, predictions: pa.Table) -> list[int]:
        """To which windows they belong."""
        times = np.asarray(predictions.column("_time"))
        places = np.arange(self._answered, self._answered + len(times))
        counted = times if self._windowing.unit == "time" else places
        return list((counted // self._windowing.length).astype(np.int64).tolist())

    def _passes(self, outcome: Mapping[str, object], unknown: list[str]) -> bool:
        """One outcome; remembered either way."""
        name, label, source = (str(outcome[key]) for key in ("_id", "_label", "_source"))
        slot, was = self._base.execute(KNOWN, (name,)).fetchone() or (None, None)
        if slot is None:
            unknown.append(name)
        if outcome["_label"] is None:  # a thumb corrects no label, and the latest one counts
            return True
        if was == label:
            self.counted.repeated += 1
            return True
        passes = was is None or self._has_room(slot, source)
        if was is not None:
            self._record((name, slot, source, outcome["_known"], was, label, not passes))
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


def _names(predictions: pa.Table) -> list[str]:
    """Their ids."""
    return cast("list[str]", predictions.column("_id").to_pylist())


def _fingerprints(predictions: pa.Table) -> list[int]:
    """Each row's features as one number: the same row gives the same one, in any process."""
    names = sorted(name for name in predictions.column_names if not name.startswith(RESERVED))
    columns = [predictions.column(name).to_pylist() for name in names]
    rows = zip(*columns, strict=True) if columns else [()] * predictions.num_rows
    hashed = (blake2b(msgspec.msgpack.encode(row), digest_size=8).digest() for row in rows)
    return [int.from_bytes(one, signed=True) for one in hashed]
