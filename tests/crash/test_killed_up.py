"""Killed at any moment: nothing accepted is lost, and the decisions are those of a run that was not killed."""

from __future__ import annotations

import os
import random
import signal
import threading
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from trueup.assembly import open_log
from trueup.demo.compare import same_decisions
from trueup.demo.play import Server, stream_ticks
from trueup.demo.rows import Rows
from trueup.demo.stage import Stage, set_stage
from trueup.errors import TrueupError
from trueup.runtime.stream import Stream
from trueup.sdk.backtest import Extras, run

if TYPE_CHECKING:
    from pathlib import Path

KILLS = int(os.environ.get("TRUEUP_TEST_KILLS", "3"))  # 20 in the long run by hand
ROWS = 14_500  # of the bank's stream: the first ten weeks


def test_a_killed_server_loses_nothing_and_decides_the_same(tmp_path: Path) -> None:
    """Kill -9 at random instants: every accepted row is in the lake once, and the decisions are those of the file."""
    stage = _short(set_stage(tmp_path))
    accepted = _play_with_kills(stage, random.Random(11))
    expected = run(
        stage.stream,
        stage.policy,
        stage.project.home,
        Extras(project=stage.project.settings.folder, history_until=stage.until),
    )

    decided = stage.project.decisions(limit=100_000)[::-1]
    assert same_decisions(decided, expected.json()["decisions"]) == []
    assert any(one["kind"] == "promote" for one in decided)
    stored = open_log(stage.project.home, stage.policy).rows(-np.inf, np.inf, known_at=None).column("_id").to_pylist()
    assert len(stored) == len(set(stored)) == stage.stream.rows
    assert accepted <= set(stored)
    assert stage.project.audit()["equal"]


def _short(stage: Stage) -> Stage:
    """The same world, but only its first weeks, and nobody planting anything."""
    stream = stage.stream
    count = ROWS
    first = Stream(
        ids=stream.ids.slice(0, count),
        times=stream.times[:count],
        features=stream.features.slice(0, count),
        labels=stream.labels.slice(0, count),
        known=stream.known[:count],
    )
    return replace(stage, stream=first, wishes=())


def _play_with_kills(stage: Stage, chance: random.Random) -> set[str]:
    """Send everything, start the server anew whenever it is gone, and send the tick again."""
    accepted: set[str] = set()
    server = Server(stage)
    over = threading.Event()
    killer = threading.Thread(target=_kill_now_and_then, args=(server, chance, over), daemon=True)
    killer.start()
    try:
        since = stage.until
        for now in stream_ticks(stage):
            _tick(server, stage, accepted, since, now)
            since = now
    finally:
        over.set()
        killer.join()
        server.stop()
    assert server.starts > KILLS
    return accepted


def _tick(server: Server, stage: Stage, accepted: set[str], since: float, now: float) -> None:
    """One tick until it is through; rows and outcomes are safe to repeat."""
    for _ in range(20):
        try:
            client = server.client()
            rows = Rows(stage.stream, stage.until)
            for chunk in rows.asked(since, now, 50):
                client.predict_many(chunk.features, ids=chunk.ids, entities=chunk.ids, times=chunk.times)
                accepted.update(chunk.ids)
            rows.skip(since)
            for found in rows.known(now, 500):
                client.outcomes(found)
            client.clock(now)
        except TrueupError:
            with suppress(TrueupError):  # killed again while it started
                server.start_again()
        else:
            return
    pytest.fail("the server did not survive twenty starts of one tick")


def _kill_now_and_then(server: Server, chance: random.Random, over: threading.Event) -> None:
    """Kill the server so many times, after random spells of life."""
    for _ in range(KILLS):
        if over.wait(chance.uniform(0.3, 4.0)):
            return
        starts = server.starts
        server.kill(signal.SIGKILL)
        while server.starts == starts and not over.wait(0.02):
            pass
