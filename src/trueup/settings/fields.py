"""How do the values of the project file get from YAML into types, and back into words?"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BeforeValidator, PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

from trueup.errors import BadQuantity, UnknownName
from trueup.loop.policy import Scope
from trueup.settings import names, quantity

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

LEAST_MEMORY: Final = 256 << 20  # bytes; a worker that has its imports done holds about as many
MOST: Final = 1_000_000_000  # of anything that is counted
_LABEL: Final = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
ALL_COLUMNS: Final = "all columns"
LEARNED: Final = "learned"
NO_LIMIT: Final = "no limit"


def read(parse: Callable[[object], T]) -> Callable[[object], T]:
    """Let pydantic collect what a parser has to say, instead of stopping at the first bad value."""

    def checked(value: object) -> T:
        try:
            return parse(value)
        except BadQuantity as error:
            raise PydanticCustomError("trueup", "{what}; {mend}", {"what": error.what, "mend": error.mend}) from error
        except UnknownName as error:
            raise PydanticCustomError("trueup", "{what}", {"what": str(error)}) from error

    return checked


def word_or(word: str, parse: Callable[[object], T]) -> Callable[[object], T | None]:
    """Read one word as *none*, everything else as the quantity."""

    def parsed(value: object) -> T | None:
        return None if value is None or value == word else parse(value)

    return parsed


def none_as(word: str) -> Callable[[object], str]:
    """Write *none* as its word again."""
    return lambda value: word if value is None else str(value)


def scope(text: object) -> Scope:
    """Read which rows a fit sees: `all`, `last 6 windows`, `recency`, `recency 4 windows`.

    >>> scope("last 6 windows").windows
    6
    """
    words = " ".join(text.split()) if isinstance(text, str) else ""
    if words == "all":
        return Scope(name="all")
    if words == "recency":
        return Scope(name="recency")
    match = re.fullmatch(r"(last|recency) ([1-9][0-9]*) windows?", words)
    if match is None:
        raise BadQuantity(f"{text!r} is not a choice of rows", "write all, last 6 windows or recency")
    name: Literal["last", "recency"] = "last" if match[1] == "last" else "recency"
    return Scope(name=name, windows=int(match[2]))


def scope_text(value: Scope) -> str:
    """Write a scope as people do; a recency of another half-life than the usual one says so."""
    usual = value.name != "recency" or value == Scope(name="recency")
    return value.title if usual else f"recency {value.windows} windows"


def whole_windows(value: object) -> int:
    """Read a whole number of windows: `2 windows`."""
    read_span = quantity.span(value)
    if read_span.dimension != "windows" or not read_span.amount.is_integer():
        raise BadQuantity(f"{value!r} is not a whole number of windows", "write it as 2 windows")
    return int(read_span.amount)


def windows_text(value: int) -> str:
    """Write a whole number of windows."""
    return str(quantity.Span(value, "window"))


def positive(value: object) -> quantity.Span:
    """Read a length that is one: `1 day`, `1000 rows`."""
    length = quantity.span(value)
    if length.size <= 0:
        raise BadQuantity(f"{value!r} is no length at all", "write one above 0, like 1 day, 1000 rows or 2 windows")
    return length


def duration(value: object) -> quantity.Span:
    """Read a length of time, whatever the project's axis: `5 min`, `50 ms`."""
    length = quantity.span(value)
    if length.dimension != "time" or length.size <= 0:
        raise BadQuantity(f"{value!r} is no length of time", "write it like 5 min or 50 ms")
    return length


def memory(value: object) -> int:
    """Read a size in which a training has room to begin."""
    size = quantity.size(value)
    if size < LEAST_MEMORY:
        least = quantity.gigabytes(LEAST_MEMORY)
        raise BadQuantity(f"{value!r} is less than a training needs to begin", f"write {least} or more, like 2 GB")
    return size


