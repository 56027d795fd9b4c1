"""Levels of one column beside the reference's: which new one stands where an old one is missing?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from trueup.loop.monitor.symptoms import Atom, Renamed
from trueup.profiling import known
from trueup.profiling.fine import LEAST_ROWS
from trueup.profiling.symptoms.columns import levels_gap, shares

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from trueup.loop.monitor.profile import ColumnEdges

MOST_NEW: Final = 8  # looked at, the most frequent ones
LEAST_NEW: Final = 5  # rows of one
LEAST_GAIN: Final = 0.10  # share that a known level must have gained
BLANKS: Final = frozenset(
    {"", "na", "nan", "null", "none", "nil", "unknown", "missing", "undefined", "nodata", "empty"}
)


def unseen(edges: ColumnEdges, counts: Mapping[str, int], reference: Mapping[str, int]) -> dict[str, int]:
    """The levels that the reference never had, the most frequent first."""
    if edges.open_ended or edges.kind != "categorical":
        return {}
    others = bytes.fromhex(edges.others)
    fresh = [
        name for name in counts if name not in edges.levels and name not in reference and not known.knows(others, name)
    ]
    return {name: counts[name] for name in sorted(fresh, key=lambda name: (-counts[name], name))}


def renamed(edges: ColumnEdges, counts: Mapping[str, int], reference: Mapping[str, int]) -> Iterator[Renamed]:
    """Each frequent never-seen level beside the known one that it most likely is; found ones are named back first."""
    usual = shares(reference)
    back = dict(counts)
    for name, rows in list(unseen(edges, counts, reference).items())[:MOST_NEW]:
        if rows < LEAST_NEW or not usual:
            continue
        old = _likeliest(name, shares(back), usual)
        now, gained = shares(back), rows / sum(counts.values())
        left = now.get(old, 0.0)
        back[old] = back.get(old, 0) + back.pop(name)
        told = sum(counts.values()) * min(usual[old], gained) >= LEAST_ROWS and rows >= LEAST_ROWS
        yield Renamed(
            column=edges.name,
            old=old if told else "",
            new=name if told else "",
            lost=usual[old] - left,
            left=left,
            gained=gained,
            error=_error(usual[old], gained, sum(counts.values()), sum(reference.values())),
            advantage=_advantage(name, old, counts, usual),
            same_words=_words(name) == _words(old) and not edges.coded,
            blank=_words(name) in BLANKS,
            filled=_words(old) in BLANKS,
            after=levels_gap(usual, shares(back)),
        )


def atom(edges: ColumnEdges, counts: Mapping[str, int], reference: Mapping[str, int]) -> Atom | None:
    """The known level that gained most rows."""
    before, after = shares(reference), shares(counts)
    if not after or not before:
        return None
    name = max(after, key=lambda one: after[one] - before.get(one, 0.0))
    if after[name] - before.get(name, 0.0) < LEAST_GAIN or name not in before:
        return None
    rest = [shares({one: rows for one, rows in side.items() if one != name}) for side in (reference, counts)]
    return Atom(
        column=edges.name,
        value=name if counts[name] >= LEAST_ROWS else "",
        rows=counts[name],
        share=after[name],
        usual=before[name],
        most=max(before.values()),
        new=False,
        far=_words(name) in BLANKS,
        rest=levels_gap(*rest) if rest[1] else 0.0,
        others=len(rest[0]),
    )


def _likeliest(name: str, now: Mapping[str, float], usual: Mapping[str, float]) -> str:
    """One with the same words; else the one whose loss is nearest to what the new one gained."""
    alike = [old for old in usual if _words(old) == _words(name) and _words(old)]
    if alike:
        return min(alike)
    gained = now[name]
    return min(usual, key=lambda old: (abs(usual[old] - now.get(old, 0.0) - gained), old))


def _advantage(name: str, old: str, counts: Mapping[str, int], usual: Mapping[str, float]) -> float:
    """Log likelihood of the counts if some rows of `old` got a new name, less that if new rows thinned all others."""
    total = sum(counts.values())
    gained = counts[name] / total
    left = usual[old] - gained
    if left <= 0:  # all of it was renamed: what is left over is chance
        left = 0.5 / total
    own = counts.get(old, 0)
    others = total - counts[name] - own
    thinned = 1.0 - min(gained, 1 - 1e-9)
    return own * math.log(left / (usual[old] * thinned)) - others * math.log(thinned)


def _error(usual: float, gained: float, rows: int, reference: int) -> float:
    return math.sqrt(
        max(usual * (1 - usual), 1e-6) * (1 / max(rows, 1) + 1 / max(reference, 1)) + gained / max(rows, 1)
    )


def _words(name: str) -> str:
    """A level without case, blanks and signs."""
    return "".join(one for one in name.casefold() if one.isalnum())
