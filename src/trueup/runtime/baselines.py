"""How would the same stream have gone without a policy: never retrained, or retrained at every window's end?

Plain single models of the default pipeline, no blend, no recalibration, labels as late as everybody's.
"""

from __future__ import annotations

from dataclasses import dataclass
from time import process_time
from typing import TYPE_CHECKING

import numpy as np

from trueup.loop.monitor.performance import evaluate, value
from trueup.ports.models import Lesson, Recipe, Sample
from trueup.runtime.labels import encode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.loop.policy import Policy
    from trueup.loop.window import Window
    from trueup.ports.models import Fits, Recipes
    from trueup.runtime.stream import Stream
    from trueup.stats.arrays import Floats, Integers

RECENT = 6  # windows


@dataclass(frozen=True, slots=True, kw_only=True)
class Baselines:
    """The three baselines, window by window."""

    windows: tuple[int, ...]  # numbers
    never: tuple[float | None, ...]
    recent: tuple[float | None, ...]  # retrained on the last six windows
    everything: tuple[float | None, ...]  # retrained on all rows
    recent_seconds: float  # CPU seconds of all its trainings
    everything_seconds: float
    trainings: int  # of each of the two


def baselines(
    stream: Stream, policy: Policy, windows: Sequence[Window], recipes: Recipes, *, history: int
) -> Baselines:
    """Play all three; the first `history` windows train the first model."""
    known = np.flatnonzero(stream.labels.is_valid().to_numpy(zero_copy_only=False))
    labels = np.zeros(stream.rows)
    labels[known] = encode(policy.schema, stream.labels.take(known))
    judged = windows[history:]
    first, _ = _fit(stream, policy, recipes, labels, _seen(stream, known, windows, history))
    rows: list[tuple[float | None, float | None, float | None]] = []
    spent = np.zeros(2)
    newest = first
    for place, window in enumerate(judged):
        if place:
            trained = _seen(stream, known, windows, history + place)
            newest, seconds = _fit(stream, policy, recipes, labels, trained)
            spent += seconds
        rows.append(_judge(stream, policy, labels, known, window, (first, newest)))
    never, recent, everything = zip(*rows, strict=True)
    return Baselines(
        windows=tuple(window.number for window in judged),
        never=never,
        recent=recent,
        everything=everything,
        recent_seconds=float(spent[0]),
        everything_seconds=float(spent[1]),
        trainings=len(judged) - 1,
    )


def _seen(stream: Stream, known: Integers, windows: Sequence[Window], upto: int) -> tuple[Integers, Integers]:
    """The rows of the last six windows, and all rows, whose labels are known when a window begins."""
    now, since = windows[upto - 1].end, windows[max(upto - RECENT, 0)].start
    everything = known[(stream.times[known] < now) & (stream.known[known] < now)]
    recent = everything[stream.times[everything] >= since]
    return (recent if len(recent) else everything), everything


def _fit(
    stream: Stream, policy: Policy, recipes: Recipes, labels: Floats, seen: tuple[Integers, Integers]
) -> tuple[Fits, Floats]:
    recent, everything = seen
    span = np.arange(int(everything.max()) + 1)
    lesson = Lesson(
        schema=policy.schema,
        features=stream.features.slice(0, len(span)),
        target=labels[span],
        samples=(Sample(rows=recent, weights=None), Sample(rows=everything, weights=None)),
        seed=policy.train.seed,
    )
    before = process_time()
    fits = recipes.fit(Recipe(), lesson)
    spent = process_time() - before
    share = np.array(fits.seconds) / max(sum(fits.seconds), 1e-9)
    return fits, spent * share if len(share) == 2 else np.array([spent / 2, spent / 2])


def _judge(
    stream: Stream, policy: Policy, labels: Floats, known: Integers, window: Window, fits: tuple[Fits, Fits]
) -> tuple[float | None, float | None, float | None]:
    rows = known[(stream.times[known] >= window.start) & (stream.times[known] < window.end)]
    if not len(rows):
        return None, None, None
    table = stream.features.take(rows)
    frozen, fresh = fits[0].raw(table), fits[1].raw(table)
    scored = (frozen[-1], fresh[0], fresh[-1])
    schema = policy.schema
    found = [
        value(evaluate(policy.metric, labels[rows], score, version="baseline", rows=len(rows), task=schema.task))
        for score in scored
    ]
    return found[0], found[1], found[2]
