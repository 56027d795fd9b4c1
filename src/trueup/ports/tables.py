"""Where are the rows of a table that may be larger than memory?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa


class Rows(Protocol):
    """A table that is read column by column, block by block; several threads may read at once."""

    @property
    def schema(self) -> pa.Schema:
        """Its columns and their types, each name once."""
        ...

    @property
    def rows(self) -> int:
        """How many."""
        ...

    def column(self, name: str, at_once: int) -> Iterator[pa.Array[Any]]:
        """The rows of a column from the first on, at most so many a block; texts may come as codes and levels."""
        ...
