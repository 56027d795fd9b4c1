"""Do the readers of tables keep the contract of the port?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet as pq
from pyarrow import csv

from trueup.adapters.tables import open_rows
from trueup.profiling.rows import TableRows
from trueup.testing.contracts.tables import TABLE, BrokenRowsContract, RowsContract

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.tables import Rows


def halved(path: Path) -> Path:
    """The first half of a file's bytes."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return path


class TestMemory(RowsContract):
    """A table that is in memory, in several chunks."""

    def make(self, folder: Path, table: pa.Table) -> Rows:
        """The folder is not needed."""
        del folder
        return TableRows(pa.concat_tables([table.slice(0, 333), table.slice(333)]))


class TestParquet(BrokenRowsContract):
    """One file of several row groups."""

    def make(self, folder: Path, table: pa.Table) -> Rows:
        """Written as anybody would."""
        pq.write_table(table, folder / "rows.parquet", row_group_size=400)
        return open_rows(folder / "rows.parquet")

    def cut(self, folder: Path) -> Rows:
        """Without the end, where Parquet says what it holds."""
        self.make(folder, TABLE)
        return open_rows(halved(folder / "rows.parquet"))


class TestFolderOfParquet(RowsContract):
    """Many files in folders, more than are kept open, in the order of their names."""

    def make(self, folder: Path, table: pa.Table) -> Rows:
        """A file a day."""
        for day in range(100):
            below = folder / "rows" / f"month={day // 28:02d}"
            below.mkdir(parents=True, exist_ok=True)
            pq.write_table(table.slice(10 * day, 10), below / f"{day:02d}.parquet")
        return open_rows(folder / "rows")


class TestArrow(BrokenRowsContract):
    """An IPC file of several batches."""

    def make(self, folder: Path, table: pa.Table) -> Rows:
        """Compressed, so that mapping it is not enough."""
        options = pa.ipc.IpcWriteOptions(compression="zstd")
        path = str(folder / "rows.arrow")
        with pa.OSFile(path, "wb") as file, pa.ipc.new_file(file, table.schema, options=options) as writer:
            writer.write_table(table, max_chunksize=300)
        return open_rows(folder / "rows.arrow")

    def cut(self, folder: Path) -> Rows:
        """Without the end, where Arrow says where its batches are."""
        self.make(folder, TABLE)
        return open_rows(halved(folder / "rows.arrow"))


class TestArrowStream(BrokenRowsContract):
    """An IPC stream that was kept in a file."""

    def make(self, folder: Path, table: pa.Table) -> Rows:
        """Batch by batch."""
        with pa.OSFile(str(folder / "rows.stream"), "wb") as file, pa.ipc.new_stream(file, table.schema) as writer:
            writer.write_table(table, max_chunksize=300)
        return open_rows(folder / "rows.stream")

    def cut(self, folder: Path) -> Rows:
        """In the middle of a batch."""
        self.make(folder, TABLE)
        return open_rows(halved(folder / "rows.stream"))


class TestCsv(RowsContract):
    """Text with a header line, in which a missing text is an empty one."""

    missing_text = ""

    def make(self, folder: Path, table: pa.Table) -> Rows:
        """Written as anybody would."""
        csv.write_csv(table, folder / "rows.csv")
        return open_rows(folder / "rows.csv")
