"""A journal in one SQLite file, by SQLAlchemy Core: WAL and FULL, so that what was appended survives power loss."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Column, Integer, MetaData, String, Table, Text, create_engine, event, insert, select
from sqlalchemy.exc import DatabaseError, IntegrityError

from trueup.errors import Conflict, UsageError
from trueup.ports.journal import Entry, Head, chain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine, Row

ENTRIES = Table(
    "journal",
    MetaData(),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("payload", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)


class SqliteJournal:
    """Keeps entries in a table whose primary key is the position, so that two writers cannot both win."""

    def __init__(self, path: Path) -> None:
        """Open or create the file; one whose folder cannot be written can only be read."""
        readable_only = path.is_file() and not os.access(path.parent, os.W_OK)
        self._engine = _read_only(path) if readable_only else _engine(path)
        try:
            if readable_only:
                self.head()
            else:
                ENTRIES.metadata.create_all(self._engine)
        except DatabaseError as error:
            mend = "give a folder that can be written, or the journal's own file"
            message = f"{path}: the journal cannot be opened ({error.orig}); {mend}"
            raise UsageError(message) from error

    def append(self, expected: int, payload: str) -> Entry:
        """Write after position `expected`, durably."""
        with self._engine.begin() as connection:
            head = _head(connection)
            if head.position != expected:
                raise Conflict(expected, head.position)
            entry = Entry(position=expected + 1, payload=payload, previous=head.hash, hash=chain(head.hash, payload))
            row = {"position": entry.position, "payload": payload, "previous": entry.previous, "hash": entry.hash}
            try:
                connection.execute(insert(ENTRIES).values(row))
            except IntegrityError as error:
                raise Conflict(expected, entry.position) from error
        return entry

    def read(self, after: int = 0) -> Iterator[Entry]:
        """Entries after a position, in order."""
        query = select(ENTRIES).where(ENTRIES.c.position > after).order_by(ENTRIES.c.position)
        with self._engine.connect() as connection:
            for row in connection.execution_options(yield_per=200).execute(query):
                yield _entry(row)

    def head(self) -> Head:
        """The newest entry's place and hash."""
        with self._engine.connect() as connection:
            return _head(connection)

    def close(self) -> None:
        """Let go of the file."""
        self._engine.dispose()


def _engine(path: Path) -> Engine:
    engine = create_engine(URL.create("sqlite", database=str(path)))

    @event.listens_for(engine, "connect")
    def durable(connection: Any, _: Any) -> None:  # noqa: ANN401 - the driver's own connection
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    return engine


def _read_only(path: Path) -> Engine:
    """Without a write-ahead log beside it, nobody writes the file: it is read as it stands, without a lock."""
    still = {} if path.with_name(f"{path.name}-wal").exists() else {"immutable": "1"}
    query = {"mode": "ro", **still, "uri": "true"}
    return create_engine(URL.create("sqlite", database=path.absolute().as_uri(), query=query))


def _head(connection: Connection) -> Head:
    query = select(ENTRIES.c.position, ENTRIES.c.hash).order_by(ENTRIES.c.position.desc()).limit(1)
    row = connection.execute(query).first()
    return Head() if row is None else Head(position=row.position, hash=row.hash)


def _entry(row: Row[Any]) -> Entry:
    return Entry(position=row.position, payload=row.payload, previous=row.previous, hash=row.hash)
