"""What did a column look like before an alert, and in it? Old and new from the fine profiles, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.errors import Corrupted, NotFound
from trueup.loop.monitor.moved import percent, plain
from trueup.profiling.apart import furthest, quantile, shares, wasserstein
from trueup.profiling.fine import FineLevels, FineNumbers

if TYPE_CHECKING:
    from trueup.ports.fine_profiles import FineProfiles
    from trueup.profiling.brackets import Bracket

SHOWN: Final = ((0.10, "10 %"), (0.50, "median"), (0.90, "90 %"))
LEVELS: Final = 3  # the ones that moved most
LEAST_ROWS: Final = 20  # fewer have no quantiles worth telling, and point at persons


def drift_evidence(name: str, column: str, store: FineProfiles) -> list[str]:
    """The lines on a column of the window whose fine profile has this hash; none where none was kept."""
    if not name:
        return []
    try:
        after = store.read(name)
        before = store.read(after.reference)
    except (NotFound, Corrupted) as problem:
        return [f"old and new values cannot be told: {problem}"]
    left, right = before.column(column), after.column(column)
    if isinstance(left, FineNumbers) and isinstance(right, FineNumbers) and left.kind == "numeric":
        return _numbers(left, right)
    if isinstance(left, FineLevels) and isinstance(right, FineLevels):
        return _levels(left, right)
    return []


def _numbers(before: FineNumbers, after: FineNumbers) -> list[str]:
    rows = [int(side.counts.sum()) for side in (before, after)]
    if min(rows) < LEAST_ROWS:
        return []
    moved = [f"{word} {plain(quantile(before, at))} -> {plain(quantile(after, at))}" for at, word in SHOWN]
    apart = furthest(before, after)
    upto = f"{percent(apart.before)} -> {percent(apart.after)} of rows are at or below it"
    carried = wasserstein(before, after)
    far = "" if carried is None else f" · Wasserstein {_told(carried)} standard deviations"
    return [
        f"{rows[0]:,} rows of the champion's own -> {rows[1]:,} of this window: {' · '.join(moved)}",
        f"furthest apart at {plain(apart.at)}: {upto}",
        f"Kolmogorov-Smirnov {_told(apart.gap)}{far}",
    ]


def _levels(before: FineLevels, after: FineLevels) -> list[str]:
    left, right = shares(before), shares(after)
    gaps = {level: abs(right.get(level, 0.0) - left.get(level, 0.0)) for level in {*left, *right}}
    most = sorted((level for level in gaps if gaps[level] > 0), key=lambda level: (-gaps[level], level))[:LEVELS]
    told = [f'"{level}" {percent(left.get(level, 0.0))} -> {percent(right.get(level, 0.0))}' for level in most]
    return [f"levels that moved most: {' · '.join(told)}"] if told else []


def _told(distance: Bracket) -> str:
    """A distance, and how far the grid leaves it open where that shows."""
    low, high = f"{distance.low:.3g}", f"{distance.high:.3g}"
    return low if low == high else f"{low} to {high}"
