"""Parquet files as one table: each column is read by itself, texts as the codes that the file keeps."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from pyarrow.parquet import ParquetFile

from trueup.adapters.tables.trouble import refused, twice
from trueup.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyarrow.parquet import FileMetaData

OPEN: Final = 64  # files that a thread keeps open


class ParquetRows:
    """Reads one file, or several of the same columns and types in the order given."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read what the files say about themselves."""
        self._paths = tuple(paths)
        self._texts: list[str] = []
        self._mine = threading.local()
        first = _opened(self._paths[0], None, [])
        self._schema = first.schema_arrow.remove_metadata()
        twice(self._schema, self._paths[0])
        self._texts = [field.name for field in self._schema if _is_text(field.type)]
        self._metadata: list[FileMetaData] = [first.metadata]
        for path in self._paths[1:]:
            other = _opened(path, None, [])
            same_columns(self._schema, other.schema_arrow, self._paths[0], path)
            self._metadata.append(other.metadata)

    @property
    def schema(self) -> pa.Schema:
        """The columns of the first file."""
        return self._schema

    @property
    def rows(self) -> int:
        """Of all files."""
        return sum(one.num_rows for one in self._metadata)

    def column(self, name: str, at_once: int) -> Iterator[pa.Array[Any]]:
        """A column of one file after the other."""
        for place, path in enumerate(self._paths):
            try:
                for batch in self._file(place).iter_batches(at_once, columns=[name], use_threads=False):
                    yield batch.column(0)
            except (pa.ArrowException, OSError) as error:
                raise refused(path, "Parquet", error) from error

    def _file(self, place: int) -> ParquetFile:
        """A file as this thread has it open."""
        files: dict[int, ParquetFile] = self._mine.__dict__.setdefault("files", {})
        if place not in files:
            while len(files) >= OPEN:
                del files[next(iter(files))]  # who still reads it keeps it open
            files[place] = _opened(self._paths[place], self._metadata[place], self._texts)
        return files[place]


def same_columns(one: pa.Schema, other: pa.Schema, first: Path, path: Path) -> None:
    """Refuse a file that does not have the columns of the first one."""
    mend = f"give files of one kind, or compare them one by one (the first is {first.name})"
    for name in one.names:
        if name not in other.names:
            raise BadData(str(path), f"has no column {name!r}", mend)
        if not _alike(one.field(name).type, other.field(name).type):
            what = f"column {name!r} holds {other.field(name).type}, not {one.field(name).type}"
            raise BadData(str(path), what, mend)
    extra = next((name for name in other.names if name not in one.names), None)
    if extra is not None:
        raise BadData(str(path), f"has a column {extra!r} more", mend)
    twice(other, path)


def _alike(one: pa.DataType, other: pa.DataType) -> bool:
    """Whether values of both are read alike; a file may keep its texts as codes or not."""
    return one == other or (_is_text(one) and _is_text(other))


def _is_text(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    return pa.types.is_string(kind) or pa.types.is_large_string(kind)


def _opened(path: Path, metadata: FileMetaData | None, texts: list[str]) -> ParquetFile:
    """A file whose texts are read as codes."""
    try:
        return ParquetFile(path, metadata=metadata, read_dictionary=texts, pre_buffer=False)
    except (pa.ArrowException, OSError) as error:
        raise refused(path, "Parquet", error) from error
