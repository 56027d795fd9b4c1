"""Which levels has the reference seen, without writing down the rare ones?

A Bloom filter: a level that was seen is always recognised, one that was not is mistaken for a seen one in about 1 of
100 cases, and nobody can list the levels from it.
Source: Bloom 1970; Broder and Mitzenmacher 2004, eq. 2, for ten bits and four hashes a level.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

MOST: Final = 800  # levels in a filter; a column with more is open-ended
HASHES: Final = 4


def pack(levels: Collection[str]) -> str:
    """A filter of these levels, as hexadecimal text; empty for none."""
    if not levels:
        return ""
    size = 64
    while size < 10 * len(levels):
        size *= 2
    bits = bytearray(size // 8)
    for level in levels:
        for place in _places(level, size):
            bits[place >> 3] |= 1 << (place & 7)
    return bits.hex()


def knows(bits: bytes, level: str) -> bool:
    """Whether a level is (most likely) in a filter."""
    return bool(bits) and all(bits[place >> 3] >> (place & 7) & 1 for place in _places(level, 8 * len(bits)))


def _places(level: str, size: int) -> Iterator[int]:
    content = blake2b(level.encode(), digest_size=4 * HASHES).digest()
    for start in range(0, len(content), 4):
        yield int.from_bytes(content[start : start + 4], "little") % size
