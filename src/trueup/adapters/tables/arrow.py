"""Arrow IPC files and streams, mapped into memory: a column is read without the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from trueup.adapters.tables.trouble import refused, twice

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path


class ArrowRows:
    """Reads an Arrow IPC file, which Feather is another name of."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read what the file says about itself."""
        self._path = paths[0]
        try:
            self._file = pa.memory_map(str(self._path))
            self._schema = pa.ipc.open_file(self._file).schema.remove_metadata()
            twice(self._schema, self._path)
            self._rows = sum(batch.num_rows for batch in self._batches(0)) if len(self._schema) else 0
        except (pa.ArrowException, OSError) as error:
            raise refused(self._path, "Arrow", error) from error

    @property
    def schema(self) -> pa.Schema:
        """Its columns."""
        return self._schema

    @property
    def rows(self) -> int:
        """Of all batches."""
        return self._rows

    def column(self, name: str, at_once: int) -> Iterator[pa.Array[Any]]:
        """A column of one batch after the other, long ones in parts."""
        try:
            for batch in self._batches(self._schema.get_field_index(name)):
                whole = batch.column(0)
                for start in range(0, len(whole), at_once):
                    yield whole.slice(start, at_once)
        except (pa.ArrowException, OSError) as error:
            raise refused(self._path, "Arrow", error) from error

    def _batches(self, place: int) -> Iterator[pa.RecordBatch]:
        """The batches with one column only."""
        reader = pa.ipc.open_file(self._file, options=pa.ipc.IpcReadOptions(included_fields=[place]))
        return (reader.get_batch(number) for number in range(reader.num_record_batches))


class StreamRows(ArrowRows):
    """Reads an Arrow IPC stream that was kept in a file."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Read what the stream says at its beginning, and count its rows."""
        self._path = paths[0]
        try:
            with pa.memory_map(str(self._path)) as file:
                self._schema = pa.ipc.open_stream(file).schema.remove_metadata()
            twice(self._schema, self._path)
            self._rows = sum(batch.num_rows for batch in self._batches(0)) if len(self._schema) else 0
        except (pa.ArrowException, OSError) as error:
            raise refused(self._path, "Arrow", error) from error

    def _batches(self, place: int) -> Iterator[pa.RecordBatch]:
        """The batches with one column only, from a reader of its own: a stream remembers where it is."""
        options = pa.ipc.IpcReadOptions(included_fields=[place])
        return iter(pa.ipc.open_stream(pa.memory_map(str(self._path)), options=options))
