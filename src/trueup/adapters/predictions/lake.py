"""A Delta table that survives a power cut, stays in few files, and is read again only where it has grown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote

import msgspec
import polars as pl
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake

from trueup.durable import flush

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    import pyarrow as pa

    Rows = Callable[[str], pl.LazyFrame]  # the rows of one kind

KIND: Final = "_kind"  # parts the table's files: prediction | outcome | up | down | doubled (an id that was in before)
COMPACT_EVERY: Final = 32  # commits; a read opens every file and log entry, so small ones are put together
COMPACT_BYTES: Final = 16 << 20  # files of that size are left alone: bigger ones can be skipped less
KEEP_HOURS: Final = 6  # files that were put together stay so long for readers that opened the table before
HOLD_BYTES: Final = 32 << 20  # on disk, some six times that in memory; a bigger table is read from its files
HOLD_PARTS: Final = 32  # appended pieces, until they are put into one


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """The rows of every kind at one version of the table."""

    version: int
    size: int  # bytes on disk
    frames: Mapping[str, pl.DataFrame]  # of a kind; under "" one without rows, for a kind that has none


class Lake:
    """A table in a folder, parted by kind; one process at a time may append, any number may read.

    A commit carries its source and sequence as a Delta app transaction. Delta never flushes to the disk; it is done
    here, so a caller may forget a batch once `append` returned.
    """

    def __init__(self, folder: Path, columns: pa.Schema) -> None:
        """Open the table, or make it."""
        self._folder = folder
        self._log = folder / "_delta_log"
        self._columns = columns
        if not DeltaTable.is_deltatable(str(folder)):
            folder.mkdir(parents=True, exist_ok=True)
            DeltaTable.create(str(folder), schema=columns, partition_by=[KIND])
            flush(*folder.rglob("*"), folder, folder.parent)
        self._checkpoint = self._checkpoint_moment()
        self._opened = DeltaTable(str(folder))
        self._flushed: int | None = None  # commits up to this version are on the disk; unknown at the start
        self._folders: set[Path] = set()  # whose own names are on the disk
        self._held: _Held | None = None
        self._too_big = False

    def table(self) -> DeltaTable:
        """The table as it stands; opened anew when somebody else wrote, or a checkpoint makes that cheap."""
        checkpoint = self._checkpoint_moment()
        if checkpoint != self._checkpoint or self._entry(self._opened.version() + 1).exists():
            self._opened, self._checkpoint = DeltaTable(str(self._folder)), checkpoint
        return self._opened

    def append(self, batch: pa.Table, source: str, sequence: int) -> None:
        """Commit a batch and flush it; every so often, put the small files together and delete what is long unused."""
        table = self.table()
        transaction = CommitProperties(app_transactions=[Transaction(source, sequence)])
        write_deltalake(table, batch, mode="append", commit_properties=transaction)
        self.flush()
        if table.version() % COMPACT_EVERY == 0:
            table.optimize.compact(target_size=COMPACT_BYTES)
            table.create_checkpoint()
            self.flush()  # before anything that was put together is deleted
            table.vacuum(retention_hours=KEEP_HOURS, dry_run=False, enforce_retention_duration=False)
            self.flush()

    def flush(self) -> None:
        """Make all commits survive a power cut: their data files, log entries and checkpoints, and the folders."""
        newest = self.table().version()
        since = self._checkpointed() if self._flushed is None else self._flushed + 1
        made = {path for version in range(since, newest + 1) for path in self._made(version)}
        folders = {path.parent for path in made}
        flush(*made, *folders, *([] if folders <= self._folders else [self._folder]))
        self._flushed = newest
        self._folders |= folders

    def files(self) -> Rows:
        """The rows, read from the files when they are asked for."""
        return partial(_scan, self.table())

    def held(self) -> Rows:
        """The rows, from memory, where only what was added since the last call is read; a big table's from files."""
        table = self.table()
        if not self._too_big and (self._held is None or self._held.version != table.version()):
            held = None if self._held is None else self._caught_up(self._held, table.version())
            self._held = self._all(table) if held is None or held.size > HOLD_BYTES else held
            self._too_big = self._held is None
        return partial(_scan, table) if self._held is None else partial(_from_memory, self._held.frames)

    def _all(self, table: DeltaTable) -> _Held | None:
        """The whole table; None where that is too big."""
        size = sum(table.get_add_actions(flatten=True).column("size_bytes").to_pylist())
        if size > HOLD_BYTES:
            return None
        whole = pl.scan_delta(table).select(self._columns.names).collect()
        parts = whole.partition_by(KIND, as_dict=True, include_key=True)
        frames = {"": whole.clear(), **{str(kind): rows for (kind,), rows in parts.items()}}
        return _Held(version=table.version(), size=size, frames=frames)

    def _caught_up(self, held: _Held, newest: int) -> _Held | None:
        """What was held, and what commits added since; None where a commit did more, or its files are gone."""
        frames, size = dict(held.frames), held.size
        try:
            for version in range(held.version + 1, newest + 1):
                for kind, path, stored in self._news(version):
                    rows = pl.read_parquet(path, hive_partitioning=False).with_columns(pl.lit(kind).alias(KIND))
                    there = frames.get(kind, frames[""])
                    whole = pl.concat([there, rows.select(self._columns.names)], rechunk=False)
                    frames[kind] = whole if whole.n_chunks() < HOLD_PARTS else whole.rechunk()
                    size += stored
        except (FileNotFoundError, _RewrittenError):
            return None
        return _Held(version=newest, size=size, frames=frames)

    def _news(self, version: int) -> Iterator[tuple[str, Path, int]]:
        """Kind, path and bytes of the files that brought rows; those of a compaction hold what was there before."""
        for action in self._actions(version):
            if action.get("remove", {}).get("dataChange") or "metaData" in action:
                raise _RewrittenError
            if "add" in action and action["add"]["dataChange"]:
                add = action["add"]
                yield add["partitionValues"][KIND], self._folder / _path(add), add["size"]

    def _made(self, version: int) -> Iterator[Path]:
        """What a commit put into the folder, as far as it is still there."""
        entry = self._entry(version)
        added = [_path(action["add"]) for action in self._actions(version) if "add" in action] if entry.exists() else []
        checkpoint = self._log / f"{version:020}.checkpoint.parquet"
        pointer = [self._log / "_last_checkpoint"] if checkpoint.exists() else []
        return (path for path in (*map(self._folder.__truediv__, added), entry, checkpoint, *pointer) if path.exists())

    def _actions(self, version: int) -> list[dict[str, Any]]:
        """What a commit says it did."""
        return [msgspec.json.decode(line) for line in self._entry(version).read_bytes().splitlines()]

    def _entry(self, version: int) -> Path:
        """Where a commit is written down."""
        return self._log / f"{version:020}.json"

    def _checkpointed(self) -> int:
        """The version of the last checkpoint; entries before it are not read any more."""
        return max((int(path.name[:20]) for path in self._log.glob("*.checkpoint*.parquet")), default=0)

    def _checkpoint_moment(self) -> int:
        """When the last checkpoint was made: old entries may be deleted then, so the next version's may be missing."""
        try:
            return (self._log / "_last_checkpoint").stat().st_mtime_ns
        except FileNotFoundError:
            return 0


class _RewrittenError(Exception):
    """A commit did more than to add rows."""


def _scan(table: DeltaTable, kind: str) -> pl.LazyFrame:
    """The rows of one kind, from the files."""
    return pl.scan_delta(table).filter(pl.col(KIND) == kind)


def _from_memory(frames: Mapping[str, pl.DataFrame], kind: str) -> pl.LazyFrame:
    """The rows of one kind, from memory."""
    return frames.get(kind, frames[""]).lazy()


def _path(add: Mapping[str, Any]) -> str:
    """Where an added file lies, as seen from the table's folder."""
    return unquote(str(add["path"]))
