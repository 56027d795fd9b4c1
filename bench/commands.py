"""How long does a command take, as a process of its own, imports and all?"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.figure import Figure, median_of

ROOT = Path(__file__).resolve().parents[1]
BANK = ROOT / "src" / "trueup" / "data" / "bank_marketing.parquet"
STARTS = 9
DRIFTS = 5


def help_start() -> Figure:
    """`trueup --help`."""
    raw = [_seconds("--help") for _ in range(STARTS)]
    note = f"median of {STARTS} processes"
    return median_of(raw, what="trueup --help", target=0.3, unit="s", note=note)


def drift() -> Figure:
    """`trueup drift` on two files of 45,211 rows, the second with one column in another unit."""
    with tempfile.TemporaryDirectory() as folder:
        after = Path(folder) / "after.parquet"
        table = pq.read_table(BANK)
        balance = pa.array(table.column("balance").to_numpy() * np.int64(1000))
        pq.write_table(table.set_column(table.schema.get_field_index("balance"), "balance", balance), after)
        raw = [_seconds("drift", str(BANK), str(after)) for _ in range(DRIFTS)]
    note = f"two files of {table.num_rows:,} rows, {table.num_columns} columns; median of {DRIFTS} processes"
    return median_of(raw, what="trueup drift", target=1.5, unit="s", note=note)


def backtest() -> Figure:
    """`trueup backtest` of the bank example, baselines and report included."""
    with tempfile.TemporaryDirectory() as folder:
        project = bank_project(Path(folder))
        begun, before = time.perf_counter(), _cpu()
        done = _run("backtest", "--json", "--project", str(project))
        spent, worked = time.perf_counter() - begun, _cpu() - before
    told = json.loads(done)
    work = f"{told['windows']} windows, {told['trainings']} trainings, {told['fits']} fits"
    note = f"{work}, baselines and report; {worked:.0f} s of CPU in three processes"
    return Figure(what="trueup backtest (bank)", value=spent, target=60.0, unit="s", raw=(spent,), note=note)


def bank_project(folder: Path) -> Path:
    """A copy of the bank example, so that the example's folder stays as it is."""
    text = (ROOT / "examples" / "bank" / "trueup.yaml").read_text(encoding="utf-8")
    copy = folder / "trueup.yaml"
    copy.write_text(text.replace("../../src/trueup/data/bank_marketing.parquet", str(BANK)), encoding="utf-8")
    return copy


def _cpu() -> float:
    """CPU seconds of all processes that were started here and have ended."""
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent.ru_utime + spent.ru_stime


def _seconds(*words: str) -> float:
    """Wall time of one process."""
    begun = time.perf_counter()
    _run(*words)
    return time.perf_counter() - begun


def _run(*words: str) -> str:
    """What the command printed; a command that fails has no figure."""
    command = [sys.executable, "-m", "trueup", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout
