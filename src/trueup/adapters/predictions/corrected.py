"""How do corrections lie over the rows that were asked?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.schema import Schema


def with_corrections(
    rows: pa.Table, corrections: pa.Table | None, schema: Schema, known_at: float | None
) -> tuple[pa.Table, pa.Array[Any]]:
    """The rows as they were corrected up to a moment, and when each was last; `corrections` as they were appended."""
    moments = np.full(rows.num_rows, np.nan)
    if corrections is not None and corrections.num_rows and rows.num_rows:
        named = pc.is_in(rows.column("_id"), corrections.column("_id").combine_chunks()).to_numpy()
        found = np.flatnonzero(np.asarray(named, dtype=bool))
        places = dict(zip(rows.column("_id").take(found).to_pylist(), found.tolist(), strict=True))
        changes: dict[str, dict[int, object]] = {}
        ours = corrections.filter(pc.is_in(corrections.column("_id"), pa.array(places, pa.string()))).to_pylist()
        for one in sorted(ours, key=lambda one: float(one["_known"])):
            if known_at is not None and one["_known"] > known_at:
                break
            place = places[one["_id"]]
            moments[place] = one["_known"]
            for name in one["_fixed"]:
                changes.setdefault(name, {})[place] = one[name]
        rows = _laid_over(rows, {name: its for name, its in changes.items() if name in schema.names})
    return rows, pa.array(moments, mask=np.isnan(moments))


def _laid_over(rows: pa.Table, changes: Mapping[str, Mapping[int, object]]) -> pa.Table:
    """The rows with some values in the place of others."""
    for name, values in changes.items():
        at = rows.column_names.index(name)
        field = rows.schema.field(name)
        mask = np.zeros(rows.num_rows, dtype=bool)
        mask[list(values)] = True
        new = pa.array([values[place] for place in sorted(values)], field.type)
        old = pa.concat_arrays(rows.column(name).chunks)
        rows = rows.set_column(at, field, pc.replace_with_mask(old, pa.array(mask), new))
    return rows
