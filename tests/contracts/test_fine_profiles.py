"""Do the stores of fine profiles keep the contract of the port?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.adapters.fine_profiles import FINE_PROFILES
from trueup.adapters.fine_profiles.folder import FolderFineProfiles
from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.profiling.fine import FineProfile
from trueup.testing.contracts.fine_profiles import FineProfilesContract, LastingFineProfilesContract
from trueup.testing.contracts.hashed import HashedFolderContract

if TYPE_CHECKING:
    from pathlib import Path


class TestMemory(FineProfilesContract):
    """The store of backtests."""

    def make(self, folder: Path) -> MemoryFineProfiles:
        """The folder is not needed."""
        del folder
        return MemoryFineProfiles()


class TestFolder(LastingFineProfilesContract, HashedFolderContract[FineProfile]):
    """The store of a project."""

    def make(self, folder: Path) -> FolderFineProfiles:
        """The folder need not be there."""
        return FolderFineProfiles(folder)

    def test_both_stores_give_one_hash(self, tmp_path: Path, reference: FineProfile) -> None:
        """What a backtest says of rows, a live project says too."""
        assert FolderFineProfiles(tmp_path).write(reference) == MemoryFineProfiles().write(reference)


def test_the_catalogue_names_what_is_tested_here() -> None:
    """An engine in the catalogue without a contract test would be a promise nobody checked."""
    assert set(FINE_PROFILES) == {"folder", "memory"}
