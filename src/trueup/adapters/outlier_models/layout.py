"""An outlier model as Parquet, the same bytes for the same model; any tool can read it.

One row an array: whose it is, what it is, its shape and its values. All else is in the file's metadata, as JSON.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from trueup.profiling.outliers.model import OutlierModel
from trueup.profiling.outliers.scores import LevelScores, NumberScores

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trueup.profiling.outliers.scores import ColumnScores

    Numbers = NDArray[np.float64]

ABOUT: Final = b"trueup.outliers"
SCHEMA: Final = pa.schema(
    [
        pa.field("column", pa.string()),  # empty: an array of the method
        pa.field("name", pa.string()),
        pa.field("shape", pa.list_(pa.int64())),
        pa.field("values", pa.list_(pa.float64())),
    ]
)


def encoded(model: OutlierModel) -> bytes:
    """The bytes of a model."""
    arrays: list[tuple[str, str, NDArray[Any]]] = [("", name, values) for name, values in sorted(model.parts.items())]
    for one in model.columns:
        arrays.append((one.name, "scores", one.scores))
        if isinstance(one, NumberScores):
            arrays.append((one.name, "steps", one.steps))
    about = {
        "edges_id": model.edges_id,
        "method": model.method,
        "rows": model.rows,
        "limit": model.limit,
        "columns": [_about(one) for one in model.columns],
    }
    text = json.dumps(about, ensure_ascii=True, separators=(",", ":"), sort_keys=True)
    table = pa.table(
        {
            "column": [column for column, _, _ in arrays],
            "name": [name for _, name, _ in arrays],
            "shape": [list(values.shape) for _, _, values in arrays],
            "values": [values.ravel().astype(np.float64).tolist() for _, _, values in arrays],
        },
        schema=SCHEMA.with_metadata({ABOUT: text.encode()}),
    )
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", write_statistics=False)
    return sink.getvalue().to_pybytes()


def decoded(content: bytes) -> OutlierModel:
    """The model of these bytes."""
    table = pq.read_table(pa.BufferReader(content), use_threads=False)
    about = json.loads((table.schema.metadata or {})[ABOUT])
    found: dict[tuple[str, str], Numbers] = {
        (row["column"], row["name"]): np.array(row["values"], dtype=np.float64).reshape(row["shape"])
        for row in table.to_pylist()
    }
    return OutlierModel(
        edges_id=about["edges_id"],
        method=about["method"],
        rows=about["rows"],
        columns=tuple(_column(one, found) for one in about["columns"]),
        limit=about["limit"],
        parts={part: values.astype(np.float32) for (column, part), values in found.items() if not column},
    )


def _about(column: ColumnScores) -> dict[str, Any]:
    return {"name": column.name, **({"centre": column.centre} if isinstance(column, NumberScores) else {})}


def _column(about: dict[str, Any], found: dict[tuple[str, str], Numbers]) -> ColumnScores:
    name = about["name"]
    scores = found[name, "scores"]
    if "centre" not in about:
        return LevelScores(name=name, scores=scores)
    steps = found[name, "steps"].astype(np.int64)
    return NumberScores(name=name, centre=about["centre"], steps=steps, scores=scores)
