"""The rows of trainings as Parquet files of one folder, named by what they hold."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.errors import BadData, Corrupted
from trueup.hashed import HashedFolder
from trueup.ports.snapshots import Snapshot

if TYPE_CHECKING:
    from typing import Any

OWN: Final = {"_id": pa.string(), "_time": pa.float64(), "_window": pa.int64()}
AS_OF: Final = b"trueup.as_of"


@dataclass(frozen=True, slots=True)
class ParquetSnapshots:
    """Snapshots in a folder of this machine."""

    folder: Path

    def write(self, rows: pa.Table, *, as_of: float) -> Snapshot:
        """Store features, ids, times, windows and labels; the same rows again keep the first file, and its `as_of`."""
        for name, held in OWN.items():
            if name not in rows.column_names or rows.schema.field(name).type != held:
                raise BadData(f"column {name!r}", f"is not there as {held}", "gather the rows of a snapshot anew")
        if "_label" not in rows.column_names:
            raise BadData("column '_label'", "is not there", "gather the rows of a snapshot anew")
        kept = [name for name in rows.column_names if not name.startswith("_")]
        ordered = rows.select([*kept, *OWN, "_label"]).sort_by([("_time", "ascending"), ("_id", "ascending")])
        ordered = ordered.replace_schema_metadata(None)
        name = content_hash(ordered)
        if not self._files.holds(name):
            dated = ordered.replace_schema_metadata({AS_OF: repr(float(as_of)).encode()})
            with self._files.new(name) as file:
                pq.write_table(dated, file, compression="zstd", compression_level=1)
        return self.find(name)

    def find(self, snapshot: str) -> Snapshot:
        """What is known of a snapshot, from the file's footer alone."""
        footer = pq.read_metadata(self._files.find(snapshot))
        as_of = (footer.metadata or {}).get(AS_OF)
        if as_of is None:
            raise Corrupted(f"snapshot {snapshot[:12]}", "does not say when its labels were known")
        return Snapshot(hash=snapshot, rows=footer.num_rows, as_of=float(as_of))

    def read(self, snapshot: str) -> pa.Table:
        """The rows, checked against their hash."""
        path = self._files.find(snapshot)
        try:
            rows = pq.read_table(path, use_threads=False).replace_schema_metadata(None)
        except (pa.ArrowException, OSError) as error:
            raise Corrupted(f"snapshot {snapshot[:12]} in {path}", "cannot be read as Parquet") from error
        if content_hash(rows) != snapshot:
            raise Corrupted(f"snapshot {snapshot[:12]} in {path}", "its rows are not the ones it is named by")
        return rows

    @property
    def _files(self) -> HashedFolder:
        return HashedFolder(self.folder, "snapshot")


def content_hash(rows: pa.Table) -> str:
    """SHA-256 over names, types, missing marks and values, column by column; no file format in it.

    >>> content_hash(pa.table({"a": [1, 2]})) == content_hash(pa.table({"a": pa.chunked_array([[1], [2]])}))
    True
    """
    digest = hashlib.sha256()
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        digest.update(f"{name}\0{column.type}\0{len(column)}\0".encode())
        for part in _bytes_of(column):
            digest.update(part)
    return digest.hexdigest()


def _bytes_of(column: pa.ChunkedArray[Any]) -> tuple[bytes, bytes]:
    """A column's missing marks and values, whatever chunks and buffers hold them."""
    missing = np.packbits(np.asarray(column.is_null().to_numpy(), dtype=bool)).tobytes() if column.null_count else b""
    if pa.types.is_string(column.type):
        texts = column.fill_null(pa.scalar("", column.type)).combine_chunks()
        lengths, letters = _text_bytes(texts)
        return missing + lengths, letters
    if pa.types.is_temporal(column.type):
        column = column.cast(pa.int64())
    filled = column.fill_null(pa.scalar(0).cast(column.type)) if column.null_count else column
    return missing, np.ascontiguousarray(filled.to_numpy()).tobytes()


def _text_bytes(texts: pa.Array[Any]) -> tuple[bytes, bytes]:
    """The lengths of all texts, and their characters one after the other."""
    _, ends, data = texts.buffers()
    if ends is None or not len(texts):
        return b"", b""
    bounds = np.frombuffer(memoryview(ends), dtype=np.int32)[texts.offset : texts.offset + len(texts) + 1]
    letters = memoryview(data)[int(bounds[0]) : int(bounds[-1])].tobytes() if data is not None else b""
    return np.diff(bounds).tobytes(), letters
