"""Where is what is never changed?  In files named by the hash of what they hold: written once, read checked."""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from trueup.durable import whole
from trueup.errors import Corrupted, NotFound, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

NAME: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class HashedFolder:
    """Parquet files of one folder of this machine."""

    folder: Path
    kind: str  # what one file holds, in messages

    def write(self, content: bytes) -> str:
        """Keep these bytes; the same ones again keep the file that is there."""
        name = hash_of(content)
        if not self.holds(name):
            with self.new(name) as file:
                file.write(content)
        return name

    def read(self, name: str) -> bytes:
        """The bytes of this hash, checked."""
        content = self.find(name).read_bytes()
        if hash_of(content) != name:
            raise Corrupted(f"{self.kind} {name[:12]}", "its bytes are not the ones it is named by")
        return content

    def holds(self, name: str) -> bool:
        """Whether there is a file of this name; no path leads out of the folder."""
        return NAME.fullmatch(name) is not None and self._path(name).is_file()

    def find(self, name: str) -> Path:
        """The file of this name."""
        if not self.holds(name):
            raise NotFound(self.kind, name[:12], f"{self.kind}s are kept in {self.folder}")
        return self._path(name)

    @contextmanager
    def new(self, name: str) -> Iterator[BinaryIO]:
        """A file to write, that is there whole or not at all."""
        try:
            with whole(self._path(name)) as file:
                yield file
        except OSError as error:
            what = f"{self.folder}: no {self.kind} can be written ({error.strerror})"
            raise UsageError(f"{what}; make it writable, or free some space") from error

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.parquet"


class HashedMemory:
    """What is gone with the process, under the hashes that files would have: for backtests."""

    def __init__(self, kind: str) -> None:
        """Start empty; the kind is for messages."""
        self._kind = kind
        self._kept: dict[str, bytes] = {}

    def write(self, content: bytes) -> str:
        """Keep these bytes."""
        name = hash_of(content)
        self._kept[name] = content
        return name

    def read(self, name: str) -> bytes:
        """The bytes of this hash."""
        if name not in self._kept:
            raise NotFound(self._kind, name[:12], "this process has written none of that hash")
        return self._kept[name]


def hash_of(content: bytes) -> str:
    """The hash that bytes are named by."""
    return hashlib.sha256(content).hexdigest()
