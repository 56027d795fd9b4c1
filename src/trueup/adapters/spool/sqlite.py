"""A spool in one SQLite file: one flush a group, recovers by itself, readable from another process."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Final, Self, cast
from uuid import uuid4

import pyarrow as pa

from trueup.durable import flush
from trueup.errors import Corrupted
from trueup.ports.spool import Waiting

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TABLES: Final = """
CREATE TABLE IF NOT EXISTS waiting (sequence INTEGER PRIMARY KEY AUTOINCREMENT, predictions BLOB, outcomes BLOB);
CREATE TABLE IF NOT EXISTS identity (only INTEGER PRIMARY KEY CHECK (only = 1), source TEXT NOT NULL);
"""
NEXT: Final = (
    "SELECT sequence, predictions, outcomes, corrections FROM waiting WHERE sequence > ? ORDER BY sequence LIMIT 1"
)
PUT: Final = "INSERT INTO waiting (predictions, outcomes, corrections) VALUES (?, ?, ?)"
BUSY_SECONDS: Final = 30.0  # a reader in another process holds the file for milliseconds


class SqliteSpool:
    """Groups of rows in a SQLite file (WAL, synchronous FULL), each as Arrow IPC; threads may share one object."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it with a name that no other spool has."""
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = not path.exists()
        # SQLite serialises the threads itself (serialized mode); every statement here is a transaction of its own
        self._connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=FULL")
        self._connection.executescript(TABLES)
        if not _corrects(self._connection):
            self._connection.execute("ALTER TABLE waiting ADD COLUMN corrections BLOB")
        self._connection.execute("INSERT OR IGNORE INTO identity VALUES (1, ?)", (f"spool-{uuid4().hex}",))
        [self._source] = self._connection.execute("SELECT source FROM identity").fetchone()
        if fresh:
            flush(path.parent)

    @property
    def source(self) -> str:
        """The name this file was born with."""
        return cast("str", self._source)

    def put(self, predictions: pa.Table | None, outcomes: pa.Table | None, corrections: pa.Table | None = None) -> int:
        """Store one group; it survives a crash and a power cut once this returns its sequence."""
        row = (_to_bytes(predictions), _to_bytes(outcomes), _to_bytes(corrections))
        cursor = self._connection.execute(PUT, row)
        return cast("int", cursor.lastrowid)

    def read(self, after: int) -> Iterator[Waiting]:
        """Groups with a sequence above `after`, in order; one at a time, so a long queue fits into memory."""
        return _groups(self._connection, self.path, after)

    def delete(self, upto: int) -> None:
        """Forget groups with a sequence of at most `upto`; their numbers are not used again."""
        self._connection.execute("DELETE FROM waiting WHERE sequence <= ?", (upto,))

    def close(self) -> None:
        """Let go of the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_waiting(path: Path) -> Iterator[Waiting]:
    """What waits in that file, for who only looks: nothing is made or locked, and where there is no file nothing waits.

    Without a write-ahead log beside it, nobody writes the file: it is read as it stands.
    """
    if not path.is_file():
        return
    still = "" if path.with_name(f"{path.name}-wal").exists() else "&immutable=1"
    address = f"{path.absolute().as_uri()}?mode=ro{still}"
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS, check_same_thread=False)) as connection:
        yield from _groups(connection, path, 0)


def _groups(connection: sqlite3.Connection, path: Path, after: int) -> Iterator[Waiting]:
    # a file of an older trueup that only somebody looks at has no such column yet
    query = NEXT if _corrects(connection) else NEXT.replace("corrections", "NULL")
    while (row := connection.execute(query, (after,)).fetchone()) is not None:
        after, *blobs = row
        predictions, outcomes, corrections = (_to_table(blob, f"{path}, group {after}") for blob in blobs)
        yield Waiting(sequence=after, predictions=predictions, outcomes=outcomes, corrections=corrections)


def _corrects(connection: sqlite3.Connection) -> bool:
    """Whether the file has room for corrections."""
    return any(name == "corrections" for _, name, *_ in connection.execute("PRAGMA table_info(waiting)"))


def _to_bytes(table: pa.Table | None) -> bytes | None:
    """The table as an Arrow IPC stream."""
    if table is None:
        return None
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def _to_table(blob: bytes | None, where: str) -> pa.Table | None:
    """The table of an Arrow IPC stream."""
    if blob is None:
        return None
    try:
        with pa.ipc.open_stream(blob) as reader:
            return reader.read_all()
    except (pa.ArrowInvalid, OSError) as error:
        raise Corrupted(where, str(error)) from error
