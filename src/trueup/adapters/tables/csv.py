"""CSV files: parsed once, block by block, into a temporary Arrow file, whose columns are then read."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import pyarrow as pa
from pyarrow import csv

from trueup.adapters.tables.arrow import ArrowRows
from trueup.adapters.tables.trouble import refused, twice
from trueup.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SEPARATORS: Final = {b";": "semicolon", b"\t": "tab", b"|": "bar"}
BLOCK: Final = 1 << 24  # bytes that are parsed at once; types are read off the first block
WIDER: Final[Mapping[str, pa.DataType]] = {  # where a later block holds what the first ones did not
    "null": pa.int64(),
    "int64": pa.float64(),
    "date32[day]": pa.timestamp("s"),
    "timestamp[s]": pa.timestamp("ns"),
}
REFUSAL: Final = re.compile(r"CSV column #(\d+):.*conversion error to (\S+):", re.DOTALL)


class CsvRows(ArrowRows):
    """Reads a CSV file; the first line names the columns."""

    def __init__(self, paths: Sequence[Path]) -> None:
        """Parse the file; what it becomes is gone with this process."""
        path = paths[0]
        must_have_commas(path)
        with TemporaryDirectory(prefix="trueup-") as folder:
            spooled = Path(folder) / "rows.arrow"
            _spool(path, spooled)
            super().__init__([spooled])  # a mapped file stays readable when its name is gone
        self._path = path


def _spool(path: Path, spooled: Path) -> None:
    """Parse with the narrowest types that all blocks can be read as."""
    types: dict[str, pa.DataType] = {}
    while True:
        try:
            return _parsed(path, spooled, types)
        except UnicodeDecodeError:
            raise not_utf8(path) from None
        except (pa.ArrowException, OSError) as error:
            if "invalid UTF8" in str(error):
                raise not_utf8(path) from None
            if not _widened(path, str(error), types):
                raise refused(path, "CSV", error) from error


def _parsed(path: Path, spooled: Path, types: Mapping[str, pa.DataType]) -> None:
    read, convert = csv.ReadOptions(block_size=BLOCK), csv.ConvertOptions(column_types=dict(types))
    with csv.open_csv(path, read_options=read, convert_options=convert) as reader:
        twice(reader.schema, path)
        if any(pa.types.is_binary(kind) for kind in reader.schema.types):  # what Arrow takes for no text
            raise not_utf8(path)
        with pa.OSFile(str(spooled), "wb") as file, pa.ipc.new_file(file, reader.schema) as writer:
            for batch in reader:
                writer.write_batch(batch)


def _widened(path: Path, said: str, types: dict[str, pa.DataType]) -> bool:
    """Whether another type can be tried for the column that could not be read."""
    found = REFUSAL.search(said)
    if found is None:
        return False
    with csv.open_csv(path, read_options=csv.ReadOptions(block_size=BLOCK)) as reader:
        name = reader.schema.names[int(found[1])]
    wider = WIDER.get(found[2], pa.string())
    if types.get(name) == pa.string():
        return False
    types[name] = wider
    return True


def must_have_commas(path: Path) -> None:
    """Refuse a file whose first line is set apart by something else, or is in another encoding."""
    with path.open("rb") as file:
        header = file.readline(1 << 16)
    if header.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise not_utf8(path)
    other = next((name for mark, name in SEPARATORS.items() if mark in header), "")
    if other and b"," not in header:
        raise BadData(
            str(path), f"has its columns set apart by {other}s", "save it with commas (and points in numbers)"
        )


def not_utf8(path: Path) -> BadData:
    """A file of text in another encoding."""
    return BadData(str(path), "is not UTF-8", "save it as UTF-8, or as Parquet")
