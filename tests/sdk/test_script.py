"""Can a plain script play a backtest?"""

from __future__ import annotations

import subprocess
import sys
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
SCRIPT = """\
import trueup
print("once")
run = trueup.open("trueup.yaml").backtest("rows.parquet")
print(run.summary)
"""


def test_the_three_lines_of_the_readme_run_as_a_script_without_a_guard(tmp_path: Path) -> None:
    """The script runs once, although parts of the backtest run in processes of their own."""
    dice = np.random.default_rng(3)
    x = dice.normal(size=2000)
    bought = (x + dice.normal(size=2000) > 0).astype(int)
    columns = {"order": pa.array(np.arange(2000)), "x": pa.array(x), "bought": pa.array(bought)}
    pq.write_table(pa.table(columns), tmp_path / "rows.parquet")
    (tmp_path / "trueup.yaml").write_text(FILE, encoding="utf-8")
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")

    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("once") == 1
    assert "8 windows" in done.stdout
