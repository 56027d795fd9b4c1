"""What every reader of tables promises; a new engine subclasses `RowsContract` and is tested at once."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pytest

from trueup.errors import BadData

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.tables import Rows

COUNT: Final = 1_000
TABLE: Final = pa.table(
    {
        "amount": pa.array([None if n % 7 == 0 else n / 4 for n in range(COUNT)], pa.float64()),
        "count": pa.array(range(COUNT), pa.int64()),
        "plan": pa.array([None if n % 11 == 0 else ("gold", "naïve")[n % 2] for n in range(COUNT)], pa.string()),
        "member": pa.array([n % 3 == 0 for n in range(COUNT)], pa.bool_()),
    }
)


class RowsContract(ABC):
    """One table, whatever it is kept in."""

    missing_text: str | None = None  # what a text that is missing is read as

    @abstractmethod
    def make(self, folder: Path, table: pa.Table) -> Rows:
        """A reader of these rows."""

    def test_rows_are_those_of_the_table(self, tmp_path: Path) -> None:
        """Names in order, the count, and every value of every column, missing ones too."""
        found = self.make(tmp_path, TABLE)
        assert (found.schema.names, found.rows) == (TABLE.column_names, COUNT)
        for name in TABLE.column_names:
            values = [value for block in found.column(name, 300) for value in block.to_pylist()]
            kept = TABLE.column(name).to_pylist()
            assert values == [self.missing_text if name == "plan" and one is None else one for one in kept]

    def test_blocks_are_as_small_as_asked(self, tmp_path: Path) -> None:
        """Memory is set by who reads, not by who wrote."""
        found = self.make(tmp_path, TABLE)
        assert max(len(block) for block in found.column("count", 64)) <= 64

    def test_a_column_can_be_read_again(self, tmp_path: Path) -> None:
        """Each reading begins at the first row, also while another one goes on."""
        found = self.make(tmp_path, TABLE)
        first = found.column("count", 100)
        begun = len(next(first))
        assert sum(len(block) for block in found.column("count", 100)) == COUNT
        assert begun + sum(len(block) for block in first) == COUNT

    def test_threads_read_at_once(self, tmp_path: Path) -> None:
        """Two columns at the same time give what one after the other does."""
        found, sums = self.make(tmp_path, TABLE), dict[str, int]()

        def read(name: str) -> None:
            sums[name] = sum(block.null_count for _ in range(20) for block in found.column(name, 50))

        threads = [threading.Thread(target=read, args=(name,)) for name in ("amount", "count")]
        for one in threads:
            one.start()
        for one in threads:
            one.join()
        assert sums == {name: 20 * TABLE.column(name).null_count for name in ("amount", "count")}

    def test_a_table_without_rows_has_columns(self, tmp_path: Path) -> None:
        """No rows are a table too: its names are known, and reading it ends at once."""
        found = self.make(tmp_path, TABLE.slice(0, 0))
        assert (found.schema.names, found.rows) == (TABLE.column_names, 0)
        assert sum(len(block) for block in found.column("count", 64)) == 0


class BrokenRowsContract(RowsContract):
    """A table in a file that can be cut off."""

    @abstractmethod
    def cut(self, folder: Path) -> Rows:
        """A reader of the first half of such a file."""

    def test_half_a_file_is_told(self, tmp_path: Path) -> None:
        """By its path, and with the mend."""
        with pytest.raises(BadData, match=r"is no whole .* file"):
            _read(self, tmp_path)


def _read(contract: BrokenRowsContract, folder: Path) -> None:
    for block in contract.cut(folder).column("count", 64):
        assert len(block)
