"""Only one process may drive a project at a time."""

from __future__ import annotations

import fcntl
from contextlib import contextmanager
from typing import TYPE_CHECKING

from trueup.assembly import writable
from trueup.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextmanager
def only_one(home: Path) -> Iterator[None]:
    """Hold the project's lock; the system lets go of it when the process ends, however it ends."""
    writable(home)
    with (home / "up.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            message = f"{home}: another trueup up drives this project; stop it first, or use another folder"
            raise UsageError(message) from error
        yield
