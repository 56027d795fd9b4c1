"""Where does one window end and the next begin?"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from trueup.loop.window import Window

if TYPE_CHECKING:
    from trueup.loop.policy import Windowing

DAY = 86_400.0
LONGEST = 30.0  # seconds between two looks
MONDAY = dt.date(1970, 1, 5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """The window that is still open."""

    number: int
    start: float


def opening(first: float, windowing: Windowing) -> Open:
    """The first window, given the first row's time."""
    start = _floor(first, windowing) if windowing.unit == "time" else first
    return Open(number=1, start=start)


def cut(times: np.ndarray, opened: Open, windowing: Windowing, *, now: float) -> tuple[tuple[Window, ...], Open]:
    """Close what can be closed by `now`; `times` are the sorted event times from the open window's start on.

    A window of time closes at its calendar boundary, later while it holds fewer than `min_rows`; a window of rows
    with its last row, rows of the same moment included.
    """
    closed: list[Window] = []
    at = 0
    while True:
        rest = times[at:]
        end = _end_of_rows(rest, windowing) if windowing.unit == "rows" else _end_of_time(rest, opened, windowing, now)
        if end is None or end > now:
            return tuple(closed), opened
        rows = int(np.searchsorted(rest, end, side="left"))
        closed.append(_window(opened, end, windowing, rows))
        opened = Open(number=opened.number + 1, start=end)
        at += rows


def next_boundary(start: float, windowing: Windowing) -> float:
    """The first calendar boundary after a moment (windows of time)."""
    zone, length = ZoneInfo(windowing.timezone), windowing.length
    if length % DAY:
        return (start // length + 1) * length
    local = dt.datetime.fromtimestamp(start, tz=zone)
    date = _grid_date(local.date(), int(length // DAY))
    following = date + dt.timedelta(days=int(length // DAY))
    return dt.datetime.combine(following, dt.time(), tzinfo=zone).timestamp()


def ticks(times: np.ndarray, windowing: Windowing, *, after: float, upto: float) -> tuple[float, ...]:
    """The moments at which the loop looks: window boundaries and equal parts between them."""
    inside = times[(times > after) & (times <= upto)]
    if windowing.unit == "rows":
        step = max(int(windowing.length // windowing.ticks), 1)
        marks = np.unique(np.nextafter(inside[step - 1 :: step], np.inf))
        last = np.nextafter(inside[-1:], np.inf)
        return tuple(float(mark) for mark in np.union1d(marks, last))
    found: list[float] = []
    start = _floor(after, windowing)
    while start < upto:
        end = next_boundary(start, windowing)
        part = (end - start) / windowing.ticks
        found += [start + part * place for place in range(1, windowing.ticks)] + [end]
        start = end
    return tuple(mark for mark in found if after < mark)


def history_end(last: float, windowing: Windowing) -> float:
    """History ends with the window of its last row."""
    return next_boundary(last, windowing) if windowing.unit == "time" else float(np.nextafter(last, np.inf))


def seconds_between_looks(windowing: Windowing) -> float:
    """How often a running loop looks, by the machine's clock; a row is in the log one look after it was accepted."""
    if windowing.unit == "rows":
        return LONGEST
    return max(1.0, min(LONGEST, windowing.length / windowing.ticks))


def _floor(moment: float, windowing: Windowing) -> float:
    length = windowing.length
    if length % DAY:
        return (moment // length) * length
    zone = ZoneInfo(windowing.timezone)
    date = _grid_date(dt.datetime.fromtimestamp(moment, tz=zone).date(), int(length // DAY))
    return dt.datetime.combine(date, dt.time(), tzinfo=zone).timestamp()


def _grid_date(date: dt.date, days: int) -> dt.date:
    """The last date on the grid of so many days, counted from a Monday."""
    return date - dt.timedelta(days=(date - MONDAY).days % days)


def _end_of_rows(times: np.ndarray, windowing: Windowing) -> float | None:
    length = int(windowing.length)
    if len(times) < length:
        return None
    return float(np.nextafter(times[length - 1], np.inf))


def _end_of_time(times: np.ndarray, opened: Open, windowing: Windowing, now: float) -> float | None:
    end = next_boundary(opened.start, windowing)
    while end <= now:
        if int(np.searchsorted(times, end, side="left")) >= windowing.min_rows:
            return end
        end = next_boundary(end, windowing)
    return None


def _window(opened: Open, end: float, windowing: Windowing, rows: int) -> Window:
    if windowing.unit == "rows":
        name = f"#{opened.number} ({rows:,} rows)"
    else:
        local = dt.datetime.fromtimestamp(opened.start, tz=ZoneInfo(windowing.timezone))
        name = local.strftime("%Y-%m-%d") if windowing.length >= DAY else local.strftime("%Y-%m-%d %H:%M")
    return Window(number=opened.number, start=opened.start, end=end, name=name)
