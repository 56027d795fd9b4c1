"""Does every accepted row reach the log once, wherever the process is killed?"""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from math import inf
from typing import TYPE_CHECKING, Final

import pytest

from trueup.adapters.predictions.delta import DeltaPredictionLog
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.adapters.spool.sqlite import SqliteSpool, read_waiting
from trueup.errors import Corrupted
from trueup.runtime.drain import Found, drain, find_waiting
from trueup.testing.contracts.prediction_log import SCHEMA, corrections, outcomes, predictions, shown, thumbs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

KILLS: Final = 5
LIFE: Final = """
import sys, threading
from pathlib import Path
from trueup.adapters.predictions.delta import DeltaPredictionLog
from trueup.adapters.spool.sqlite import SqliteSpool
from trueup.runtime.drain import drain
from trueup.testing.contracts.prediction_log import SCHEMA, outcomes, predictions

folder, life = Path(sys.argv[1]), sys.argv[2]
spool, log = SqliteSpool(folder / "spool.db"), DeltaPredictionLog(SCHEMA, folder / "log")

def move():
    with SqliteSpool(folder / "spool.db") as source:
        while True:
            drain(source, log, rows=5, flush=True)

threading.Thread(target=move, daemon=True).start()
for number in range(100_000):
    name = f"{life}-{number}"
    spool.put(predictions([(name, float(number))]), outcomes([(name, "yes", number + 1.0)]) if number % 2 else None)
    print(name, flush=True)
"""


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[SqliteSpool]:
    """An empty spool."""
    with SqliteSpool(tmp_path / "spool.db") as one:
        yield one


class Fragile(MemoryPredictionLog):
    """A log that takes a batch and then dies before it can say so."""

    def append(
        self,
        source: str,
        sequence: int,
        predictions: pa.Table | None,
        outcomes: pa.Table | None,
        corrections: pa.Table | None = None,
    ) -> None:
        """Take the batch, then fail."""
        super().append(source, sequence, predictions, outcomes, corrections)
        raise ConnectionError


def ids(log: MemoryPredictionLog | DeltaPredictionLog) -> list[str]:
    """All ids of the log, sorted."""
    return sorted(name for (name,) in shown(log.rows(-inf, inf, known_at=None), "_id"))


def test_what_was_put_is_read_in_order_until_deleted(spool: SqliteSpool) -> None:
    """The spool gives back what it was given, and never uses a number twice."""
    for name in "abc":
        spool.put(predictions([(name, 1.0)]), outcomes([(name, "yes", 2.0)]))
    assert [(one.sequence, shown(one.predictions, "_id")) for one in spool.read(1) if one.predictions] == [
        (2, [("b",)]),
        (3, [("c",)]),
    ]
    spool.delete(3)
    assert list(spool.read(0)) == []
    assert spool.put(None, outcomes([("d", "no", 2.0)])) == 4


def test_a_new_spool_is_a_new_source(tmp_path: Path) -> None:
    """A spool file that is lost and made anew does not continue the old one's numbers."""
    names = set()
    for _ in range(2):
        with SqliteSpool(tmp_path / "spool.db") as one:
            names.add(one.source)
        with SqliteSpool(tmp_path / "spool.db") as again:
            names.add(again.source)
        (tmp_path / "spool.db").unlink()
    assert len(names) == 2


def test_a_damaged_group_names_itself(spool: SqliteSpool) -> None:
    """Bytes that are no Arrow stream are an error that says where, not a lost row."""
    spool.put(predictions([("a", 1.0)]), None)
    spool._connection.execute("UPDATE waiting SET predictions = x'00112233'")
    with pytest.raises(Corrupted, match="group 1"):
        list(spool.read(0))


def test_small_groups_wait_for_company(spool: SqliteSpool) -> None:
    """A commit to the log holds at least so many rows, unless all is to be moved."""
    log = MemoryPredictionLog(SCHEMA)
    for number in range(7):
        spool.put(predictions([(f"{number}-{row}", float(number)) for row in range(2)]), None)
    first = drain(spool, log, rows=5)
    assert (first.predictions, first.commits, first.left) == (12, 2, 2)
    assert log.last(spool.source) == 6
    rest = drain(spool, log, rows=5, flush=True)
    assert (rest.predictions, rest.outcomes, rest.commits, rest.left) == (2, 0, 1, 0)
    assert len(ids(log)) == 14
    assert list(spool.read(0)) == []


def test_rows_that_come_too_late_are_counted(spool: SqliteSpool) -> None:
    """Rows of a window that was closed are moved like any other, and told."""
    log = MemoryPredictionLog(SCHEMA)
    spool.put(predictions([("a", 1.0), ("b", 2.0), ("c", 3.0)]), None)
    spool.put(None, outcomes([("a", "yes", 2.0)]))
    assert drain(spool, log, flush=True, between=(2.0, inf)).stamps.late == 1
    assert ids(log) == ["a", "b", "c"]


