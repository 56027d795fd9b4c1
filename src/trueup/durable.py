"""How does a file survive a power cut?  On disk first, then its name, then the folder that holds the name."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def flush(*paths: Path) -> None:
    """Ask the disk to keep these files and folders; raises OSError where it cannot."""
    for path in paths:
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def whole(path: Path) -> Iterator[BinaryIO]:
    """A file to write that gets its name only once all of it is on disk; raises OSError and leaves nothing behind.

    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole(Path(folder) / "answer") as file:
    ...         _ = file.write(b"42")
    ...     (Path(folder) / "answer").read_bytes()
    b'42'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".writing-")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    finally:
        with suppress(FileNotFoundError):
            Path(name).unlink()
    flush(path.parent)
