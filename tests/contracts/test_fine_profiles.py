"""Do the stores of fine profiles keep the contract of the port?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from trueup.adapters.fine_profiles import FINE_PROFILES
from trueup.adapters.fine_profiles.folder import FolderFineProfiles
from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.errors import UsageError
from trueup.testing.contracts.fine_profiles import FineProfilesContract, LastingFineProfilesContract

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.profiling.fine import FineProfile


class TestMemory(FineProfilesContract):
    """The store of backtests."""

    def make(self, folder: Path) -> MemoryFineProfiles:
        """The folder is not needed."""
        del folder
        return MemoryFineProfiles()


class TestFolder(LastingFineProfilesContract):
    """The store of a project."""

    def make(self, folder: Path) -> FolderFineProfiles:
        """The folder need not be there."""
        return FolderFineProfiles(folder)

    def damage(self, folder: Path, name: str) -> None:
        """One byte in the middle of the file."""
        path = folder / f"{name}.parquet"
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 1
        path.write_bytes(content)

    def test_both_stores_give_one_hash(self, tmp_path: Path, reference: FineProfile) -> None:
        """What a backtest says of rows, a live project says too."""
        assert FolderFineProfiles(tmp_path).write(reference) == MemoryFineProfiles().write(reference)

    def test_nothing_half_written_is_left(self, tmp_path: Path, reference: FineProfile) -> None:
        """The folder holds whole files, named by their hash, and nothing else."""
        name = self.make(tmp_path).write(reference)
        assert [path.name for path in tmp_path.iterdir()] == [f"{name}.parquet"]

    def test_a_folder_that_cannot_be_is_said(self, tmp_path: Path, reference: FineProfile) -> None:
        """A file is where the folder should be: the sentence names it and the mend."""
        (tmp_path / "taken").write_text("")
        with pytest.raises(UsageError, match="a fine profile could not be written"):
            self.make(tmp_path / "taken").write(reference)


def test_the_catalogue_names_what_is_tested_here() -> None:
    """An engine in the catalogue without a contract test would be a promise nobody checked."""
    assert set(FINE_PROFILES) == {"folder", "memory"}
