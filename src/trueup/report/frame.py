"""Where on the page is a window? The one axis that every lane shares."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import altair as alt

from trueup.report.palette import Palette
from trueup.report.story import windows

if TYPE_CHECKING:
    from trueup.report.story import Story

WIDTH: Final = 1180.0  # pixels of the plot, labels not counted
MOST_TICKS: Final = 18
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """The shared axis of one chart, and its colours."""

    palette: Palette
    domain: tuple[float, float]  # window numbers, half a window before and after
    ticks: tuple[int, ...]  # window numbers
    dates: tuple[str, ...]  # what stands below each tick; empty: nothing
    title: str

    @property
    def per_window(self) -> float:
        """Pixels of one window."""
        return WIDTH / (self.domain[1] - self.domain[0])

    def x(self, field: str, *, labelled: bool = False) -> alt.X:
        """A place on the shared axis; its numbers are shown once, below the last lane."""
        scale = alt.Scale(domain=list(self.domain), nice=False, zero=False)
        return alt.X(f"{field}:Q", scale=scale, axis=self._axis() if labelled else None)

    def _axis(self) -> alt.Axis:
        texts = [[str(tick), date] if date else [str(tick)] for tick, date in zip(self.ticks, self.dates, strict=True)]
        named = json.dumps(dict(zip(map(str, self.ticks), texts, strict=True)))
        return alt.Axis(title=self.title, values=list(self.ticks), labelExpr=f"{named}[datum.value]", grid=False)


def frame(story: Story, palette: Palette) -> Frame:
    """The axis over all windows of the story."""
    slices = windows(story)
    first, last = slices[0]["window"], slices[-1]["window"]
    step = next(step for step in _steps() if (last - first) / step <= MOST_TICKS)
    starts = {one["window"]: one["start"] for one in slices}
    ticks = tuple(window for window in starts if window % step == 0) or (first,)
    timed = story["clock"] == "time"
    form = _form(slices[-1]["end"] - slices[0]["start"])
    return Frame(
        palette=palette,
        domain=(first - 0.5, last + 0.5),
        ticks=ticks,
        dates=tuple(f"{moment(starts[tick]):{form}}" if timed else "" for tick in ticks),
        title=f"window ({_sizes([one['rows'] for one in slices])}{_period(story) if timed else ''})",
    )


def moment(seconds: float) -> datetime:
    """Seconds since the epoch as a date in UTC, before 1970 as well."""
    return EPOCH + timedelta(seconds=seconds)


def _steps() -> list[int]:
    return [one * 10**power for power in range(9) for one in (1, 2, 5)]


def _form(seconds: float) -> str:
    days = seconds / 86400
    if days > 200:
        return "%b %Y"
    return "%d %b" if days > 4 else "%d %b %H:%M"


def _sizes(rows: list[int]) -> str:
    low, high = min(rows), max(rows)
    if high - low <= 0.01 * high:
        return f"{high:,} rows each"
    return f"{low:,} to {high:,} rows each"


def _period(story: Story) -> str:
    slices = windows(story)
    start, end = slices[0]["start"], slices[-1]["end"]
    form = "%B %Y" if end - start > 200 * 86400 else "%d %B %Y"
    words = (f"{moment(start):{form}}", f"{moment(end):{form}}")
    return f"; {words[0]}" if words[0] == words[1] else f"; {words[0]} to {words[1]}"
