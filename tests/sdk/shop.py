"""The smallest project that trains."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

FILE = """\
trueup: 1
model: shop
data: rows.parquet
time: order
label: bought
metric: roc_auc
window: 200 rows
"""


def open_shop(folder: Path, *, rows: int) -> None:
    """A project file and rows in which `x` tells what is bought."""
    dice = np.random.default_rng(3)
    x = dice.normal(size=rows)
    bought = (x + dice.normal(size=rows) > 0).astype(int)
    columns = {"order": pa.array(np.arange(rows)), "x": pa.array(x), "bought": pa.array(bought)}
    pq.write_table(pa.table(columns), folder / "rows.parquet")
    (folder / "trueup.yaml").write_text(FILE, encoding="utf-8")
