"""Does a snapshot come back as it was written, or not at all?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from trueup.adapters.snapshots.parquet import ParquetSnapshots, content_hash
from trueup.errors import BadData, Corrupted, NotFound, UsageError
from trueup.testing.contracts.trainer import rows


@pytest.fixture
def snapshots(tmp_path: Path) -> ParquetSnapshots:
    """An empty store."""
    return ParquetSnapshots(tmp_path / "snapshots")


def test_rows_come_back_sorted_with_what_is_known_of_them(snapshots: ParquetSnapshots) -> None:
    """The order of arrival leaves no trace; the moment the labels were known is kept."""
    shuffled = rows().take(np.random.default_rng(1).permutation(600))
    stored = snapshots.write(shuffled, as_of=12.5)
    assert snapshots.read(stored.hash).equals(rows())
    assert snapshots.find(stored.hash) == stored
    assert (stored.rows, stored.as_of) == (600, 12.5)
    assert stored.hash == snapshots.write(rows(), as_of=99.0).hash
    assert snapshots.find(stored.hash).as_of == 12.5


def test_only_what_a_training_reads_is_kept(snapshots: ParquetSnapshots) -> None:
    """Scores and arms of the log do not enter the snapshot, nor its hash."""
    logged = rows().append_column("_score", pa.array([[0.5]] * 600)).append_column("_arm", pa.array(["x"] * 600))
    assert snapshots.write(logged, as_of=1.0).hash == snapshots.write(rows(), as_of=1.0).hash


def test_any_other_value_is_another_snapshot() -> None:
    """The hash sees values, missing marks, names, types and where one text ends."""
    texts: list[list[Any]] = [["ab", "c"], ["a", "bc"], ["", "abc"], [None, "abc"], ["abc", None]]
    numbers: list[list[Any]] = [[0.0, None], [None, 0.0], [0.0, 0.0], [0.0, 1.0]]
    tables = [pa.table({"a": pa.array(one, pa.string())}) for one in texts]
    tables += [pa.table({"a": pa.array(one, pa.float64())}) for one in numbers]
    tables += [pa.table({"b": [0.0, 1.0]}), pa.table({"a": [0, 1]}), pa.table({"a": [False, True]})]
    assert len({content_hash(one) for one in tables}) == len(tables)


def test_chunks_and_slices_are_no_content() -> None:
    """The same rows have the same hash, however Arrow holds them."""
    whole = rows()
    pieces = pa.concat_tables([whole.slice(0, 7), whole.slice(7)])
    assert content_hash(pieces) == content_hash(whole)
    assert content_hash(whole.slice(5, 20)) == content_hash(whole.take(list(range(5, 25))))


def test_damage_is_seen(snapshots: ParquetSnapshots) -> None:
    """A file with other rows, or no Parquet file at all, is never read as the snapshot."""
    stored = snapshots.write(rows(), as_of=1.0)
    path = snapshots.folder / f"{stored.hash}.parquet"
    pq.write_table(rows().slice(1), path)
    with pytest.raises(Corrupted, match="its rows are not the ones it is named by; restore it"):
        snapshots.read(stored.hash)
    path.write_bytes(b"nothing")
    with pytest.raises(Corrupted, match="cannot be read as Parquet"):
        snapshots.read(stored.hash)


@pytest.mark.parametrize("name", ["0" * 64, "../../etc/passwd", ""])
def test_what_is_not_there_is_not_found(snapshots: ParquetSnapshots, name: str) -> None:
    """Nothing outside the folder can be asked for."""
    with pytest.raises(NotFound, match="there is no snapshot"):
        snapshots.read(name)


def test_rows_without_their_own_columns_are_refused(snapshots: ParquetSnapshots) -> None:
    """A snapshot without windows or labels could not be trained on."""
    with pytest.raises(BadData, match="'_window'"):
        snapshots.write(rows().drop_columns(["_window"]), as_of=1.0)
    with pytest.raises(BadData, match="'_label'"):
        snapshots.write(rows().drop_columns(["_label"]), as_of=1.0)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names the folder and the mend."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"file/snapshots: no snapshot can be written .*; make it writable"):
        ParquetSnapshots(tmp_path / "file" / "snapshots").write(rows(), as_of=1.0)


def test_nothing_half_written_stays(snapshots: ParquetSnapshots) -> None:
    """After a write there is one file and no other."""
    stored = snapshots.write(rows(), as_of=1.0)
    assert [path.name for path in Path(snapshots.folder).iterdir()] == [f"{stored.hash}.parquet"]
