"""A fine profile as Parquet, the same bytes for the same counts; any tool can read it.

One row a bin or level that has rows. Edges stand in the reference's file only; what a column has beside its bins is in
the file's metadata, as JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.profiling.fine import FineLevels, FineNumbers, FineProfile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.profiling.fine import FineColumn

    Json = dict[str, Any]
    Cell = tuple[str, int | None, float | None, str | None, int, int | None]

ABOUT: Final = b"trueup.fine"
FIELDS: Final[Sequence[tuple[str, pa.DataType]]] = (
    ("column", pa.string()),
    ("bin", pa.int32()),  # numbers: counted from 0
    ("edge", pa.float64()),  # numbers: its upper edge, in a reference; the last one has none
    ("level", pa.string()),  # levels: its name, or its code
    ("rows", pa.int64()),
    ("sum", pa.int64()),  # numbers: of steps from the middle
)
SCHEMA: Final = pa.schema(FIELDS)


def encoded(profile: FineProfile) -> bytes:
    """The bytes of a profile."""
    cells = [cell for column in profile.columns for cell in _cells(column, edges=not profile.reference)]
    about = {
        "edges_id": profile.edges_id,
        "reference": profile.reference,
        "rows": profile.rows,
        "columns": [_about(column) for column in profile.columns],
    }
    text = json.dumps(about, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    arrays = [pa.array(values, field.type) for field, values in zip(SCHEMA, _by_column(cells), strict=True)]
    sink = pa.BufferOutputStream()
    table = pa.Table.from_arrays(arrays, schema=SCHEMA.with_metadata({ABOUT: text.encode()}))
    pq.write_table(table, sink, compression="zstd", write_statistics=False)
    return sink.getvalue().to_pybytes()


def decoded(content: bytes, read: Callable[[str], FineProfile]) -> FineProfile:
    """The profile of these bytes; `read` gets the reference that has the edges."""
    table = pq.read_table(pa.BufferReader(content), use_threads=False)
    about = json.loads((table.schema.metadata or {})[ABOUT])
    reference = read(about["reference"]) if about["reference"] else None
    cells: dict[str, list[Json]] = {one["name"]: [] for one in about["columns"]}
    for row in table.to_pylist():
        cells[row["column"]].append(row)
    columns = tuple(
        _column(one, cells[one["name"]], reference.column(one["name"]) if reference is not None else None)
        for one in about["columns"]
    )
    return FineProfile(edges_id=about["edges_id"], reference=about["reference"], rows=about["rows"], columns=columns)


def _by_column(cells: Sequence[Cell]) -> list[list[Any]]:
    return [list(values) for values in zip(*cells, strict=True)] if cells else [[] for _ in SCHEMA]


def _cells(column: FineColumn, *, edges: bool) -> list[Cell]:
    if isinstance(column, FineLevels):
        return [(column.name, None, None, level, rows, None) for level, rows in sorted(column.counts.items())]
    places = range(len(column.counts)) if edges else np.flatnonzero(column.counts).tolist()
    upper = [*column.edges.tolist(), None] if edges else [None] * len(column.counts)
    counts, sums = column.counts.tolist(), column.sums.tolist()
    return [(column.name, place, upper[place], None, counts[place], sums[place]) for place in places]


def _about(column: FineColumn) -> Json:
    shared = {"name": column.name, "kind": column.kind, "missing": column.missing}
    if isinstance(column, FineLevels):
        return {**shared, "coded": column.coded, "other": column.other}
    return {**shared, "middle": column.middle, "unit": column.unit}


def _column(about: Json, cells: list[Json], reference: FineColumn | None) -> FineColumn:
    if "unit" not in about:
        return FineLevels(**about, counts={cell["level"]: cell["rows"] for cell in cells})
    if isinstance(reference, FineNumbers):
        edges = reference.edges
    else:
        edges = np.array([cell["edge"] for cell in cells if cell["edge"] is not None], dtype=np.float64)
    counts, sums = np.zeros(len(edges) + 1, np.int64), np.zeros(len(edges) + 1, np.int64)
    places = [cell["bin"] for cell in cells]
    counts[places] = [cell["rows"] for cell in cells]
    sums[places] = [cell["sum"] for cell in cells]
    return FineNumbers(**about, edges=edges, counts=counts, sums=sums)
