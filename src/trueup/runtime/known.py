"""Which events of the calendar fall into a window? Told here, since the core has no clock and no time zone."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from trueup.loop.policy import Known, Policy
    from trueup.loop.window import Window

INSTANT: Final = 0.001  # seconds
YEARLY: Final = len("11-27")  # letters of a date without a year


def known_in(window: Window, policy: Policy) -> tuple[str, ...]:
    """The names of the events that share at least a day with a window, in the project's time zone."""
    calendar = policy.monitor.calendar
    if not calendar:
        return ()
    zone = ZoneInfo(policy.window.timezone)
    moments = (window.start, max(window.start, window.end - INSTANT))  # its end belongs to the next one
    first, last = (dt.datetime.fromtimestamp(moment, tz=zone).date() for moment in moments)
    return tuple(one.name for one in calendar if any(a <= last and first <= b for a, b in _days(one, first, last)))


def calm_windows(windows: Sequence[Window], policy: Policy) -> list[Window]:
    """The windows that the calendar does not skip."""
    skips = {one.name for one in policy.monitor.calendar if one.effect == "skip"}
    return [one for one in windows if not skips.intersection(known_in(one, policy))]


def _days(event: Known, first: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The first and last days of an event around some dates; one of every year may run over the new year."""
    if len(event.first) != YEARLY:
        yield dt.date.fromisoformat(event.first), dt.date.fromisoformat(event.last)
        return
    over = event.last < event.first
    for year in range(first.year - 1, last.year + 1):
        yield _date(year, event.first), _date(year + over, event.last)


def _date(year: int, day: str) -> dt.date:
    """A day of a year; the 29th of February is the 1st of March where there is none."""
    try:
        return dt.date.fromisoformat(f"{year:04d}-{day}")
    except ValueError:
        return dt.date(year, 3, 1)
