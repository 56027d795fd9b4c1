"""How are days, hours and stretches of windows written in the project file?"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, NamedTuple

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema

from trueup.errors import BadQuantity
from trueup.settings.fields import read, whole_windows, windows_text


class Lasted(NamedTuple):
    """In how many of the last windows."""

    times: int
    windows: int


def lasted(value: object) -> Lasted:
    """Read for how long: `3 windows`, `2 of 3 windows`.

    >>> lasted("2 of 3 windows")
    Lasted(times=2, windows=3)
    """
    if isinstance(value, Lasted):
        return value
    some = re.fullmatch(r"\s*(\d+)\s+of\s+(.+)", value) if isinstance(value, str) else None
    windows = whole_windows(some[2] if some is not None else value)
    times = int(some[1]) if some is not None else windows
    if not 1 <= times <= windows:
        raise BadQuantity(f"{value!r} can never be, or always is", "write it as 3 windows or 2 of 3 windows")
    return Lasted(times, windows)


def lasted_text(value: Lasted) -> str:
    """Write for how long as people do."""
    some = f"{value.times} of " if value.times != value.windows else ""
    return f"{some}{windows_text(value.windows)}"


def day(value: object) -> str:
    """Read a day: `2026-11-27`, or `11-27` for every year.

    >>> day("2026-11-27"), day("2-29")
    ('2026-11-27', '02-29')
    """
    match = re.fullmatch(r"\s*(?:(\d{4})-)?(\d{1,2})-(\d{1,2})\s*", value) if isinstance(value, str) else None
    year, month, number = match.groups() if match is not None else (None, "0", "0")
    try:
        found = dt.date(int(year or 2024), int(month), int(number))  # 2024 has a 29th of February
    except ValueError:
        raise BadQuantity(f"{value!r} is no day", "write 2026-11-27, or 11-27 for every year") from None
    return found.isoformat() if year is not None else found.isoformat()[5:]


def time_of_day(value: object) -> str:
    """Read an hour of the day.

    >>> time_of_day("2:00")
    '02:00'
    """
    match = re.fullmatch(r"\s*([01]?\d|2[0-3]):([0-5]\d)\s*", value) if isinstance(value, str) else None
    if match is None:
        raise BadQuantity(f"{value!r} is no hour of the day", "write it as 02:00")
    return f"{int(match[1]):02d}:{match[2]}"


Lasting = Annotated[
    Lasted,
    PlainValidator(read(lasted)),
    PlainSerializer(lasted_text, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["3 windows", "2 of 3 windows"]}),
]
Day = Annotated[str, PlainValidator(read(day)), WithJsonSchema({"type": "string", "examples": ["2026-11-27", "12-24"]})]
TimeOfDay = Annotated[str, PlainValidator(read(time_of_day)), WithJsonSchema({"type": "string", "examples": ["02:00"]})]
