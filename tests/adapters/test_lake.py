"""Does the lake stay small and fast, and is it as safe as it was?"""

from __future__ import annotations

import os
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from deltalake import DeltaTable

from trueup.adapters.predictions import lake
from trueup.adapters.predictions.delta import DeltaPredictionLog
from trueup.adapters.predictions.lake import Lake
from trueup.testing.contracts.prediction_log import SCHEMA, outcomes, predictions, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.ports.prediction_log import PredictionLog

EVERY = 4  # commits, until small files are put together


@pytest.fixture(autouse=True)
def _compact_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lake, "COMPACT_EVERY", EVERY)


def fill(log: PredictionLog, numbers: Iterable[int]) -> None:
    """One commit a number: a row, and the outcome of the row before."""
    for number in numbers:
        came = outcomes([(f"r{number - 1}", "yes", number + 0.5)])
        log.append("gateway", number, predictions([(f"r{number}", float(number))]), came)


def names(log: PredictionLog) -> list[str]:
    """The ids of all rows."""
    return [name for (name,) in shown(log.rows(-inf, inf, known_at=None), "_id")]


def expected(count: int) -> list[str]:
    """What `fill` made."""
    return [f"r{number}" for number in range(1, count + 1)]


def stored(folder: Path) -> set[str]:
    """The data files that lie in the folder."""
    return {path.name for path in folder.rglob("_kind=*/*.parquet")}


def in_use(folder: Path) -> set[str]:
    """The data files that the newest version is made of."""
    return {Path(uri).name for uri in DeltaTable(str(folder)).file_uris()}


def test_another_reader_sees_every_append(tmp_path: Path) -> None:
    """Whoever opened the log earlier, and whatever was put together since, reads what the writer reads."""
    writer, reader = DeltaPredictionLog(SCHEMA, tmp_path), DeltaPredictionLog(SCHEMA, tmp_path)
    for number in range(1, 3 * EVERY):
        fill(writer, [number])
        assert reader.last("gateway") == number
        for known_at in (None, float(number)):
            there = reader.rows(-inf, inf, known_at=known_at)
            assert there.equals(writer.rows(-inf, inf, known_at=known_at))
            assert there.equals(DeltaPredictionLog(SCHEMA, tmp_path).rows(-inf, inf, known_at=known_at))
        assert names(reader) == expected(number)


def test_a_look_reads_only_what_was_added(tmp_path: Path) -> None:
    """Files that were read once are not read again; a new batch is."""
    log = DeltaPredictionLog(SCHEMA, tmp_path)
    fill(log, [1, 2])
    assert names(log) == expected(2)
    for path in tmp_path.rglob("_kind=*/*.parquet"):
        path.write_bytes(b"not to be read")
    fill(log, [3])
    assert names(log) == expected(3)


def test_what_was_put_together_is_deleted_when_nobody_can_need_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the time that readers are given, only the files of the newest version are left, and all rows."""
    monkeypatch.setattr(lake, "KEEP_HOURS", 0)
    log = DeltaPredictionLog(SCHEMA, tmp_path)
    fill(log, range(1, 4 * EVERY))
    assert stored(tmp_path) == in_use(tmp_path)
    assert names(log) == names(DeltaPredictionLog(SCHEMA, tmp_path)) == expected(4 * EVERY - 1)


def test_a_reader_of_an_older_version_is_not_disturbed(tmp_path: Path) -> None:
    """What somebody opened before files were put together can be read to its end, hours later."""
    log = DeltaPredictionLog(SCHEMA, tmp_path)
    fill(log, range(1, EVERY))
    older = DeltaTable(str(tmp_path))
    fill(log, range(EVERY, 5 * EVERY))
    assert in_use(tmp_path).isdisjoint({Path(uri).name for uri in older.file_uris()})
    assert older.to_pyarrow_table().num_rows == 2 * (EVERY - 1)


def test_a_reader_that_slept_reads_everything_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the files it would go on with are deleted, a reader starts from the newest version."""
    monkeypatch.setattr(lake, "KEEP_HOURS", 0)
    writer, reader = DeltaPredictionLog(SCHEMA, tmp_path), DeltaPredictionLog(SCHEMA, tmp_path)
    fill(writer, [1])
    assert names(reader) == expected(1)
    fill(writer, range(2, 3 * EVERY))
    assert names(reader) == expected(3 * EVERY - 1)


def test_a_reader_notices_when_the_entries_it_would_go_on_with_are_gone(tmp_path: Path) -> None:
    """Old entries of the table's log are deleted behind a checkpoint; the next version need not be there to be news."""
    writer, reader = DeltaPredictionLog(SCHEMA, tmp_path), DeltaPredictionLog(SCHEMA, tmp_path)
    fill(writer, range(1, EVERY + 1))
    pointer = tmp_path / "_delta_log" / "_last_checkpoint"
    assert pointer.exists()
    for version in range(EVERY):
        (tmp_path / "_delta_log" / f"{version:020}.json").unlink()
    assert names(reader) == expected(EVERY)


def test_rows_that_another_tool_deletes_are_gone(tmp_path: Path) -> None:
    """A row that somebody may ask to be forgotten is not kept in memory."""
    log = DeltaPredictionLog(SCHEMA, tmp_path)
    fill(log, [1, 2])
    assert names(log) == expected(2)
    DeltaTable(str(tmp_path)).delete("_id = 'r1'")
    assert names(log) == ["r2"]


def test_putting_together_is_flushed_like_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When `append` returns, all that the table is made of is on the disk: files, entries, checkpoint, folders."""
    flushed = watch_flushes(monkeypatch)
    monkeypatch.setattr(lake, "KEEP_HOURS", 0)
    log = DeltaPredictionLog(SCHEMA, tmp_path)
    fill(log, range(1, EVERY + 1))
    assert flushed >= made_of(tmp_path)
    assert any(path.endswith(".checkpoint.parquet") for path in flushed)


def test_a_restart_flushes_what_a_crash_left_unflushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked again for a batch that is in, a new process flushes all that the old one may not have."""
    with monkeypatch.context() as crash:
        crash.setattr(Lake, "flush", lambda _: None)
        fill(DeltaPredictionLog(SCHEMA, tmp_path), range(1, EVERY + 3))
    flushed = watch_flushes(monkeypatch)
    fill(DeltaPredictionLog(SCHEMA, tmp_path), [EVERY + 2])
    in_the_checkpoint = {str(tmp_path / "_delta_log" / f"{version:020}.json") for version in range(EVERY + 1)}
    assert flushed >= made_of(tmp_path) - in_the_checkpoint


def watch_flushes(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The paths that are flushed from now on."""
    flushed: set[str] = set()
    fsync = os.fsync

    def watched(handle: int) -> None:
        flushed.add(str(Path(f"/proc/self/fd/{handle}").readlink()))
        fsync(handle)

    monkeypatch.setattr(os, "fsync", watched)
    return flushed


def made_of(folder: Path) -> set[str]:
    """Files and folders that the newest version needs."""
    log = folder / "_delta_log"
    files = {uri.removeprefix("file://") for uri in DeltaTable(str(folder)).file_uris()}
    folders = {str(Path(path).parent) for path in files}
    return files | folders | {str(folder), str(log), *map(str, log.iterdir())}
