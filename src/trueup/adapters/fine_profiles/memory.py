"""Fine profiles that are gone with the process: for backtests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.adapters.fine_profiles.layout import decoded, encoded
from trueup.hashed import HashedMemory

if TYPE_CHECKING:
    from trueup.profiling.fine import FineProfile


class MemoryFineProfiles:
    """Keeps the bytes that a file would hold, so that the hashes are the same."""

    def __init__(self) -> None:
        """Start empty."""
        self._kept = HashedMemory("fine profile")

    def write(self, profile: FineProfile) -> str:
        """Keep a profile."""
        return self._kept.write(encoded(profile))

    def read(self, name: str) -> FineProfile:
        """The profile of this hash."""
        return decoded(self._kept.read(name), self.read)
