"""Is a silence noticed from the log, once, and is the log left alone while rows may still be due?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pyarrow as pa
import pytest

from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.loop.monitor.pace import Pace, Waits
from trueup.loop.schema import Column, Schema
from trueup.loop.state import State
from trueup.loop.window import Window
from trueup.runtime.silence import Silence, waits_of

SCHEMA: Final = Schema(task="binary", label="y", features=(Column(name="x", kind="numeric"),), classes=("0", "1"))
STATE: Final = State(pace=Pace(last=1000.0, typical=(10.0,) * 3, longest=(50.0,) * 3))


class Counting(MemoryPredictionLog):
    """A log that counts how often it is asked."""

    asked = 0

    def rows(self, start: float, end: float, *, known_at: float | None) -> pa.Table:
        """As ever."""
        self.asked += 1
        return super().rows(start, end, known_at=known_at)


@pytest.fixture
def log() -> Counting:
    """A log whose last row came at 1090."""
    found = Counting(SCHEMA)
    found.append("a", 1, table(1000.0, 1040.0, 1090.0), None)
    return found


def table(*times: float) -> pa.Table:
    """Rows at these moments."""
    return pa.table({"_id": [f"r{time}" for time in times], "_time": list(times), "x": [1.0] * len(times)})


def test_the_waits_of_a_window_are_those_between_its_rows() -> None:
    """The middle one and the longest one; a single row waits for nobody."""
    assert waits_of(table(0.0, 10.0, 40.0, 50.0)) == Waits(since=0.0, end=50.0, typical=10.0, longest=30.0)
    assert waits_of(table(0.0)) is None


def test_a_silence_is_noticed_when_it_is_twice_the_longest_wait(log: Counting) -> None:
    """Counted from the last row in the log, whatever the last closed window had."""
    silence = Silence(log)
    assert silence.noticed(STATE, 1150.0) is None
    assert silence.noticed(STATE, 1190.0) is None
    found = silence.noticed(STATE, 1191.0)
    assert found is not None
    assert (found.since, found.usual, found.longest) == (1090.0, 10.0, 50.0)
    told = replace(STATE, heard=(("silence", 1090.0),))
    assert silence.noticed(told, 5000.0) is None
    log.append("a", 2, table(6000.0), None)
    assert silence.noticed(told, 6001.0) is None
    again = silence.noticed(told, 6101.0)
    assert again is not None
    assert again.since == 6000.0


def test_while_rows_may_be_due_the_log_is_not_asked(log: Counting) -> None:
    """A look costs nothing while the last known row is recent, or nothing is usual yet."""
    silence = Silence(log)
    assert silence.noticed(State(), 1e9) is None
    assert silence.noticed(STATE, 1100.0) is None
    assert log.asked == 0


def test_the_end_of_a_file_is_no_silence(log: Counting) -> None:
    """A backtest goes on until the last label is in; a wait before its last row is told all the same."""
    silence = Silence(log)
    silence.until = 1090.0
    assert silence.noticed(STATE, 5000.0) is None
    silence.until = 9000.0
    assert silence.noticed(STATE, 5000.0) is not None


def test_a_window_that_waits_for_rows_is_noticed(log: Counting) -> None:
    """Three times as long as the longest before it, with a few rows in it; without any it is a silence."""
    windows = tuple(Window(number=n, start=300.0 + 200 * n, end=500.0 + 200 * n, name=f"#{n}") for n in range(1, 4))
    state = replace(STATE, windows=windows, pace=replace(STATE.pace, last=1080.0))
    silence = Silence(log)
    log.append("a", 2, table(1200.0, 1300.0), None)
    assert silence.held_open(state, 1700.0) is None
    found = silence.held_open(state, 1701.0)
    assert found is not None
    assert (found.since, found.usual, found.rows) == (1100.0, 200.0, 2)
    assert silence.held_open(replace(state, heard=(("open", 1100.0),)), 1701.0) is None
    assert Silence(Counting(SCHEMA)).held_open(state, 1701.0) is None
    assert silence.held_open(replace(state, windows=windows[:2]), 9000.0) is None
