"""What is usual: at which level is the champion's world, and how much does it wobble by itself?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.errors import BadData
from trueup.loop.monitor.noise import REMEMBERED, Noise
from trueup.loop.monitor.season import Clock, habit
from trueup.loop.monitor.signals import UNOWNED, VOLUME, measure, volume
from trueup.loop.monitor.watch import KEPT, Kept, Watch
from trueup.loop.monitor.wobble import Basis

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.loop.monitor.noise import Key
    from trueup.loop.monitor.profile import Edges, Profile
    from trueup.loop.monitor.signals import Signal
    from trueup.loop.window import Window

LEAST_ROWS: Final = 20  # a thinner window teaches nothing about noise but how many rows there are


def start(
    profiles: tuple[Profile, ...], windows: tuple[Window, ...], edges: Edges, clock: Clock | None = None
) -> Watch:
    """A watch whose level and noise are learnt from the windows of the training rows.

    Where no clock is given the windows tell it.
    """
    level = _level(profiles, edges)
    clock = Clock.of(windows) if clock is None else clock
    noise = Noise(windows=sum(_teaches(one, level) for one in profiles[:-REMEMBERED]))
    for window, one in list(zip(windows, profiles, strict=True))[-REMEMBERED:]:
        whole, beats = _teaches(one, level), clock.beats(window)
        lesson = (*_beside_the_others(edges, level, one), *([volume(one.rows, len(beats))] if beats else []))
        noise = noise.taught(window.number, clock.place(window), lesson, whole=whole)
    return Watch(
        edges=edges,
        level=level,
        basis=_basis(profiles, windows, clock),
        clock=clock,
        noise=replace(noise, fresh=0),
        kept=_kept(profiles, windows),
    )


def promote(watch: Watch, profiles: tuple[Profile, ...], windows: tuple[Window, ...], edges: Edges) -> Watch:
    """The level becomes that of the new champion's windows; the noise stays, so the promotion blinds nobody.

    Edges may be new ones. Signals that the noise does not know yet are learnt from the new windows. How many rows there
    are has nothing to do with the champion.
    """
    level, basis = _level(profiles, edges), _basis(profiles, windows, watch.clock)
    noise = watch.noise.seen_from(_apart(watch, basis, {one.number for one in windows}))
    known = set(noise.keys)
    for window, one in zip(windows, profiles, strict=True):
        lesson = _beside_the_others(edges, level, one)
        noise = noise.told(window.number, [signal for signal in lesson if signal.key not in known])
    return Watch(
        edges=edges,
        level=level,
        basis=basis,
        clock=watch.clock,
        noise=noise,
        tracks=tuple(one for one in watch.tracks if one.key == VOLUME),
        incidents=tuple(one for one in watch.incidents if one.column == VOLUME[0]),
        opened=watch.opened,
        kept=watch.kept if edges.edges_id == watch.edges.edges_id else _kept(profiles, windows),
    )


def _level(profiles: tuple[Profile, ...], edges: Edges) -> Profile:
    """All rows together."""
    if not any(one.rows for one in profiles):
        raise BadData("the reference", "has no rows", "give the windows that the champion was trained on")
    level = profiles[0]
    for one in profiles[1:]:
        level += one
    if level.edges_id != edges.edges_id:
        raise BadData("the reference", f"was counted on edges {level.edges_id}", f"count it on {edges.edges_id}")
    return level


def _basis(profiles: tuple[Profile, ...], windows: tuple[Window, ...], clock: Clock) -> Basis:
    return Basis(places=tuple(clock.place(one) for one in windows), rows=tuple(one.rows for one in profiles))


def _teaches(one: Profile, level: Profile) -> bool:
    return LEAST_ROWS <= one.rows < level.rows


def _beside_the_others(edges: Edges, level: Profile, one: Profile) -> tuple[Signal, ...]:
    """A window that the level holds, seen from the level without it."""
    return measure(edges, level - one, one) if _teaches(one, level) else ()


def _apart(watch: Watch, basis: Basis, numbers: set[int]) -> Mapping[Key, float]:
    """How far a new level lies from the old one, by its windows as the old champion saw them.

    Where none of them is kept, the new level is taken to be where the remembered windows were.
    """
    kept = [one.profile for one in watch.kept if one.window.number in numbers and one.profile.rows]
    if not kept:
        expected, _ = habit(watch.noise.moves, watch.noise.places).over(basis.places, basis.rows)
        return {key: float(move) for key, move in zip(watch.noise.keys, expected, strict=True) if key[1] not in UNOWNED}
    signals = measure(watch.edges, watch.level, sum(kept[1:], start=kept[0]))
    return {one.key: one.move for one in signals if one.kind not in UNOWNED}


def _kept(profiles: tuple[Profile, ...], windows: tuple[Window, ...]) -> tuple[Kept, ...]:
    pairs = zip(windows, profiles, strict=True)
    return tuple(Kept(window=window, profile=profile) for window, profile in pairs)[-KEPT:]
