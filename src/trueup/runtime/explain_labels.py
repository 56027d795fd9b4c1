"""Which labels came before an alert about them, and which in it?"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.moved import percent, plain

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.feedback.returned import Returned
    from trueup.loop.schema import Schema

LEVELS: Final = 5  # classes or ranges that moved most


def label_evidence(before: Sequence[Returned], now: Returned | None, schema: Schema) -> list[str]:
    """The shares of the first windows beside those of the window that was judged; none where either is not known."""
    alike = [one.counts for one in before if now is not None and len(one.counts) == len(now.counts)]
    if now is None or not alike or not now.labelled or not np.sum(alike):
        return []
    usual, today = np.sum(alike, axis=0), np.asarray(now.counts)
    old, new = usual / usual.sum(), today / today.sum()
    names = [f'"{name}"' for name in schema.classes] or _ranges(now.edges)
    most = sorted(range(len(names)), key=lambda place: -round(abs(float(new[place] - old[place])), 9))[:LEVELS]
    told = [f"{names[place]} {percent(float(old[place]))} -> {percent(float(new[place]))}" for place in most]
    rows = f"{int(usual.sum()):,} labels of the project's first windows -> {int(today.sum()):,} of this one"
    return [f"{rows}: {' · '.join(told)}"]


def _ranges(edges: Sequence[float]) -> list[str]:
    """The bins of a number, from the lowest on.

    >>> _ranges((1.0, 2.5))
    ['up to 1', '1 to 2.5', 'above 2.5']
    """
    if not edges:
        return ["all"]
    inner = [f"{plain(low)} to {plain(high)}" for low, high in itertools.pairwise(edges)]
    return [f"up to {plain(edges[0])}", *inner, f"above {plain(edges[-1])}"]
