"""A small project to break: 1,200 rows by order number, windows of 100 rows, a label that follows one column."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from typer.testing import CliRunner

from trueup import Client
from trueup.cli.app import app

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from typer.testing import Result

ROWS: Final = 1200
TOKEN: Final = "the right one"
YAML: Final = """\
trueup: 1
model: toy
data: rows.parquet
time: order
label: y
metric: roc_auc
window: 100 rows
min_rows: 50
mode: act
decide:
  triggers:
    - slo: {at_least: 0.01, for: 2 windows}
  hold: {min_labels: 50}
"""


def table(**columns: Sequence[object] | pa.Array[Any]) -> pa.Table:
    """The rows, with some columns replaced or added."""
    dice = np.random.default_rng(5)
    x = dice.normal(size=ROWS)
    plain: dict[str, Any] = {
        "order": np.arange(ROWS),
        "x": x,
        "kind": dice.choice(list("abc"), ROWS),
        "y": (dice.random(ROWS) < 1 / (1 + np.exp(-2 * x))).astype(int),
    }
    return pa.table({**plain, **columns})


def values(name: str) -> list[Any]:
    """One column of the plain rows, to be spoilt."""
    return table().column(name).to_pylist()


def spoilt(name: str, row: int, value: object) -> list[Any]:
    """One column with another value in one row, counted from 1."""
    column = values(name)
    column[row - 1] = value
    return column


def project(folder: Path, rows: pa.Table | None = None, *, yaml: str = YAML) -> Path:
    """A project folder with these rows."""
    folder.mkdir(exist_ok=True)
    pq.write_table(table() if rows is None else rows, folder / "rows.parquet")
    (folder / "trueup.yaml").write_text(yaml, encoding="utf-8")
    return folder


def run(*words: str | Path) -> Result:
    """What the command line answers."""
    return CliRunner().invoke(app, [str(word) for word in words])


def refused(*words: str | Path) -> str:
    """The sentence of a command that must end with exit code 2, without a traceback or an answer."""
    answer = run(*words)
    assert answer.exit_code == 2, answer.stderr
    assert "Traceback" not in answer.output
    assert answer.stdout == ""
    return answer.stderr


@contextmanager
def served(folder: Path) -> Iterator[Client]:
    """`trueup up --simulate` in a process of its own, on a free port, stopped by Ctrl-C at the end."""
    command = [sys.executable, "-m", "trueup", "up", "--simulate", "--port", "0", "--project", str(folder)]
    environment = {**os.environ, "TRUEUP_TOKEN": TOKEN}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    try:
        with Client(_address(process), "toy", TOKEN) as client:
            end = time.monotonic() + 60
            while not client.health() and time.monotonic() < end:
                time.sleep(0.05)
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        last, _ = process.communicate(timeout=30)
        assert process.returncode == 0, last
        assert "stopped; nothing accepted is lost" in last
        assert "Traceback" not in last, last


def _address(process: subprocess.Popen[str]) -> str:
    """Where the gateway says that it listens."""
    assert process.stdout is not None
    heard = []
    for line in process.stdout:
        heard.append(line)
        found = re.search(r"http://[^/]+", line)
        if found:
            return found[0]
    raise AssertionError("".join(heard))
