"""Two tables of one world a year apart: 100,000 x 50 and 1,000,000 x 50, as Parquet that anybody could have written.

Four fifths of the columns are numbers of eight shapes (one in four of some shapes moved a little, one in five with
holes), the rest are texts of 5 to 200 levels (one in three moved, one with a new level).
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from trueup.stats.arrays import Floats

PART = 500_000  # rows made at once
ROW_GROUP = 131_072
MOVES = (0.05, 0.2, 0.5)
LEVELS = (5, 8, 12, 20, 30, 50, 80, 100, 150, 200)


def shape(kind: int, rng: np.random.Generator, rows: int) -> Floats:
    """Numbers of one of eight shapes."""
    match kind:
        case 0:
            return rng.normal(size=rows)
        case 1:
            return rng.lognormal(size=rows)
        case 2:
            return rng.random(rows) * 100
        case 3:
            return rng.gamma(2.0, 3.0, size=rows)
        case 4:
            return 50 + 10 * rng.standard_t(3, size=rows)
        case 5:
            return np.where(rng.random(rows) < 0.3, rng.normal(4, 0.5, size=rows), rng.normal(size=rows))
        case 6:
            return rng.poisson(7.0, size=rows).astype(float)
        case _:
            return np.where(rng.random(rows) < 0.4, 0.0, rng.exponential(20.0, size=rows))


def number(place: int, rng: np.random.Generator, rows: int, *, later: bool) -> pa.Array:
    """One column of numbers."""
    values = shape(place % 8, rng, rows)
    if later and place % 4 == 1:
        values = values * (1 + MOVES[place // 4 % 3])
    holes = 0.0 if place % 5 != 2 else 0.01 * (1 + place % 7) * (3 if later and place % 10 == 2 else 1)
    return pa.array(values, mask=rng.random(rows) < holes) if holes else pa.array(values)


def level(place: int, rng: np.random.Generator, rows: int, *, later: bool) -> pa.Array:
    """One column of texts."""
    shares = np.random.default_rng(place).dirichlet(np.ones(LEVELS[place % len(LEVELS)]))
    names = [f"kind {place} level {number:03d}" for number in range(len(shares))]
    if later and place % 3 == 0:
        shares = np.append(0.95 * shares, 0.05)
        names.append("new" if place % 6 == 0 else names[0])
    codes = rng.choice(len(names), size=rows, p=shares / shares.sum()).astype(np.int32)
    coded = pa.array(codes, mask=rng.random(rows) < 0.02) if place % 4 == 1 else pa.array(codes)
    return pa.array(names).take(coded)


def write(path: Path, rows: int, numbers: int, levels: int, *, later: bool) -> None:
    """A file of such columns."""
    rng = np.random.default_rng([rows, numbers, later])
    unfinished = path.with_suffix(".part")
    writer = None
    for start in range(0, rows, PART):
        part = min(PART, rows - start)
        columns = {f"number_{place:02d}": number(place, rng, part, later=later) for place in range(numbers)}
        columns |= {f"level_{place:02d}": level(place, rng, part, later=later) for place in range(levels)}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(unfinished, table.schema)
        writer.write_table(table, row_group_size=ROW_GROUP)
    if writer is not None:
        writer.close()
    unfinished.rename(path)


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:5]), later=sys.argv[5] == "later")
