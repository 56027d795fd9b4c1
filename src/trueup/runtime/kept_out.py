"""Which rows of the log were answered, and which of those must not train?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from trueup.profiling.rules import count_rules

if TYPE_CHECKING:
    import pyarrow as pa

    from trueup.loop.policy import Rule


def without_broken(rows: pa.Table, rules: tuple[Rule, ...]) -> pa.Table:
    """The rows but the answers that break one of these rules and were not corrected, or confirmed, since."""
    if not rules:
        return rows
    asked = answered(rows) & ~rows.column("_corrected").is_valid().to_numpy()
    if not asked.any():
        return rows
    table = rows.filter(asked)
    flat = np.asarray(pc.list_flatten(table.column("_score")).to_numpy(), dtype=np.float64)
    scores = flat if len(flat) == table.num_rows else flat.reshape(table.num_rows, -1)
    out = np.zeros(rows.num_rows, dtype=bool)
    out[asked] = count_rules(table, rules, scores)[1]
    return rows.filter(~out)


def answered(rows: pa.Table) -> np.ndarray:
    """Which rows have a score."""
    return np.asarray(~flags(rows, "_error") & rows.column("_score").is_valid().to_numpy(), dtype=bool)


def flags(rows: pa.Table, name: str) -> np.ndarray:
    """A column of truths, nulls as false."""
    return np.array([bool(one) for one in rows.column(name).to_pylist()], dtype=bool)
