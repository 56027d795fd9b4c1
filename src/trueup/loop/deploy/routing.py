"""Which version answers which entity?"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

Arm = str  # champion | canary


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Who answers: the champion, and for a share of the entities the challenger in canary."""

    champion: str  # version
    canary: str = ""  # version; empty: none
    share: float = 0.0  # of entities, 0 to 1
    salt: str = ""  # fresh for every release, so that the same entities are not always the guinea pigs


def place(salt: str, entity: str) -> float:
    """Where an entity stands between 0 and 1 under this salt; the same at every request."""
    digest = hashlib.blake2b(f"{salt}\x00{entity}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


def arm(route: Route, entity: str) -> Arm:
    """The arm that answers this entity.

    >>> arm(Route(champion="v1", canary="v2", share=1.0, salt="s"), "c-1042")
    'canary'
    """
    in_canary = route.canary and place(route.salt, entity) < route.share
    return "canary" if in_canary else "champion"


def version_of(route: Route, which: Arm) -> str:
    """The version behind an arm."""
    return route.canary if which == "canary" else route.champion
