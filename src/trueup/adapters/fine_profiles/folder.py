"""Fine profiles as Parquet files of one folder, named by the hash of their bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trueup.adapters.fine_profiles.layout import decoded, encoded, name_of
from trueup.durable import whole
from trueup.errors import NotFound, UsageError

if TYPE_CHECKING:
    from trueup.profiling.fine import FineProfile

NAME: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class FolderFineProfiles:
    """Fine profiles in a folder of this machine."""

    folder: Path

    def write(self, profile: FineProfile) -> str:
        """Store a profile; the same one again keeps the file that is there."""
        content = encoded(profile)
        name = name_of(content)
        path = self._path(name)
        if not path.exists():
            try:
                self._store(content, path)
            except OSError as error:
                what = f"{self.folder}: a fine profile could not be written ({error.strerror})"
                raise UsageError(f"{what}; make it writable, or free some space") from error
        return name

    def read(self, name: str) -> FineProfile:
        """The profile of this hash."""
        path = self._path(name)
        if not NAME.fullmatch(name) or not path.is_file():
            raise NotFound("fine profile", name[:12], f"fine profiles are kept in {self.folder}")
        return decoded(name, path.read_bytes(), self.read)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"

    def _store(self, content: bytes, path: Path) -> None:
        """Write whole or not at all."""
        with whole(path) as file:
            file.write(content)
