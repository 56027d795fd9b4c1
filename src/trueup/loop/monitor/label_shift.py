"""Do the labels that come back have another mix than the champion learnt?

A window's labels are counted by class, or by decile of the reference. The alert needs a mix that is further off than
the owner's budget lets chance bring about, by enough to matter, in two of three windows or overwhelmingly; while the
noise is being learnt, in three windows in a row. The level is that of the champion's own windows; the noise survives
promotions.
Source: research/decision-quality.md sections 3.2 and 3.3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.counts import Counts
from trueup.loop.monitor.dispersion import (
    CUT,
    LEARNT,
    LEAST,
    SMOOTHING,
    Dispersion,
    Past,
    disperse,
    f_above,
    pooled_shares,
)
from trueup.loop.monitor.distances.psi import chance, psi
from trueup.loop.monitor.label_watch import LabelIncident, LabelReading, LabelWatch, Seen
from trueup.loop.monitor.mix import Mix, moved, worth_a_word
from trueup.loop.monitor.reading import MAJOR, MODERATE
from trueup.loop.schema import Schema
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Collection

    from trueup.loop.feedback.returned import Returned
    from trueup.loop.window import Window

THIN: Final = 20  # labels; a window with fewer is not judged
KEPT: Final = 84  # quiet windows that noise is learnt from, and windows of a level
LEARNING_PSI: Final = 0.10  # least psi beyond chance while only sampling noise is known
SUSPECT: Final = 0.02  # a window less likely than this must wait to teach: what moves for good is no noise
TOGETHER: Final = 14  # quiet windows that are taken for one level
QUIET: Final = 3  # windows within the limit that end an incident
LEAST_SHARE: Final = 0.02  # a rarer class is counted with the other rare ones
MOST: Final = 20  # classes that are told apart
COURSE: Final = 60  # newest windows of the course


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What one window's labels came to."""

    watch: LabelWatch
    opened: bool  # an incident begins


