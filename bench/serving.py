"""How long does a durable answer take, over HTTP, from a client on the same machine?"""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from bench.commands import BANK, bank_project
from bench.figure import Figure, median_of
from trueup import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

REQUESTS = 500
WARM_UP = 20
TOKEN = "bench"  # noqa: S105 - opens a server that lives as long as the measurement


def answering() -> Figure:
    """One row a request, one request after the other; the row is on the disk when the answer leaves."""
    rows = pq.read_table(BANK).drop_columns(["timestamp", "subscribed"]).slice(0, REQUESTS + WARM_UP).to_pylist()
    with tempfile.TemporaryDirectory() as folder, _gateway(Path(folder)) as client:
        raw = []
        for row in rows:
            begun = time.perf_counter()
            client.predict(row)
            raw.append(1000 * (time.perf_counter() - begun))
    raw = raw[WARM_UP:]
    late = statistics.quantiles(raw, n=100)[98]
    note = f"median of {REQUESTS} single rows by trueup.Client, {WARM_UP} to warm up; 99 % within {late:.1f} ms"
    return median_of(raw, what="durable answer over HTTP", target=5.0, unit="ms", note=note)


@contextmanager
def _gateway(folder: Path) -> Iterator[Client]:
    """`trueup up` on the bank rows, stopped at the end."""
    command = [sys.executable, "-m", "trueup", "up", "--port", "0", "--project", str(bank_project(folder))]
    environment = {**os.environ, "TRUEUP_TOKEN": TOKEN}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        with Client(_address(process), "bank", TOKEN) as client:
            while not client.health():
                time.sleep(0.05)
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=60)


def _address(process: subprocess.Popen[str]) -> str:
    """Where it says that it listens."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(r"http://[^/]+", line)
        if found:
            return found[0]
    raise RuntimeError(f"trueup up ended with code {process.wait()} before it listened")
