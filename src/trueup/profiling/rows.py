"""A table that is in memory already, read like one that is not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


class TableRows:
    """Reads the blocks of an Arrow table without copies."""

    def __init__(self, table: pa.Table) -> None:
        """Take the table."""
        self._table = table

    @property
    def schema(self) -> pa.Schema:
        """Its columns."""
        return self._table.schema

    @property
    def rows(self) -> int:
        """How many."""
        return self._table.num_rows

    def column(self, name: str, at_once: int) -> Iterator[pa.Array[Any]]:
        """The column's chunks, long ones in parts."""
        for chunk in self._table.column(name).chunks:
            for start in range(0, len(chunk), at_once):
                yield chunk.slice(start, at_once)