def zone(value: object) -> str:
    """Read a time zone's name that this machine knows."""
    try:
        return ZoneInfo(str(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        mend = "write a name of the time zone database, like Europe/Lisbon or UTC"
        raise BadQuantity(f"there is no time zone {value!r}", mend) from None


def host(value: object) -> str:
    """Read an address to listen on: an IP address, or a name of this machine."""
    text = value if isinstance(value, str) else ""
    try:
        return str(ip_address(text))
    except ValueError:
        named = len(text) <= 253 and all(_LABEL.fullmatch(part) for part in text.split("."))
        if named and not text.rsplit(".", maxsplit=1)[-1].isdigit():
            return text
    raise BadQuantity(f"{value!r} is no address", "write an IP address like 127.0.0.1 or ::1, or a name like localhost")


def column(value: object) -> str:
    """Read a column's name."""
    if not isinstance(value, str) or not value.strip():
        mend = f'write a name, in quotes where it is a number: "{value}"'
        raise BadQuantity(f"{value!r} is not a column's name", mend)
    return value


def metric(value: object) -> str:
    """Read a metric by any of its usual names."""
    if not isinstance(value, str):
        raise BadQuantity(f"{value!r} is not a metric's name", f"write one of {', '.join(names.ALIASES)}")
    return names.metric(value)


def _schema(description: str, *examples: str) -> WithJsonSchema:
    """What an editor may know of a quantity."""
    return WithJsonSchema({"type": ["string", "number"], "description": description, "examples": list(examples)})


def _words(*words: str) -> WithJsonSchema:
    """What an editor may know of a text with usual values."""
    return WithJsonSchema({"type": "string", "examples": list(words)})


_text = PlainSerializer(str, return_type=str)

Length = Annotated[
    quantity.Span,
    PlainValidator(read(quantity.span)),
    _text,
    _schema("a length of time, rows or windows", "1 day", "1000 rows", "2 windows"),
]
PositiveLength = Annotated[
    quantity.Span,
    PlainValidator(read(positive)),
    _text,
    _schema("a length of time, rows or windows, above 0", "1 day", "1000 rows", "2 windows"),
]
Duration = Annotated[
    quantity.Span, PlainValidator(read(duration)), _text, _schema("a length of time", "5 minutes", "50 ms")
]
LengthOrLearned = Annotated[
    quantity.Span | None,
    PlainValidator(read(word_or(LEARNED, quantity.span))),
    PlainSerializer(none_as(LEARNED), return_type=str),
    _schema("a length, or learned", LEARNED, "14 days"),
]
Often = Annotated[
    quantity.Rate, PlainValidator(read(quantity.rate)), _text, _schema("how often", "1 per 90 days", "12 per year")
]
OftenOrNoLimit = Annotated[
    quantity.Rate | None,
    PlainValidator(read(word_or(NO_LIMIT, quantity.rate))),
    PlainSerializer(none_as(NO_LIMIT), return_type=str),
    _schema("how often at most, or no limit", NO_LIMIT, "12 per year"),
]
SpendingOrNoLimit = Annotated[
    quantity.Spending | None,
    PlainValidator(read(word_or(NO_LIMIT, quantity.spending))),
    PlainSerializer(none_as(NO_LIMIT), return_type=str),
    _schema("how much time at most, or no limit", NO_LIMIT, "60 minutes per month"),
]
Share = Annotated[
    float,
    BeforeValidator(read(quantity.share)),
    PlainSerializer(quantity.percent, return_type=str),
    _schema("a share", "20 %", "0.2"),
]
Points = Annotated[
    float,
    BeforeValidator(read(quantity.share)),
    PlainSerializer(quantity.points, return_type=str),
    _schema("a difference of two shares", "20 points"),
]
Memory = Annotated[
    int,
    BeforeValidator(read(memory)),
    PlainSerializer(quantity.gigabytes, return_type=str),
    _schema("a size; 1 GB is 1024 MB", "2 GB"),
]
Windows = Annotated[
    int,
    BeforeValidator(read(whole_windows)),
    PlainSerializer(windows_text, return_type=str),
    _schema("a whole number of windows", "2 windows"),
]
Rows = Annotated[
    Scope,
    PlainValidator(read(scope)),
    PlainSerializer(scope_text, return_type=str),
    _words("all", "last 6 windows", "recency"),
]
ColumnName = Annotated[str, BeforeValidator(read(column)), WithJsonSchema({"type": "string"})]
MetricName = Annotated[
    str, BeforeValidator(read(metric)), WithJsonSchema({"type": "string", "examples": list(names.ALIASES)})
]
Zone = Annotated[str, BeforeValidator(read(zone)), _words("UTC", "Europe/Lisbon")]
Host = Annotated[str, BeforeValidator(read(host)), _words("127.0.0.1", "localhost")]
