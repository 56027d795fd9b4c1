"""Are two lists of decisions the same?"""

from __future__ import annotations

from itertools import zip_longest
from typing import Any

KEYS = ("window", "kind", "version", "reasons", "verdict")
Json = dict[str, Any]


def same_decisions(live: list[Json], replayed: list[Json]) -> list[str]:
    """What differs, decision by decision; empty when nothing does.

    >>> same_decisions([], [])
    []
    """
    found: list[str] = []
    for place, (left, right) in enumerate(zip_longest(live, replayed), start=1):
        if left is None or right is None:
            there = left or right
            found.append(f"decision {place} is only in one list: {there['headline'] if there else ''}")
            continue
        found += [
            f"decision {place}, {key}: {left[key]!r} over HTTP, {right[key]!r} from the file"
            for key in KEYS
            if left[key] != right[key]
        ]
    return found
