"""A number that only grows with time."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from trueup.loop.decide.cause import Cause, figures, listed
from trueup.loop.monitor.moved import level_mean, plain

if TYPE_CHECKING:
    from trueup.loop.decide.cause import Evidence

LEAST_WINDOWS: Final = 4
LEAST_ROWS: Final = 20
LEAST_STEPS: Final = 2  # a single one is a change
APART: Final = 1.0  # times the reference's variance that lies between windows: they hardly overlap
LEAP: Final = 5.0  # times the largest step so far; what is further is no growth


def growing_column(evidence: Evidence) -> Cause | None:
    """Window by window a number went one way, the windows hardly overlap, and it went on so: a year, an id, a counter.

    Neither the world nor a sensor brings that about, so it is asked once whether the model is better off without it.
    """
    seen = (one.column for one in evidence.moves if evidence.open(one.column))
    found = {column: steps for column in seen for steps in [_steps(evidence, column)] if steps}
    if not found:
        return None
    columns = tuple(sorted(found))
    steps = found[columns[0]]
    way = "grew" if steps[-1] > steps[0] else "fell"
    without = f"train without {'column' if len(columns) == 1 else 'columns'} {listed(columns)}"
    return Cause(
        name="growing_column",
        columns=columns,
        proof=(
            f"the mean of {columns[0]} {way} from {plain(steps[0])} to {plain(steps[-1])} over {len(steps)} windows "
            f"and never went back, so each window is new to the model: {without}"
        ),
        figures=figures(windows=len(steps), first=steps[0], last=steps[-1]),
        confidence=0.9,
    )


def _steps(evidence: Evidence, name: str) -> tuple[float, ...]:
    """The means of the windows, this one last, if they only went one way; else nothing."""
    edges, accepted, now = evidence.sides(name)
    windows = [one for one in (*accepted[1:], now) if one.present >= LEAST_ROWS]
    if edges.kind != "numeric" or edges.sd <= 0 or len(windows) <= LEAST_WINDOWS:
        return ()
    means = tuple(level_mean(edges, one) for one in windows)
    steps = [right - left for left, right in pairwise(means)]
    one_way = all(one >= 0 for one in steps) or all(one <= 0 for one in steps)
    if not one_way or sum(one != 0 for one in steps) < LEAST_STEPS:
        return ()
    middle = sum(means) / len(means)
    between = sum((one - middle) ** 2 for one in means) / len(means)
    goes_on = abs(steps[-1]) <= max(LEAP * max(abs(one) for one in steps[:-1]), edges.high - edges.low)
    return means if between >= APART * edges.sd**2 and goes_on else ()