def test_what_waits_is_found_by_its_id(spool: SqliteSpool) -> None:
    """The first prediction and the latest outcome, before they are in the log; nothing once they are."""
    spool.put(predictions([("a", 1.0), ("b", 2.0)]), None)
    spool.put(predictions([("a", 3.0)]), outcomes([("a", "yes", 5.0), ("a", "no", 4.0)]))
    found = find_waiting(spool.read(0), "a")
    assert found.prediction is not None
    assert found.outcome is not None
    assert (found.prediction["_time"], found.outcome["_label"]) == (1.0, "yes")
    assert find_waiting(spool.read(0), "b").outcome is None
    drain(spool, MemoryPredictionLog(SCHEMA), flush=True)
    assert find_waiting(spool.read(0), "a") == Found(prediction=None, outcome=None)


def test_who_only_looks_leaves_nothing_behind(tmp_path: Path) -> None:
    """What waits can be read beside the process that puts it there, after it, and where nothing ever was."""
    path = tmp_path / "spool.db"
    assert list(read_waiting(path)) == []
    with SqliteSpool(path) as spool:
        spool.put(predictions([("a", 1.0)]), None)
        assert [one.sequence for one in read_waiting(path)] == [1]
    before = {one: one.stat().st_mtime_ns for one in tmp_path.iterdir()}
    assert [one.sequence for one in read_waiting(path)] == [1]
    assert {one: one.stat().st_mtime_ns for one in tmp_path.iterdir()} == before


def test_corrections_go_the_same_way(spool: SqliteSpool) -> None:
    """What was put beside rows, or alone, lies over them in the log."""
    log = MemoryPredictionLog(SCHEMA)
    spool.put(predictions([("a", 1.0)]), None, corrections([("a", {"age": 30.0}, 2.0)]))
    spool.put(None, None, corrections([("a", {"job": "baker"}, 3.0)]))
    drain(spool, log, flush=True)
    assert shown(log.rows(-inf, inf, known_at=None), "age", "job", "_corrected") == [(30.0, "baker", 3.0)]


def test_a_spool_of_an_older_trueup_is_read_and_goes_on(tmp_path: Path) -> None:
    """Its file had no room for corrections: whoever only looks can read it, and who opens it makes the room."""
    path = tmp_path / "spool.db"
    with SqliteSpool(path) as spool:
        spool.put(predictions([("a", 1.0)]), None)
    with closing(sqlite3.connect(path)) as base:
        base.execute("ALTER TABLE waiting DROP COLUMN corrections")
    assert [one.corrections for one in read_waiting(path)] == [None]
    with SqliteSpool(path) as spool:
        spool.put(None, None, corrections([("a", {}, 2.0)]))
        assert [one.corrections is None for one in spool.read(0)] == [True, False]


def test_a_crash_between_taking_and_forgetting_doubles_nothing(spool: SqliteSpool) -> None:
    """The log's own word counts on what it has; groups that came meanwhile are merged anew."""
    log = Fragile(SCHEMA)
    spool.put(predictions([("a", 1.0)]), outcomes([("a", "yes", 2.0)]))
    with pytest.raises(ConnectionError):
        drain(spool, log, flush=True)
    spool.put(predictions([("b", 1.0)]), None)
    with pytest.raises(ConnectionError):
        drain(spool, log, flush=True)
    assert ids(log) == ["a", "b"]
    assert (log.counts().doubled, log.counts().repeated) == (0, 0)
    assert drain(spool, log, flush=True).commits == 0


def test_kill_9_at_any_instant_loses_and_doubles_nothing(tmp_path: Path) -> None:
    """Every acknowledged row is in the lake once, with its outcome, after five lives that ended by SIGKILL."""
    chance = random.Random(20)
    acknowledged: list[str] = []
    for life in range(KILLS):
        child = subprocess.Popen(
            [sys.executable, "-c", LIFE, str(tmp_path), str(life)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        with child, child.stdout:
            acknowledged.append(child.stdout.readline().strip())
            time.sleep(chance.uniform(0.0, 0.6))
            child.send_signal(signal.SIGKILL)
            acknowledged += [
                line.strip() for line in child.stdout.read().splitlines(keepends=True) if line.endswith("\n")
            ]
    log = DeltaPredictionLog(SCHEMA, tmp_path / "log")
    with SqliteSpool(tmp_path / "spool.db") as spool:
        assert log.last(spool.source) > 0  # some of it was moved while the killing went on
        drain(spool, log, flush=True)
    found = ids(log)
    assert set(found) >= set(acknowledged)
    assert len(found) == len(set(found)) <= len(acknowledged) + KILLS  # at most one row a life was not yet acknowledged
    counts = log.counts()
    assert (counts.doubled, counts.repeated, counts.unknown) == (0, 0, 0)
    assert counts.outcomes == sum(int(name.rsplit("-", 1)[1]) % 2 for name in found)
    assert len(acknowledged) > 10 * KILLS


def test_groups_of_an_older_version_go_along(spool: SqliteSpool) -> None:
    """What an older version left to wait knows no thumbs, and is drained together with what does."""
    spool.put(predictions([("a", 1.0)]), outcomes([("a", "yes", 2.0)]).drop_columns(["_feedback"]))
    spool.put(None, thumbs([("a", False, 3.0)]))
    assert find_waiting(spool.read(0), "a").outcome is not None
    log = MemoryPredictionLog(SCHEMA)
    drain(spool, log, flush=True)
    assert shown(log.rows(0, 9, known_at=None), "_label", "_feedback") == [("yes", False)]
