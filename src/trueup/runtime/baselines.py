"""How would the same stream have gone under a plain policy: never retrained, at every window's end, or when psi moves?

Plain single models of the default pipeline, no blend, no recalibration, labels as late as everybody's.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from time import process_time
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.loop.monitor.performance import evaluate, value
from trueup.ports.models import Lesson, Recipe, Sample
from trueup.runtime.calm import PSI_LIMIT, Calm, Reference, calm
from trueup.runtime.labels import encode
from trueup.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from trueup.loop.policy import Policy
    from trueup.loop.window import Window
    from trueup.ports.models import Fits, Recipes
    from trueup.runtime.stream import Stream
    from trueup.stats.arrays import Integers

RECENT: Final = 6  # windows
NAMES: Final = ("never", "every window, recent", "every window, all", f"psi > {PSI_LIMIT:g}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Rival:
    """One plain policy: how it did window by window, and what its trainings took."""

    values: tuple[float | None, ...]
    trainings: int
    seconds: float  # CPU seconds of all its trainings


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselines:
    """The plain policies on the judged windows, and the alerts of the calm history."""

    windows: tuple[int, ...]  # numbers
    never: Rival
    recent: Rival  # retrained at every window's end on the last six windows
    everything: Rival  # retrained at every window's end on all rows
    psi: Rival  # retrained on the last six windows when a column's psi against the model's own rows is above 0.2
    calm: Calm


@dataclass(slots=True, kw_only=True)
class Tally:
    """What the plain policies have come to so far."""

    rows: list[tuple[float | None, ...]] = field(default_factory=list)  # never, recent, all, psi
    spent: Floats = field(default_factory=lambda: np.zeros(3))  # CPU seconds: recent, all, psi
    alarms: int = 0

    def rival(self, place: int, trainings: int, seconds: float) -> Rival:
        """One policy's part of it."""
        return Rival(values=tuple(row[place] for row in self.rows), trainings=trainings, seconds=float(seconds))


def baselines(
    stream: Stream, policy: Policy, windows: Sequence[Window], recipes: Recipes, *, history: int
) -> Baselines:
    """Play all of them; the first `history` windows train the first model."""
    judged = windows[history:]
    tally = _played(Course(stream, policy, windows, recipes), history)
    every = len(judged) - 1
    return Baselines(
        windows=tuple(window.number for window in judged),
        never=tally.rival(0, 0, 0.0),
        recent=tally.rival(1, every, tally.spent[0]),
        everything=tally.rival(2, every, tally.spent[1]),
        psi=tally.rival(3, tally.alarms, tally.spent[2]),
        calm=calm(stream, policy, windows[:history]),
    )


def _played(course: Course, history: int) -> Tally:
    """Window by window; a psi training takes the very fit that `every window, recent` makes at that moment."""
    tally, seen = Tally(), course.seen(history)
    first, _ = course.fit(seen)
    newest = kept = first
    reference, moved = course.reference(seen), False
    for place, window in enumerate(course.windows[history:]):
        if place:
            seen = course.seen(history + place)
            newest, seconds = course.fit(seen)
            tally.spent += (*seconds, seconds[0] if moved else 0.0)
        if moved:
            kept, reference = newest, course.reference(seen)
            tally.alarms += 1
        tally.rows.append(course.judge(window, first, newest, kept))
        moved = reference.psi(course.inputs(window)) > PSI_LIMIT
    return tally


class Course:
    """The rows that the plain policies train on and answer."""

    def __init__(self, stream: Stream, policy: Policy, windows: Sequence[Window], recipes: Recipes) -> None:
        """Read the labels once."""
        self.windows = windows
        self._stream, self._policy, self._recipes = stream, policy, recipes
        self._known = np.flatnonzero(stream.labels.is_valid().to_numpy(zero_copy_only=False))
        self._labels = np.zeros(stream.rows)
        self._labels[self._known] = encode(policy.schema, stream.labels.take(self._known))

    def seen(self, upto: int) -> tuple[Integers, Integers]:
        """The rows of the last six windows, and all rows, whose labels are known when a window begins."""
        stream, known = self._stream, self._known
        now, since = self.windows[upto - 1].end, self.windows[max(upto - RECENT, 0)].start
        everything = known[(stream.times[known] < now) & (stream.known[known] < now)]
        recent = everything[stream.times[everything] >= since]
        return (recent if len(recent) else everything), everything

    def fit(self, seen: tuple[Integers, Integers]) -> tuple[Fits, Floats]:
        """One model on the recent rows and one on all of them, and the CPU seconds of each."""
        recent, everything = seen
        span = np.arange(int(everything.max()) + 1)
        lesson = Lesson(
            schema=self._policy.schema,
            features=self._stream.features.slice(0, len(span)),
            target=self._labels[span],
            samples=(Sample(rows=recent, weights=None), Sample(rows=everything, weights=None)),
            seed=self._policy.train.seed,
        )
        before = process_time()
        fits = self._recipes.fit(Recipe(), lesson)
        spent = process_time() - before
        share = np.array(fits.seconds) / max(sum(fits.seconds), 1e-9)
        return fits, spent * share if len(share) == 2 else np.array([spent / 2, spent / 2])

    def reference(self, seen: tuple[Integers, Integers]) -> Reference:
        """The rows of the recent model, as the customary rule compares with them."""
        return Reference.of(self._stream.features.take(seen[0]), self._policy.schema)

    def inputs(self, window: Window) -> pa.Table:
        """What was asked in a window, labelled or not."""
        rows = self._stream.between(window.start, window.end)
        return self._stream.features.slice(rows.start, rows.stop - rows.start)

    def judge(self, window: Window, first: Fits, newest: Fits, kept: Fits) -> tuple[float | None, ...]:
        """The metric of a window's labelled rows under each policy."""
        stream, known = self._stream, self._known
        rows = known[(stream.times[known] >= window.start) & (stream.times[known] < window.end)]
        if not len(rows):
            return (None,) * len(NAMES)
        table, task = stream.features.take(rows), self._policy.schema.task
        raw = {id(fits): fits.raw(table) for fits in {id(one): one for one in (first, newest, kept)}.values()}
        scored = (raw[id(first)][-1], raw[id(newest)][0], raw[id(newest)][-1], raw[id(kept)][0])
        labels, metric = self._labels[rows], self._policy.metric
        return tuple(
            value(evaluate(metric, labels, score, version="baseline", rows=len(rows), task=task)) for score in scored
        )
