"""Killed at any moment: nothing accepted is lost, and the decisions are those of a run that was not killed."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
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
PATIENCE = 120.0  # seconds for a new start
ROWS = 14_500  # of the bank's stream: the first ten weeks


def test_a_killed_server_loses_nothing_and_decides_the_same(tmp_path: Path) -> None:
    """Kill -9 at random instants: every accepted row is in the lake once, and the decisions are those of the file."""
    stage = _short(set_stage(tmp_path))
    accepted = _play_with_kills(stage, random.Random(11))
    expected = run(
        stage.stream,
        stage.policy,
        stage.project.home / "backtest.html",
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
    ticks = stream_ticks(stage)
    doomed = set(chance.sample(range(len(ticks) // 2), KILLS))  # the kill may come some ticks later
    server, killer = Server(stage), Killer(chance)
    since = stage.until
    try:
        for place, now in enumerate(ticks):
            if place in doomed:
                killer.aim(server)
            _tick(server, stage, accepted, since, now)
            since = now
    finally:
        killer.rest()
        server.stop()
    assert server.starts == killer.killed + 1 == KILLS + 1
    return accepted


class Killer:
    """Kills the server after a random spell: at work, between two ticks, while a model is fitted, while it starts."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._aimed: list[threading.Timer] = []
        self._one_at_a_time = threading.Lock()
        self._dead = 0  # process that was killed last
        self.killed = 0

    def aim(self, server: Server) -> None:
        """Kill it in a moment."""
        spell = self._chance.uniform(0, self._chance.choice((0.1, 0.6, 3.0)))
        timer = threading.Timer(spell, self._kill, (server,))
        self._aimed.append(timer)
        timer.start()

    def rest(self) -> None:
        """Wait until every kill is done."""
        for timer in self._aimed:
            timer.join()

    def _kill(self, server: Server) -> None:
        with self._one_at_a_time:
            end = time.monotonic() + PATIENCE
            while server.pid == self._dead and time.monotonic() < end:
                time.sleep(0.02)  # the one killed before has not been started again yet
            self._dead = server.pid
            server.kill(signal.SIGKILL)
            self.killed += 1


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
