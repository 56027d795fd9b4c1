"""How wide is the door, and who has which key?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final, Literal

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")

TokenScope = Literal["predict", "outcomes", "corrections", "simulate"]
ALL: Final[tuple[TokenScope, ...]] = ("predict", "outcomes", "corrections", "simulate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A token, and what it opens."""

    source: str  # by this name its outcomes are kept, limited and reported; never the token itself
    token: str = field(repr=False)
    scopes: tuple[TokenScope, ...] = ALL


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Bounds of the gateway; the defaults suit a machine that serves itself."""

    keys: tuple[Key, ...]  # everything but health asks for one
    hosts: tuple[str, ...] = LOOPBACK  # names by which the gateway may be called
    max_body: int = 4 << 20  # bytes of one request
    max_rows: int = 10_000  # rows of one request
    max_waiting: int = 50_000  # rows that may wait for an answer before new ones are turned away
    batch_rows: int = 256  # rows answered and committed together, at most (one large request may be more)
    outcomes_per_minute: int = 60_000  # of one source, corrected rows included, in the long run
    simulate: bool = False  # requests may carry times, and /simulate/clock moves the clock
