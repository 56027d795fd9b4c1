"""Which known events does the project file name, and do they make sense?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from trueup.loop.policy import Known

if TYPE_CHECKING:
    from collections.abc import Sequence

    from trueup.settings.problems import Problems
    from trueup.settings.sections import CalendarSection

FACTOR: Final = Known(name="", first="", last="", effect="widen").factor


def calendar(problems: Problems, events: Sequence[CalendarSection], *, clock: bool) -> tuple[Known, ...]:
    """The events as the loop knows them; all that is wrong with them is noted."""
    names = [one.name for one in events]
    if events and not clock:
        what = "a calendar needs a clock, and the time column holds plain order numbers"
        problems.add(("monitor", "calendar"), what, "leave it out, or name a column of moments under time")
    for index, one in enumerate(events):
        here = ("monitor", "calendar", index)
        if one.name in names[:index]:
            mend = "give each a name of its own, or leave out the year for an event of every year"
            problems.add((*here, "name"), f"two events are called {one.name!r}", mend)
        last = one.to or one.from_
        if len(last) != len(one.from_):
            problems.add((*here, "to"), f"{one.name}: only one of its days has a year", "write both with it, or none")
        elif len(last) > len("11-27") and last < one.from_:
            what = f"{one.name} ends on {last}, before it begins on {one.from_}"
            problems.add((*here, "to"), what, "write the later day under to")
        if one.factor is not None and one.effect == "skip":
            problems.add((*here, "factor"), f"{one.name}: what is skipped has no limits", "leave out factor, or widen")
    return tuple(
        Known(name=one.name, first=one.from_, last=one.to or one.from_, effect=one.effect, factor=one.factor or FACTOR)
        for one in events
    )
