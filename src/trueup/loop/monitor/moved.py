"""What moved, in words that an owner recognises?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.monitor.profile import mean

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile
    from trueup.loop.monitor.signals import Kind


def moved(edges: ColumnEdges, level: ColumnProfile, now: ColumnProfile, kind: Kind, name: str = "") -> str:
    """The plainest words for a move that a signal of this kind saw; a share is that of the level `name`."""
    match kind:
        case "missing":
            return _shares("missing", (level.missing, level.total), (now.missing, now.total))
        case "unseen":
            return _shares("never-seen levels", (level.unseen, level.present), (now.unseen, now.present))
        case "out_of_range":
            before, after = (level.out_of_range, level.present), (now.out_of_range, now.present)
            return _shares(f"values far outside {plain(edges.low)} to {plain(edges.high)}:", before, after)
        case "share":
            place = edges.levels.index(name)
            return _shares(f'"{name}"', (level.counts[place], level.present), (now.counts[place], now.present))
        case "spread" if len(edges.interior) > 1:
            low, high = edges.interior[0], edges.interior[-1]
            one_value = edges.low == edges.high
            what = f"other than {plain(edges.low)}" if one_value else f"outside {plain(low)} to {plain(high)}"
            before, after = ((one.counts[0] + one.counts[-1], one.present) for one in (level, now))
            return f"values {_shares(f'{what}:', before, after)} of rows"
        case "rows":
            return f"rows {level.total:,} -> {now.total:,}"
        case "location" | "spread" | "shape":
            return _values(edges, level, now)


def plain(value: float) -> str:
    """A number as people write it: four digits at most, thousands apart.

    >>> plain(1361.7), plain(0.01234), plain(3.0), plain(-12.5)
    ('1,362', '0.01234', '3', '-12.5')
    """
    if abs(value) >= 1000:
        return f"{value:,.0f}" if abs(value) < 1e15 else f"{value:.3g}"
    return f"{value:.4g}"


def percent(share: float) -> str:
    """A share as people write it.

    >>> percent(0.984), percent(0.996), percent(0.0004), percent(1.0)
    ('98 %', '99.6 %', '0.04 %', '100 %')
    """
    if share in {0.0, 1.0} or 0.01 <= share < 0.985:
        return f"{100 * share:.0f} %"
    return f"{100 * share:.3g} %" if share > 0.5 else f"{100 * share:.1g} %"


def level_mean(edges: ColumnEdges, column: ColumnProfile) -> float:
    """A mean is known to a step of the fixed-point sums: what is nearer to zero than that is zero."""
    found = mean(edges, column)
    return 0.0 if abs(found) < edges.unit and found != edges.mean else found


def _shares(what: str, before: tuple[int, int], after: tuple[int, int]) -> str:
    return f"{what} {percent(before[0] / max(before[1], 1))} -> {percent(after[0] / max(after[1], 1))}"


def _values(edges: ColumnEdges, level: ColumnProfile, now: ColumnProfile) -> str:
    if edges.numbers:
        return f"mean {plain(level_mean(edges, level))} -> {plain(level_mean(edges, now))}"
    names = [*(f'"{one}"' for one in edges.levels), "rare levels", "never-seen levels"]
    before, after = (*level.counts, level.unseen), (*now.counts, now.unseen)
    gaps = [abs(a / max(level.present, 1) - b / max(now.present, 1)) for a, b in zip(before, after, strict=True)]
    place = max(range(len(gaps)), key=gaps.__getitem__)
    return _shares(names[place], (before[place], level.present), (after[place], now.present))
