"""Files of rows, told apart by their first bytes; a folder or a pattern of Parquet files is one table."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trueup.errors import BadData

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from trueup.ports.tables import Rows

FORMATS: Final[Mapping[bytes, tuple[str, str]]] = {
    b"PAR1": ("Parquet", "trueup.adapters.tables.parquet:ParquetRows"),
    b"ARROW1": ("Arrow", "trueup.adapters.tables.arrow:ArrowRows"),
    b"\xff\xff\xff\xff": ("Arrow stream", "trueup.adapters.tables.arrow:StreamRows"),
}
CSV: Final = ("CSV", "trueup.adapters.tables.csv:CsvRows")
PATTERN: Final = frozenset("*?[")


def open_rows(name: Path) -> Rows:
    """The table in a file, or in all Parquet files of a folder or of a pattern (in order of their names)."""
    paths = _paths(name)
    kinds = [_kind(path) for path in paths]
    other = next((path for path, (kind, _) in zip(paths, kinds, strict=True) if kind != "Parquet"), None)
    if len(paths) > 1 and other is not None:
        mend = "give a folder or pattern of Parquet files, or one file of another kind"
        raise BadData(str(other), "is no Parquet file, and only those make a table together", mend)
    module, _, reader = kinds[0][1].partition(":")
    opened: Callable[[Sequence[Path]], Rows] = getattr(import_module(module), reader)
    return opened(paths)


def _paths(name: Path) -> list[Path]:
    """The files that are meant; a file whose name looks like a pattern is a file."""
    if name.is_dir():
        return _some(sorted(name.rglob("*.parquet")), name, "holds no file that ends in .parquet")
    if name.exists() or not PATTERN & set(str(name)):
        return [name]
    parts = name.parts
    first = next(place for place, part in enumerate(parts) if PATTERN & set(part))
    found = Path(*parts[:first]).glob(str(Path(*parts[first:])))
    return _some(sorted(path for path in found if path.is_file()), name, "fits no file")


def _some(paths: list[Path], name: Path, otherwise: str) -> list[Path]:
    if not paths:
        raise BadData(str(name), otherwise, "give the path of a Parquet, Arrow or CSV file, or of a folder of Parquet")
    return paths


def _kind(path: Path) -> tuple[str, str]:
    """What a file is."""
    start = first_bytes(path)
    return next((found for magic, found in FORMATS.items() if start.startswith(magic)), CSV)


def first_bytes(path: Path) -> bytes:
    """What a file begins with, which tells its kind; `BadData` where there is nothing to read."""
    try:
        with path.open("rb") as file:
            start = file.read(6)
    except FileNotFoundError:
        raise BadData(str(path), "there is no such file", "give the path of a Parquet, Arrow or CSV file") from None
    except OSError as error:
        mend = "give a readable Parquet, Arrow or CSV file"
        raise BadData(str(path), f"cannot be read ({error.strerror})", mend) from error
    if not start:
        raise BadData(str(path), "is empty", "write it again as Parquet, Arrow or CSV with one header line")
    return start
