"""How do a trainer and its worker tell where a message ends? Four bytes of length, then the message."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import IO


def write_frame(pipe: IO[bytes], message: bytes) -> None:
    """Send one message."""
    pipe.write(struct.pack(">I", len(message)) + message)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """The next message; None if the other side is gone."""
    head = _exactly(pipe, 4)
    return None if head is None else _exactly(pipe, struct.unpack(">I", head)[0])


def _exactly(pipe: IO[bytes], size: int) -> bytes | None:
    """So many bytes, or None if the pipe ends before."""
    got = b""
    while len(got) < size:
        more = pipe.read(size - len(got))
        if not more:
            return None
        got += more
    return got
