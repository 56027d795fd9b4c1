"""Do both prediction logs keep the promises of the port, and their own?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from deltalake import DeltaTable
from hypothesis import given
from hypothesis import strategies as st

from trueup.adapters.predictions import PREDICTION_LOGS, lake
from trueup.adapters.predictions.delta import DeltaPredictionLog
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.errors import BadData
from trueup.loop.schema import Column, Schema
from trueup.ports.prediction_log import prediction_columns
from trueup.testing.contracts.corrected_log import CorrectedLogContract
from trueup.testing.contracts.prediction_log import (
    AMOUNT,
    SCHEMA,
    PredictionLogContract,
    outcomes,
    predictions,
    shown,
)

if TYPE_CHECKING:
    from trueup.ports.prediction_log import PredictionLog


class TestMemory(PredictionLogContract, CorrectedLogContract):
    """The log that backtests use."""

    def make(self, schema: Schema, folder: Path) -> PredictionLog:  # noqa: ARG002 - the contract offers every engine one
        """Give an empty log."""
        return MemoryPredictionLog(schema)


class TestDelta(PredictionLogContract, CorrectedLogContract):
    """The log that live projects use."""

    def make(self, schema: Schema, folder: Path) -> PredictionLog:
        """Give an empty log."""
        return DeltaPredictionLog(schema, folder)


class TestDeltaFromFiles(PredictionLogContract, CorrectedLogContract):
    """The log that live projects use, once it is too big to be held in memory."""

    @pytest.fixture(autouse=True)
    def _nothing_is_held(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(lake, "HOLD_BYTES", 0)

    def make(self, schema: Schema, folder: Path) -> PredictionLog:
        """Give an empty log."""
        return DeltaPredictionLog(schema, folder)


ENGINES: Final = {"delta": DeltaPredictionLog, "memory": MemoryPredictionLog}


def test_the_catalogue_names_both() -> None:
    """A name in the project file leads to a class that is there."""
    places = {name: f"{one.__module__}:{one.__name__}" for name, one in ENGINES.items()}
    assert places == PREDICTION_LOGS


def test_a_delta_log_is_there_when_opened_again(tmp_path: Path) -> None:
    """Rows, outcomes and sequences outlive the object."""
    DeltaPredictionLog(SCHEMA, tmp_path).append("gateway", 4, predictions([("a", 1.0)]), outcomes([("a", "yes", 2.0)]))
    again = DeltaPredictionLog(SCHEMA, tmp_path)
    again.append("gateway", 4, predictions([("b", 1.0)]), None)
    assert again.last("gateway") == 4
    assert shown(again.rows(0, 9, known_at=None), "_id", "_label") == [("a", "yes")]


def test_a_delta_log_of_other_features_is_not_opened(tmp_path: Path) -> None:
    """A changed schema is told before a row is lost to it."""
    DeltaPredictionLog(SCHEMA, tmp_path)
    with pytest.raises(BadData, match="put the features and the label back"):
        DeltaPredictionLog(AMOUNT, tmp_path)


def test_a_feature_cannot_take_the_name_of_a_log_column() -> None:
    """Names with a leading underscore are the log's own."""
    with pytest.raises(BadData, match="rename the column"):
        prediction_columns(Schema(task="regression", label="y", features=(Column(name="_id", kind="numeric"),)))


def test_delta_flushes_what_it_added_before_append_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Data files, the log entry and their folders are on the disk when the spool may forget."""
    log = DeltaPredictionLog(SCHEMA, tmp_path)
    flushed: set[str] = set()
    fsync = os.fsync

    def watched(handle: int) -> None:
        flushed.add(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    log.append("gateway", 1, predictions([("a", 1.0)]), outcomes([("a", "yes", 2.0)]))
    table = DeltaTable(str(tmp_path))
    files = {uri.removeprefix("file://") for uri in table.file_uris()}
    folders = {str(tmp_path / name) for name in ("", "_delta_log", "_kind=prediction", "_kind=outcome")}
    entry = str(tmp_path / "_delta_log" / f"{table.version():020}.json")
    assert len(files) == 2
    assert flushed >= files | folders | {entry}


NAMES = st.sampled_from("abcdef")
MOMENTS = st.integers(0, 6).map(float)
ASKED = st.lists(st.tuples(NAMES, MOMENTS), max_size=5)
CAME = st.lists(st.tuples(NAMES, st.sampled_from(["no", "yes"]), MOMENTS), max_size=5)


@given(batches=st.lists(st.tuples(ASKED, CAME), max_size=6), known_at=st.none() | MOMENTS, start=MOMENTS)
def test_memory_reads_like_a_plain_list(
    batches: list[tuple[list[tuple[str, float]], list[tuple[str, str, float]]]], known_at: float | None, start: float
) -> None:
    """Whatever arrives in whatever order, the index answers what a search through everything would."""
    log = MemoryPredictionLog(SCHEMA)
    first: dict[str, float] = {}
    latest: dict[str, tuple[float, str]] = {}
    for number, (asked, came) in enumerate(batches, start=1):
        log.append("gateway", number, predictions(asked), outcomes(came))
        for name, time in asked:
            first.setdefault(name, time)
        for name, label, known in came:
            if (known_at is None or known <= known_at) and (name not in latest or known >= latest[name][0]):
                latest[name] = (known, label)
    expected = [
        (name, time, *(latest[name][::-1] if name in latest else (None, None)))
        for name, time in sorted(first.items(), key=lambda one: (one[1], one[0]))
        if start <= time < start + 3
    ]
    assert shown(log.rows(start, start + 3, known_at=known_at), "_id", "_time", "_label", "_known") == expected
    came_in = [name for _, came in batches for name, _, _ in came]
    counts = log.counts()
    assert (counts.predictions, counts.outcomes) == (len(first), len(came_in))
    assert counts.repeated == len(came_in) - len(set(came_in))
    assert counts.unknown == sum(name not in first for name in came_in)
