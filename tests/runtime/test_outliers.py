"""Do far rows lead through the whole loop: counted beside the champion's own rows, and acted on when they last?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from runtime.remembered import logged, trained_on
from trueup.adapters.outlier_models.folder import FolderOutlierModels
from trueup.adapters.outlier_models.memory import MemoryOutlierModels
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.assembly import backtest_house
from trueup.loop.actions import Notify, Train
from trueup.loop.events import WindowClosed
from trueup.loop.monitor.outliers import Outskirts
from trueup.loop.policy import DecidePolicy, Hold, Scope, TrainPolicy, Trigger
from trueup.loop.schema import Column, Schema
from trueup.loop.state import State
from trueup.runtime import codec
from trueup.runtime.backtest import Script, play
from trueup.runtime.explain import Sources, explain
from trueup.runtime.features import infer_schema
from trueup.runtime.outliers import OutlierTier
from trueup.runtime.story import Chronicle
from trueup.runtime.stream import read_stream
from trueup.sdk.backtest import plain_policy

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.assembly import House
    from trueup.loop.policy import Policy

COLUMNS: Final = tuple(Column(name=name, kind="numeric") for name in ("a", "b", "c"))
SCHEMA: Final = Schema(task="binary", label="y", features=COLUMNS, classes=("0", "1"))
DAYS: Final = 16  # of history, 200 rows each


def rows(first: float, *, apart: bool = False) -> pa.Table:
    """One day's rows; apart: two columns do not go together as usual."""
    rng = np.random.default_rng(int(first))
    a = rng.normal(size=200)
    b = (-a if apart else a) + 0.3 * rng.normal(size=200)
    return pa.table(
        {
            "_id": [f"{first:.0f}-{number}" for number in range(200)],
            "_time": pa.array(first + np.arange(200) / 200),
            "a": pa.array(a),
            "b": pa.array(b),
            "c": pa.array(rng.normal(size=200)),
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


def test_the_first_window_tells_what_was_usual(log: MemoryPredictionLog, state: State) -> None:
    """One in a hundred of the reference's rows, window by window; the next window only its own."""
    tier = OutlierTier(log, MemoryOutlierModels())
    first, second = (tier.count(rows(16.0 + day), state, "mahalanobis", 20.0) for day in range(2))
    assert first is not None
    assert second is not None
    assert [one for one, _ in first.usual] == [200] * DAYS
    assert sum(far for _, far in first.usual) == 32
    assert (second.usual, second.model, second.reference) == ((), first.model, 200 * DAYS)
    apart = tier.count(rows(18.0, apart=True), state, "mahalanobis", 20.0)
    assert apart is not None
    assert apart.far > 50 > first.far


def test_after_a_restart_rows_are_measured_by_the_recorded_model(
    log: MemoryPredictionLog, state: State, tmp_path: Path
) -> None:
    """Another process goes on with the same file, though its log has other rows; a lost file is learnt anew."""
    first = OutlierTier(log, FolderOutlierModels(tmp_path)).count(rows(16.0), state, "mahalanobis", 17.0)
    assert first is not None
    later = replace(state, outliers=Outskirts(model=first.model))
    empty = MemoryPredictionLog(SCHEMA)
    again = OutlierTier(empty, FolderOutlierModels(tmp_path)).count(rows(16.0), later, "mahalanobis", 17.0)
    assert again == replace(first, usual=())
    assert OutlierTier(empty, MemoryOutlierModels()).count(rows(16.0), later, "mahalanobis", 17.0) is None
    lost = OutlierTier(log, MemoryOutlierModels()).count(rows(16.0), later, "mahalanobis", 17.0)
    assert lost == first


def test_who_does_not_want_it_gets_none(log: MemoryPredictionLog, state: State) -> None:
    """`none` counts nothing; before the first version there is nothing to measure by."""
    tier = OutlierTier(log, MemoryOutlierModels())
    assert tier.count(rows(16.0), state, "none", 17.0) is None
    assert tier.count(rows(16.0), State(), "mahalanobis", 17.0) is None


# ---- whole backtests

OOD: Final = DecidePolicy(
    triggers=(Trigger(name="ood", settings=(("above", 0.15), ("windows", 2.0))),), hold=Hold(min_labels=0)
)
LIGHT: Final = TrainPolicy(scopes=(Scope(name="all"),))


def played(table: pa.Table, policy: Policy, folder: Path, *, until: float) -> House:
    """A stream that went through the whole loop."""
    house = backtest_house(folder, policy, project=None)
    try:
        house.driver.adopt(policy, text_hash="as told", code_hash="", time=0.0)
        stream = read_stream(table, policy.schema, time="order", delay=0.0)
        play(stream, house.driver, house.world, Script(history_until=until))
    finally:
        house.close()
    return house


def told(house: House) -> tuple[list[int], list[int], dict[int, float]]:
    """Windows after which a training was ordered, windows with an alert about far rows, and the far shares."""
    trained, alerts, shares, window = [], [], {}, 0
    for entry in house.driver.journal.read():
        recorded = codec.decode(entry.payload)
        if isinstance(recorded.event, WindowClosed):
            window, counted = recorded.event.window.number, recorded.event.outliers
            assert counted is not None
            shares[window] = counted.far / counted.rows
        trained += [window for one in recorded.actions if isinstance(one, Train) and window]
        alerts += [window for one in recorded.actions if isinstance(one, Notify) and one.kind == "ood"]
    return trained, alerts, shares


def test_a_new_segment_that_stays_trains_once_and_one_burst_does_not(tmp_path: Path) -> None:
    """In window 12 a third of the rows is new, and again from 15 on: trained after 16, then it is the known world."""
    rng = np.random.default_rng(3)
    length, windows = 250, 18
    window = np.arange(length * windows) // length + 1
    new = ((window == 12) | (window >= 15)) & (rng.random(length * windows) < 0.35)
    a = rng.normal(size=len(window))
    b = np.where(new, -a, a) + 0.3 * rng.normal(size=len(window))
    label = np.where(rng.random(len(window)) < 1 / (1 + np.exp(-2 * b)), "yes", "no")
    columns = {"order": np.arange(len(window)), "a": a, "b": b, "label": label}
    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    schema = infer_schema(table, label="label", time="order")
    policy = replace(plain_policy("new", schema, "accuracy", rows=length, delay=0.0), decide=OOD, train=LIGHT)
    house = played(table, policy, tmp_path, until=10.0 * length)
    trained, alerts, shares = told(house)
    assert trained == [16]
    assert alerts[0] == 12
    assert shares[12] > 0.15
    chronicle, log = Chronicle(house.driver.journal), house.world.shop.log
    number = next(one.number for one in chronicle.notices if one.kind == "ood")
    sources = Sources(chronicle=chronicle, log=log, fine=house.world.fine, waiting=lambda: iter(()))
    answer = explain(f"alert {number}", sources, policy, house.driver.journal.head())
    assert any("of 250 rows; about 1 in 100 is usual" in line for line in answer["evidence"])
    assert max(shares[11], shares[18]) < 0.05  # by then it was learnt, and measured by what was learnt


@pytest.mark.data
def test_digits_nobody_has_seen_train_when_they_keep_coming(shared_data: Path, tmp_path: Path) -> None:
    """Zeros and ones, then one window of twos and threes, zeros and ones again, and twos and threes for good."""
    digits = pq.read_table(shared_data / "digits_tasks.parquet").drop_columns(["order"])
    tasks = digits.column("task").to_numpy()
    known, new = (digits.filter(pa.array(tasks == task)) for task in np.unique(tasks)[:2])
    length = 150
    parts = [known.slice(0, 6 * length), new.slice(0, length), known.slice(6 * length, length), new.slice(length)]
    table = pa.concat_tables(parts).slice(0, 11 * length)
    table = table.append_column("order", pa.array(np.arange(table.num_rows)))
    schema = infer_schema(table, label="digit", time="order", ignore=("task",))
    policy = replace(plain_policy("digits", schema, "accuracy", rows=length, delay=0.0), decide=OOD, train=LIGHT)
    trained, alerts, shares = told(played(table, policy, tmp_path, until=5.0 * length))
    assert [shares[window] > 0.15 for window in range(6, 11)] == [False, True, False, True, True]
    assert trained == [10]
    assert alerts == [11]  # so young a stream is told of what lasts three windows
