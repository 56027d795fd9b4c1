"""Where are the profiles that are too large for the journal?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from trueup.profiling.fine import FineProfile


class FineProfiles(Protocol):
    """Keeps fine profiles, immutable, by content hash; the journal holds the hash."""

    def write(self, profile: FineProfile) -> str:
        """Store a profile and say its hash; the reference it is counted beside must be there; again is harmless."""
        ...

    def read(self, name: str) -> FineProfile:
        """The profile of this hash; errors.NotFound if there is none, errors.Corrupted if it is another one."""
        ...
