"""Is what the gateway acknowledged still there when its process is killed, and how fast is it then?"""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from math import inf
from pathlib import Path
from typing import Final

from gateway.toy import ROW, TOKEN
from trueup.adapters.predictions.delta import DeltaPredictionLog
from trueup.adapters.spool.sqlite import SqliteSpool
from trueup.errors import TrueupError
from trueup.runtime.drain import drain
from trueup.sdk.client import Client
from trueup.testing.contracts.prediction_log import SCHEMA, shown

KILLS: Final = 3
CALLERS: Final = 4


def call_until_it_dies(url: str, caller: str, acknowledged: list[str]) -> None:
    """Ask without a pause, and remember the ids that were answered."""
    with Client(url, model="bank", token=TOKEN) as bank:
        for number in range(100_000):
            try:
                acknowledged.append(bank.predict(ROW, id=f"{caller}-{number}").id)
            except TrueupError:
                return


def test_kill_9_loses_no_acknowledged_prediction(tmp_path: Path) -> None:
    """Four callers, three lives that end by SIGKILL: every answered row is in the lake once."""
    chance, acknowledged = random.Random(9), list[str]()
    script = str(Path(__file__).with_name("toy.py"))
    for life in range(KILLS):
        child = subprocess.Popen([sys.executable, script, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        with child, child.stdout:
            url = child.stdout.readline().strip()
            callers = [
                threading.Thread(target=call_until_it_dies, args=(url, f"{life}-{caller}", acknowledged))
                for caller in range(CALLERS)
            ]
            for one in callers:
                one.start()
            enough = len(acknowledged) + chance.randint(CALLERS, 60)
            while len(acknowledged) < enough and any(one.is_alive() for one in callers):
                time.sleep(chance.uniform(0.001, 0.005))
            child.send_signal(signal.SIGKILL)
            for one in callers:
                one.join()
    log = DeltaPredictionLog(SCHEMA, tmp_path / "log")
    with SqliteSpool(tmp_path / "spool.db") as spool:
        drain(spool, log, flush=True)
    found = [name for (name,) in shown(log.rows(-inf, inf, known_at=None), "_id")]
    assert set(acknowledged) <= set(found)
    assert len(found) <= len(acknowledged) + KILLS * CALLERS
    assert log.counts().doubled == 0
    assert len(acknowledged) > KILLS * CALLERS
