"""How long does the core think about an event, and how large is the journal it leaves?"""

from __future__ import annotations

import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from bench.commands import BANK, bank_project
from bench.figure import Figure, median_of
from trueup.adapters.journal.sqlite import SqliteJournal
from trueup.assembly import backtest_house, text_hash
from trueup.loop.advance import advance
from trueup.loop.events import PolicyChanged
from trueup.loop.state import State
from trueup.runtime.backtest import Script, play
from trueup.runtime.codec import decode
from trueup.runtime.stream import read_stream
from trueup.sdk.backtest import plan
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from trueup.ports.journal import Entry

SMALL = 25_000  # rows of the small backtest
TIMES = 5  # replays


def advancing() -> Figure:
    """`advance` over the events of a small backtest, without the reading of them, in CPU time."""
    events = [decode(entry.payload).event for entry in _entries(SMALL)]
    raw = []
    for _ in range(TIMES):
        state, policy, spent = State(), None, 0.0
        for event in events:
            policy = event.policy if isinstance(event, PolicyChanged) else policy
            begun = time.process_time()
            state = advance(state, event, policy).state  # type: ignore[arg-type]  # CoreUpgraded reads no policy
            spent += time.process_time() - begun
        raw.append(1000 * spent / len(events))
    note = f"CPU, mean over {len(events)} events of {SMALL:,} bank rows; median of {TIMES} replays"
    return median_of(raw, what="advance, an event", target=1.0, unit="ms", note=note)


def journal() -> Figure:
    """The journal of the whole bank backtest, as the SQLite file of a live project."""
    entries = _entries(None)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "journal.db"
        kept = SqliteJournal(path)
        for place, entry in enumerate(entries):
            kept.append(place, entry.payload)
        size = sum(one.stat().st_size for one in Path(folder).iterdir()) / 1e6
    text = sum(len(entry.payload) for entry in entries) / 1e6
    note = f"{len(entries)} entries, {text:.1f} MB of text, in SQLite with its write-ahead log"
    return Figure(what="journal of a bank backtest", value=size, target=20.0, unit="MB", raw=(size,), note=note)


def _entries(rows: int | None) -> list[Entry]:
    """What a backtest of the first rows of bank writes down."""
    with tempfile.TemporaryDirectory() as folder:
        policy = replace(open_project(bank_project(Path(folder))).policy, mode="act")
        table, delay = pq.read_table(BANK), policy.feedback.label_delay or 0.0
        stream = read_stream(table, policy.schema, time="timestamp", delay=delay)
        _, _, until = plan(stream, policy, None)
        stream = read_stream(table.slice(0, rows), policy.schema, time="timestamp", delay=delay)
        house = backtest_house(Path(folder) / "scratch", policy, project=None)
        try:
            start = float(stream.times[0])
            house.driver.adopt(policy, text_hash=text_hash(repr(policy)), code_hash="", time=start)
            played = play(stream, house.driver, house.world, Script(history_until=until))
        finally:
            house.close()
        return list(played.driver.journal.read())
