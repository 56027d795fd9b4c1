"""Does every window get a fine profile beside the champion's own rows, and does an alert tell old and new from it?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest

from runtime.remembered import logged, trained_on
from trueup.adapters.fine_profiles.folder import FolderFineProfiles
from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.loop.schema import Column, Schema
from trueup.loop.state import State
from trueup.runtime.explain_drift import drift_evidence
from trueup.runtime.fine import FineTier

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.fine_profiles import FineProfiles

COLUMNS: Final = (Column(name="amount", kind="numeric"), Column(name="plan", kind="categorical"))
SCHEMA: Final = Schema(task="binary", label="y", features=COLUMNS, classes=("0", "1"))
DAYS: Final = 10  # of history, 200 rows each


def rows(first: float, *, shift: float = 0.0, gold: float = 0.3, sms: int = 0) -> pa.Table:
    """One day's rows, moved as told."""
    rng = np.random.default_rng(int(first))
    plans = np.where(rng.random(200) < gold, "gold", "basic").tolist()
    plans[:sms] = ["sms"] * sms
    return pa.table(
        {
            "_id": [f"{first:.0f}-{number}" for number in range(200)],
            "_time": pa.array(first + np.arange(200) / 200),
            "amount": pa.array(rng.normal(100 + 20 * shift, 20, size=200)),
            "plan": pa.array(plans),
        }
    )


@pytest.fixture(scope="module")
def log() -> MemoryPredictionLog:
    """A log of the history."""
    return logged([rows(float(day)) for day in range(DAYS)], SCHEMA)


@pytest.fixture
def state() -> State:
    """A state whose champion was trained on the history."""
    return trained_on([rows(float(day)) for day in range(DAYS)], SCHEMA)


def test_a_window_is_counted_beside_the_champions_own_rows(log: MemoryPredictionLog, state: State) -> None:
    """The file of a window leads to the file of its reference, which holds all rows of the champion's windows."""
    store = MemoryFineProfiles()
    kept = store.read(FineTier(log, store).keep(rows(10.0), state, 11.0))
    assert (kept.rows, store.read(kept.reference).rows) == (200, 200 * DAYS)


def test_after_a_restart_the_reference_is_the_recorded_one(
    log: MemoryPredictionLog, state: State, tmp_path: Path
) -> None:
    """Another process goes on beside the same reference, though other rows are in the log by then."""
    first = FineTier(log, FolderFineProfiles(tmp_path)).keep(rows(10.0), state, 11.0)
    later = State(watch=state.watch, fine=first)
    store = FolderFineProfiles(tmp_path)
    second = FineTier(MemoryPredictionLog(SCHEMA), store).keep(rows(11.0), later, 12.0)
    assert store.read(second).reference == store.read(first).reference
    assert (store.read(first) + store.read(second)).rows == 400


def test_from_a_folder_and_in_memory_the_hash_is_the_same(
    log: MemoryPredictionLog, state: State, tmp_path: Path
) -> None:
    """What a backtest records of a window, a live run records too."""
    stores: list[FineProfiles] = [MemoryFineProfiles(), FolderFineProfiles(tmp_path)]
    assert len({FineTier(log, store).keep(rows(10.0), state, 11.0) for store in stores}) == 1


def test_without_a_reference_nothing_is_kept(state: State) -> None:
    """Before the first version, or when its rows are gone, there is no hash instead of a wrong one."""
    empty = MemoryPredictionLog(SCHEMA)
    assert FineTier(empty, MemoryFineProfiles()).keep(rows(10.0), State(), 11.0) == ""
    assert FineTier(empty, MemoryFineProfiles()).keep(rows(10.0), state, 11.0) == ""


def test_an_alert_tells_the_old_and_the_new_quantiles(log: MemoryPredictionLog, state: State) -> None:
    """Both sides, where they are furthest apart, and two distances."""
    store = MemoryFineProfiles()
    name = FineTier(log, store).keep(rows(10.0, shift=1.0), state, 11.0)
    quantiles, apart, distances = drift_evidence(name, "amount", store)
    assert quantiles.startswith("2,000 rows of the champion's own -> 200 of this window: 10 % ")
    median = quantiles.split("median ")[1].split(" · ")[0]
    old, new = (float(value) for value in median.split(" -> "))
    assert (abs(old - 100) < 2, abs(new - 120) < 5) == (True, True)
    assert "of rows are at or below it" in apart
    assert distances.startswith("Kolmogorov-Smirnov 0.4")


def test_an_alert_tells_the_levels_that_moved(log: MemoryPredictionLog, state: State) -> None:
    """Levels that are new here have a name too, once 20 rows had them."""
    store = MemoryFineProfiles()
    name = FineTier(log, store).keep(rows(10.0, sms=60), state, 11.0)
    (line,) = drift_evidence(name, "plan", store)
    assert '"sms" 0 % -> 30 %' in line
    few = FineTier(log, store).keep(rows(10.0, sms=19), state, 11.0)
    assert "sms" not in "".join(drift_evidence(few, "plan", store))


def test_an_alert_without_a_file_says_so() -> None:
    """Nothing was kept: no line; what was kept is gone: a line that says where it should be."""
    assert drift_evidence("", "amount", MemoryFineProfiles()) == []
    (line,) = drift_evidence("f" * 64, "amount", MemoryFineProfiles())
    assert line.startswith("old and new values cannot be told: there is no fine profile 'ffffffffffff'")
