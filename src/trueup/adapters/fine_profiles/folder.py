"""Fine profiles as Parquet files of one folder, named by the hash of their bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.adapters.fine_profiles.layout import decoded, encoded
from trueup.hashed import HashedFolder

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.profiling.fine import FineProfile


class FolderFineProfiles:
    """Fine profiles in a folder of this machine."""

    def __init__(self, folder: Path) -> None:
        """The folder need not be there yet."""
        self._files = HashedFolder(folder, "fine profile")

    def write(self, profile: FineProfile) -> str:
        """Store a profile; the same one again keeps the file that is there."""
        return self._files.write(encoded(profile))

    def read(self, name: str) -> FineProfile:
        """The profile of this hash."""
        return decoded(self._files.read(name), self.read)
