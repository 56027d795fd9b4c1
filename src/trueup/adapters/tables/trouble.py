"""What is said of a file that cannot be read as a table?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.errors import BadData

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

AGAIN: Final = "write it again as Parquet, Arrow or CSV with one header line"


def refused(path: Path, kind: str, error: Exception) -> BadData:
    """A file that is not what its first bytes say."""
    return BadData(str(path), f"is no whole {kind} file ({(str(error) or kind).splitlines()[0]})", AGAIN)


def twice(schema: pa.Schema, path: Path) -> None:
    """Refuse a name that two columns have."""
    found = sorted({name for name in schema.names if schema.names.count(name) > 1}) if _doubled(schema) else []
    if found:
        raise BadData(str(path), f"has the column {found[0]!r} twice", "rename one of them")


def _doubled(schema: pa.Schema) -> bool:
    return len(set(schema.names)) < len(schema.names)
