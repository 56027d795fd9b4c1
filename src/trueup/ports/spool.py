"""Where does a row wait, safe, until the log has it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """One group commit that waits to be taken over by the prediction log."""

    sequence: int  # grows by commit, never used twice, not even after a deletion
    predictions: pa.Table | None
    outcomes: pa.Table | None
    corrections: pa.Table | None = None


class Spool(Protocol):
    """Keeps what was accepted until the prediction log has it."""

    @property
    def source(self) -> str:
        """This spool's name in the log; no other spool, past or future, has the same."""
        ...

    def put(self, predictions: pa.Table | None, outcomes: pa.Table | None, corrections: pa.Table | None = None) -> int:
        """Store one group; it survives a crash and a power cut once this returns its sequence."""
        ...

    def read(self, after: int) -> Iterator[Waiting]:
        """Groups with a sequence above `after`, in order."""
        ...

    def delete(self, upto: int) -> None:
        """Forget groups with a sequence of at most `upto`."""
        ...

    def close(self) -> None:
        """Let go of it."""
        ...
