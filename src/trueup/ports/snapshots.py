"""Which exact rows did a training see?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """What is known of a stored set of rows without reading it."""

    hash: str  # of the rows' content: names, types and values, whatever file format holds them
    rows: int
    as_of: float  # labels known at this moment, when the rows were first stored (time units)


class Snapshots(Protocol):
    """Keeps the rows of trainings, immutable, by content hash."""

    def write(self, rows: pa.Table, *, as_of: float) -> Snapshot:
        """Store rows (features, `_id`, `_time`, `_window`, `_label`), sorted by time and id; again is harmless."""
        ...

    def find(self, snapshot: str) -> Snapshot:
        """What is known of a snapshot; errors.NotFound if there is none of that hash."""
        ...

    def read(self, snapshot: str) -> pa.Table:
        """The rows, checked against their hash; errors.Corrupted if they are not what was written."""
        ...
