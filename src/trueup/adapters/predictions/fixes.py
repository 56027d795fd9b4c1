"""The corrections of a log, in a Delta table beside it that is there only once something was corrected."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa
from deltalake import DeltaTable

from trueup.adapters.predictions.lake import KIND, Lake
from trueup.ports.prediction_log import conform, correction_columns

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.loop.schema import Schema

CORRECTION: Final = "correction"
PLACE: Final = "_place"  # the order of appending
ROWS_A_COMMIT: Final = 1 << 32


class Fixes:
    """Corrections in the order in which they were appended, each batch of a source once."""

    def __init__(self, schema: Schema, folder: Path) -> None:
        """Take the place; nothing is made there before the first correction."""
        self._folder = folder
        self._columns = correction_columns(schema)
        fields = [pa.field(KIND, pa.string()), pa.field(PLACE, pa.int64()), *self._columns]
        self._table = pa.schema([field.with_nullable(True) for field in fields])  # noqa: FBT003 - Arrow's own signature
        self._lake: Lake | None = None

    def append(self, source: str, sequence: int, corrections: pa.Table) -> None:
        """Keep a batch durably; does nothing when the source's `sequence` is in already."""
        lake = self._lake = self._lake or Lake(self._folder, self._table)
        table = lake.table()
        if sequence <= (table.transaction_version(source) or 0):
            lake.flush()  # the crash that made the caller ask again may have come before the flush
            return
        rows = conform(corrections, self._columns)
        first = (table.version() + 1) * ROWS_A_COMMIT
        kinds = pa.array([CORRECTION] * rows.num_rows, pa.string())
        places = pa.array(range(first, first + rows.num_rows), pa.int64())
        lake.append(pa.Table.from_arrays([kinds, places, *rows.columns], schema=self._table), source, sequence)

    def read(self) -> pa.Table | None:
        """All of them; None where nothing was ever corrected."""
        if self._lake is None:
            if not (self._folder.is_dir() and DeltaTable.is_deltatable(str(self._folder))):
                return None
            self._lake = Lake(self._folder, self._table)
        rows = self._lake.held()(CORRECTION).sort(PLACE).select(self._columns.names).collect()
        nullable = pa.schema([field.with_nullable(True) for field in self._columns])  # noqa: FBT003 - Arrow's own
        return rows.to_arrow().cast(nullable)
