"""What every store promises that keeps things under their content hash; the contracts of such ports extend it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar, Final, Generic, Protocol, TypeVar

import numpy as np
import pyarrow as pa
import pytest

from trueup.errors import Corrupted, NotFound, UsageError
from trueup.loop.schema import Column, Schema

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS: Final = (Column(name="amount", kind="numeric"), Column(name="plan", kind="categorical"))
SCHEMA: Final = Schema(task="binary", label="y", features=COLUMNS)
Kept = TypeVar("Kept")


def rows(seed: int, *, count: int = 500) -> pa.Table:
    """Rows of one number and one level."""
    rng = np.random.default_rng(seed)
    plans = rng.choice(["gold", "basic", "naïve"], size=count).tolist()
    return pa.table({"amount": pa.array(rng.normal(50, 9, size=count)), "plan": pa.array(plans)})


class HashedStore(Protocol[Kept]):
    """The two methods of such a port."""

    def write(self, kept: Kept, /) -> str:
        """Keep it and say its hash."""
        ...

    def read(self, name: str, /) -> Kept:
        """What has this hash."""
        ...


class HashedContract(ABC, Generic[Kept]):
    """Promises of a store; `make` opens the one of a folder, `example` is something to keep."""

    kind: ClassVar[str]  # what is kept, in messages

    @abstractmethod
    def make(self, folder: Path) -> HashedStore[Kept]:
        """Open the store of this folder; it is empty at first."""

    @abstractmethod
    def example(self) -> Kept:
        """The same thing at every call."""

    @pytest.fixture
    def store(self, tmp_path: Path) -> HashedStore[Kept]:
        """An empty store."""
        return self.make(tmp_path / "kept")

    def test_a_hash_that_nobody_wrote_is_not_found(self, store: HashedStore[Kept]) -> None:
        """No name of a file gets through, and none at all neither."""
        for name in ("", "0" * 64, "../journal"):
            with pytest.raises(NotFound, match=f"there is no {self.kind}"):
                store.read(name)


class LastingHashedContract(HashedContract[Kept]):
    """Promises of a store that outlives its process."""

    @abstractmethod
    def damage(self, folder: Path, name: str) -> None:
        """Change a byte of what is kept."""

    def test_another_process_reads_what_was_written(self, tmp_path: Path) -> None:
        """The same folder, opened again."""
        name = self.make(tmp_path).write(self.example())
        assert self.make(tmp_path).write(self.make(tmp_path).read(name)) == name

    def test_damage_is_seen(self, tmp_path: Path) -> None:
        """Other bytes are never read as what was kept."""
        name = self.make(tmp_path).write(self.example())
        self.damage(tmp_path, name)
        with pytest.raises(Corrupted, match=f"{self.kind} {name[:12]}.*its bytes are not the ones it is named by"):
            self.make(tmp_path).read(name)


class HashedFolderContract(LastingHashedContract[Kept]):
    """Promises of a store whose files are in one folder."""

    def damage(self, folder: Path, name: str) -> None:
        """One byte in the middle of the file."""
        path = folder / f"{name}.parquet"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    def test_nothing_half_written_is_left(self, tmp_path: Path) -> None:
        """The folder holds whole files, named by their hash, and nothing else."""
        name = self.make(tmp_path).write(self.example())
        assert [path.name for path in tmp_path.iterdir()] == [f"{name}.parquet"]

    def test_a_folder_that_cannot_be_is_said(self, tmp_path: Path) -> None:
        """A file is where the folder should be: the sentence names it and the mend."""
        (tmp_path / "taken").write_text("")
        with pytest.raises(UsageError, match=f"taken: no {self.kind} can be written .*; make it writable"):
            self.make(tmp_path / "taken").write(self.example())
