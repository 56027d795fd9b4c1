"""Does an event of the calendar fall into the windows that people would say it does?"""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from trueup.loop.policy import Known, MonitorPolicy, Windowing
from trueup.loop.window import Window
from trueup.runtime.known import calm_windows, known_in
from trueup.testing.toy import PLAIN

ZONE = "America/New_York"


def moment(text: str) -> float:
    """Seconds since the epoch of a moment on New York's clocks."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).timestamp()


def window(start: str, end: str, number: int = 1) -> Window:
    """From one moment to the next."""
    return Window(number=number, start=moment(start), end=moment(end), name=start)


@pytest.mark.parametrize(
    ("first", "last", "start", "end", "inside"),
    [
        ("2026-11-27", "2026-11-30", "2026-11-26", "2026-11-27", False),
        ("2026-11-27", "2026-11-30", "2026-11-27", "2026-11-28", True),
        ("2026-11-27", "2026-11-30", "2026-11-30", "2026-12-01", True),
        ("2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02", False),
        ("2026-11-27", "2026-11-30", "2026-11-23", "2026-11-30", True),  # a week that touches it
        ("2026-11-27", "2026-11-27", "2026-11-27T23:00", "2026-11-28T00:00", True),
        ("2026-11-27", "2026-11-27", "2026-11-28T00:00", "2026-11-28T01:00", False),
        ("12-24", "01-02", "2026-12-31", "2027-01-01", True),  # every year, over the new year
        ("12-24", "01-02", "2027-01-02", "2027-01-03", True),
        ("12-24", "01-02", "2027-01-03", "2027-01-04", False),
        ("12-24", "01-02", "2031-12-24", "2031-12-25", True),
        ("07-04", "07-04", "2027-07-04", "2027-07-05", True),
        ("02-29", "02-29", "2028-02-29", "2028-03-01", True),
        ("02-29", "02-29", "2027-03-01", "2027-03-02", True),
    ],
)
def test_a_window_is_in_an_event_that_shares_a_day_with_it(
    first: str, last: str, start: str, end: str, *, inside: bool
) -> None:
    """Days are those of the project's time zone; the last one counts to its end."""
    event = Known(name="it", first=first, last=last, effect="skip")
    policy = replace(
        PLAIN, window=Windowing(unit="time", length=86_400.0, timezone=ZONE), monitor=MonitorPolicy(calendar=(event,))
    )
    assert known_in(window(start, end), policy) == (("it",) if inside else ())
    assert len(calm_windows([window(start, end)], policy)) == 1 - inside
