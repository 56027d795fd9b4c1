"""How wide is the door, and who has the key?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Bounds of the gateway; the defaults suit a machine that serves itself."""

    token: str = field(repr=False)  # everything but health asks for it
    hosts: tuple[str, ...] = LOOPBACK  # names by which the gateway may be called
    max_body: int = 4 << 20  # bytes of one request
    max_rows: int = 10_000  # rows of one request
    max_waiting: int = 50_000  # rows that may wait for an answer before new ones are turned away
    batch_rows: int = 256  # rows answered and committed together, at most (one large request may be more)
    simulate: bool = False  # requests may carry times, and /simulate/clock moves the clock
