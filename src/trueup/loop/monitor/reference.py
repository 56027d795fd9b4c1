"""What is usual: at which level is the champion's world, and how much does it wobble by itself?"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.errors import BadData
from trueup.loop.monitor.noise import Wobble, summed
from trueup.loop.monitor.signals import column_signals, measure
from trueup.loop.monitor.watch import KEPT, Kept, Noise, Watch

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.loop.monitor.profile import ColumnEdges, ColumnProfile, Edges, Profile
    from trueup.loop.monitor.signals import Signal
    from trueup.loop.window import Window

LEAST_ROWS: Final = 20  # a thinner window teaches nothing about noise


def start(profiles: tuple[Profile, ...], windows: tuple[Window, ...], edges: Edges) -> Watch:
    """A watch whose level and noise are learnt from the windows of the training rows."""
    level, behind = _level(profiles, edges)
    noise = Noise(
        windows=sum(_teaches(one, level) for one in profiles),
        wobbles=_wobbles(profiles, level, edges, {one.name for one in edges.columns}),
    )
    return Watch(edges=edges, level=level, behind=behind, noise=noise, kept=_kept(profiles, windows))


def promote(watch: Watch, profiles: tuple[Profile, ...], windows: tuple[Window, ...], edges: Edges) -> Watch:
    """The level becomes that of the new champion's windows; the noise stays, so the promotion blinds nobody.

    Edges may be new ones. Signals that the noise does not know yet are learnt from the new windows.
    """
    level, behind = _level(profiles, edges)
    known = {one.key for one in watch.noise.wobbles}
    news = {one.column for one in measure(edges, level, level) if one.key not in known}
    fresh = tuple(one for one in _wobbles(profiles, level, edges, news) if one.key not in known)
    kept = tuple(replace(one, centre=0.0, last=0.0) for one in watch.noise.wobbles)
    return Watch(
        edges=edges,
        level=level,
        behind=behind,
        noise=replace(watch.noise, wobbles=(*kept, *fresh)),
        opened=watch.opened,
        kept=watch.kept if edges.edges_id == watch.edges.edges_id else _kept(profiles, windows),
    )


def _level(profiles: tuple[Profile, ...], edges: Edges) -> tuple[Profile, float]:
    """All rows together, and the number of equally large windows that would be as good an average."""
    if not any(one.rows for one in profiles):
        raise BadData("the reference", "has no rows", "give the windows that the champion was trained on")
    level = profiles[0]
    for one in profiles[1:]:
        level += one
    if level.edges_id != edges.edges_id:
        raise BadData("the reference", f"was counted on edges {level.edges_id}", f"count it on {edges.edges_id}")
    return level, level.rows**2 / sum(one.rows**2 for one in profiles)


def _teaches(one: Profile, level: Profile) -> bool:
    return LEAST_ROWS <= one.rows < level.rows


def _kept(profiles: tuple[Profile, ...], windows: tuple[Window, ...]) -> tuple[Kept, ...]:
    pairs = zip(windows, profiles, strict=True)
    return tuple(Kept(window=window, profile=profile) for window, profile in pairs)[-KEPT:]


def _wobbles(profiles: tuple[Profile, ...], level: Profile, edges: Edges, names: Collection[str]) -> tuple[Wobble, ...]:
    found = []
    for place in (place for place, one in enumerate(edges.columns) if one.name in names):
        columns = [one.columns[place] for one in profiles if _teaches(one, level)]
        found.extend(_column_wobbles(edges.columns[place], level.columns[place], columns))
    return tuple(found)


def _column_wobbles(edges: ColumnEdges, level: ColumnProfile, windows: list[ColumnProfile]) -> list[Wobble]:
    """Each window beside the level it is part of; its shape beside all the others."""
    series: dict[tuple[str, str, str], list[Signal]] = {}
    for one in windows:
        for signal in column_signals(edges, level, one):
            if signal.kind != "shape":
                series.setdefault(signal.key, []).append(signal)
        for signal in column_signals(edges, level - one, one):
            if signal.kind == "shape":
                series.setdefault(signal.key, []).append(signal)
    return [summed(signals, _own_part(len(signals), signals[0])) for signals in series.values()]


def _own_part(windows: int, signal: Signal) -> float:
    """The part of a residual's square that remains where the level holds the window itself."""
    if signal.kind == "shape":
        return 1.0
    doubt = 1 / math.sqrt(windows + 1)
    return max(0.3, 1.0 - (1 + doubt) / (1 - doubt) / windows)