def start(returned: tuple[Returned, ...], windows: tuple[Window, ...]) -> LabelWatch | None:
    """A watch whose level and noise are those of the labelled past; windows that wait for labels teach nothing."""
    full = sorted(one.labelled / max(one.rows, 1) for one in returned)
    usual = full[len(full) // 2] if full else 0.0
    seen = tuple(
        Seen(number=window.number, place=_place(window, one.unit), epoch=0, counts=one.counts)
        for window, one in zip(windows, returned, strict=True)
        if one.labelled >= max(1, 0.8 * usual * one.rows)
    )[-KEPT:]
    if not seen:
        return None
    quiet = tuple(one for one in seen if sum(one.counts) >= THIN)
    return LabelWatch(edges=returned[0].edges, unit=returned[0].unit, level=seen, quiet=quiet, recent=seen)


def rebase(watch: LabelWatch, numbers: Collection[int]) -> LabelWatch:
    """The level becomes that of the new champion's windows, where they are known; the noise stays.

    Where it has learnt windows of the new mix, these alone are the level: what came before them is over.
    """
    known = {one.number: one for one in (*watch.level, *watch.recent)}
    level = tuple(one for number, one in sorted(known.items()) if number in numbers) or watch.level
    since = 0 if watch.incident is None else watch.incident.since
    level = tuple(one for one in level if one.number >= since) or level
    return replace(
        watch, level=level, epoch=watch.epoch + 1, trend=(), hits=(), incident=None, reading=None, waiting=()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What a window's labels are read under."""

    schema: Schema
    budget: float  # windows for one false alert
    closed: int  # number of the newest closed window
    what: str = "labels"  # that are counted


def look(watch: LabelWatch, window: Window, returned: Returned, setting: Setting) -> Looked:
    """Read one window's labels; what is quiet is learnt."""
    epoch = _epoch(watch)
    seen = Seen(number=window.number, place=_place(window, watch.unit), epoch=epoch, counts=returned.counts)
    watch = replace(watch, recent=(*watch.recent, seen)[-KEPT:], epoch=epoch)
    level = np.sum([one.counts for one in watch.level], axis=0)
    if returned.labelled < THIN or returned.edges != watch.edges or len(level) != len(returned.counts):
        return Looked(watch=watch, opened=False)
    keep = _kept(level)
    usual = np.asarray(level, float)
    base = pooled_shares([(usual + 0.5).tolist()], keep)[0]
    noise = disperse(_past(watch, keep), base)
    reading, trend = _judge(watch, seen, _Sides(noise, keep, base), setting)
    apart = psi(Counts.of(usual.tolist()), Counts.of([float(one) for one in seen.counts]))
    opened, incident = _incident(watch, reading, setting.closed)
    taught = _taught(watch, seen, reading, incident)
    grows = seen in taught.quiet and reading.learning and len(watch.level) < LEARNT
    after = replace(
        watch,
        level=(*watch.level, seen) if grows else watch.level,
        waiting=taught.waiting,
        calm=taught.calm,
        quiet=taught.quiet,
        trend=trend,
        hits=(*watch.hits, reading.over)[-2:],
        incident=incident,
        reading=reading,
        course=(*watch.course, apart)[-COURSE:],
    )
    return Looked(watch=after, opened=opened)


@dataclass(frozen=True, slots=True, eq=False)
class _Sides:
    """What a window is judged against."""

    noise: Dispersion
    keep: tuple[int, ...]  # classes that are told apart
    base: Floats  # the level's shares of them, and of all others


def _judge(watch: LabelWatch, seen: Seen, sides: _Sides, setting: Setting) -> tuple[LabelReading, tuple[float, ...]]:
    """The smaller p of the window and of the trend, against this signal's part of the budget."""
    noise, base = sides.noise, sides.base
    classes, labels = len(base), sum(seen.counts)
    learning = noise.windows < LEARNT
    expected = _expected(watch, seen, sides)
    distance = (pooled_shares([seen.counts], sides.keep)[0] - expected) / np.sqrt(base)
    behind = len(watch.level)
    doubt = 1 + min(noise.slow / behind, 4.0) + (noise.period / noise.windows if noise.period > 1 else 0.0)
    scaled = distance / np.sqrt(float(noise.usual(labels, classes)) * doubt)
    p = f_above(float(scaled @ scaled), noise.directions, noise.freedom)
    before = np.array(watch.trend) if len(watch.trend) == classes else np.zeros(classes)
    cut = scaled * min(1.0, CUT / max(float(np.linalg.norm(scaled)), 1e-300))
    trend = (1 - SMOOTHING) * before + SMOOTHING * cut
    if noise.windows >= LEAST:
        p = min(p, f_above(float(trend @ trend) / _trend_spread(noise, behind), noise.directions, noise.freedom))
    limit = 1.0 / (setting.budget * 2)
    now, then = Counts.of([float(one) for one in seen.counts]), _as_counts(watch, seen, sides)
    beyond = max(0.0, psi(then, now) - chance(then, now))
    mix = Mix(before=tuple((then.rows / then.total).tolist()), now=seen.counts)
    matters = beyond >= LEARNING_PSI if noise.windows < LEAST else worth_a_word(mix)
    reading = LabelReading(
        window=seen.number,
        labels=labels,
        p=p,
        limit=limit,
        over=p < limit and matters,
        psi=beyond,
        severity="major" if beyond >= MAJOR else "moderate" if beyond >= MODERATE else "minor",
        moved=moved(mix, setting.schema, watch.edges, setting.what),
        learning=learning,
    )
    return reading, tuple(float(one) for one in trend)


def _trend_spread(noise: Dispersion, behind: int) -> float:
    """The squared length that the trend of quiet windows has on average."""
    rho, kept = noise.correlation, 1 - SMOOTHING
    spread = SMOOTHING / (2 - SMOOTHING) * (1 + rho * kept) / (1 - rho * kept)
    return spread + min(noise.slow / behind, 4.0)


def _expected(watch: LabelWatch, seen: Seen, sides: _Sides) -> Floats:
    """What is usual for this place in the cycle: the level's mean without its own habits, and the habit."""
    noise = sides.noise
    if noise.period == 1:
        return sides.base
    shares = pooled_shares([one.counts for one in watch.level], sides.keep)
    habits = noise.habit[[one.place % noise.period for one in watch.level]]
    return np.asarray((shares - habits).mean(axis=0) + noise.habit[seen.place % noise.period])


def _as_counts(watch: LabelWatch, seen: Seen, sides: _Sides) -> Counts:
    """The level's labels in the mix that is usual for this place in the cycle, by class."""
    level = np.sum([one.counts for one in watch.level], axis=0).astype(float)
    if sides.noise.period > 1:
        factor = np.clip(_expected(watch, seen, sides), 1e-6, None) / sides.base
        every = np.full(len(level), factor[-1])
        every[list(sides.keep)] = factor[: len(sides.keep)]
        level = level * every
    return Counts.of(level.tolist())


def _incident(watch: LabelWatch, reading: LabelReading, closed: int) -> tuple[bool, LabelIncident | None]:
    """Whether an episode begins, and the one that stands after this window."""
    standing = watch.incident
    if standing is not None:
        quiet = 0 if reading.over else standing.quiet + 1
        return False, None if quiet >= QUIET else replace(standing, quiet=quiet)
    often = len(watch.hits) == 2 and all(watch.hits) if reading.learning else any(watch.hits)
    opens = reading.over and (often or (not reading.learning and reading.p < reading.limit**2))
    if not opens:
        return False, None
    back = next((len(watch.hits) - place for place, hit in enumerate(watch.hits) if hit), 0)
    return True, LabelIncident(opened=reading.window, since=watch.recent[-1 - back].number, told=closed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Taught:
    """What a window teaches, and what waits."""

    quiet: tuple[Seen, ...]
    waiting: tuple[Seen, ...]
    calm: int


def _taught(watch: LabelWatch, seen: Seen, reading: LabelReading, incident: LabelIncident | None) -> _Taught:
    """A quiet window teaches at once, a suspect one when quiet ones have followed: a weekend's swing is a habit."""
    suspect = reading.over or reading.p < SUSPECT
    calm = 0 if suspect else watch.calm + 1
    if suspect or incident is not None:
        return _Taught(quiet=watch.quiet, waiting=(*watch.waiting, seen)[-KEPT:], calm=calm)
    late = watch.waiting if calm >= QUIET else ()
    quiet = sorted((*watch.quiet, *late, seen), key=lambda one: one.number)[-KEPT:]
    return _Taught(quiet=tuple(quiet), waiting=() if late else watch.waiting, calm=calm)


def _epoch(watch: LabelWatch) -> int:
    """A few windows in a row are one level: a slow departure from the champion's is no noise."""
    there = [one.epoch for one in watch.quiet]
    return watch.epoch if watch.epoch and there.count(watch.epoch) < TOGETHER else watch.epoch + 1


def _past(watch: LabelWatch, keep: tuple[int, ...]) -> Past:
    quiet = watch.quiet
    if not quiet:
        return Past(np.zeros((0, len(keep))), np.zeros(0), np.zeros(0, np.int64), np.zeros(0, np.int64))
    return Past(
        pooled_shares([one.counts for one in quiet], keep),
        np.array([float(sum(one.counts)) for one in quiet]),
        np.array([one.epoch for one in quiet]),
        np.array([one.place for one in quiet]),
    )


def _kept(level: Floats) -> tuple[int, ...]:
    """The frequent classes, in order."""
    least = LEAST_SHARE * float(np.sum(level))
    frequent = sorted((place for place, rows in enumerate(level) if rows >= least), key=lambda place: -level[place])
    return tuple(sorted(frequent[:MOST]))


def _place(window: Window, unit: float) -> int:
    return round(window.start / unit)
