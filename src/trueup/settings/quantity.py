"""How are durations, shares, rates and sizes written, and what do they mean?

A quantity is a number with a unit, as people write it: `14 days`, `20 %`, `1 per 90 days`, `2 GB`.
Every quantity prints itself in words that read back as the same quantity.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Final, Literal

from trueup.errors import BadQuantity

Dimension = Literal["time", "rows", "windows"]

UNITS: Final[dict[str, tuple[Dimension, float]]] = {
    "ms": ("time", 0.001),
    "second": ("time", 1.0),
    "minute": ("time", 60.0),
    "hour": ("time", 3_600.0),
    "day": ("time", 86_400.0),
    "week": ("time", 7 * 86_400.0),
    "month": ("time", 30 * 86_400.0),
    "year": ("time", 365 * 86_400.0),
    "row": ("rows", 1.0),
    "window": ("windows", 1.0),
}
SHORT: Final = {"s": "second", "sec": "second", "min": "minute", "mins": "minute", "h": "hour", "d": "day"}
BYTES: Final = {"KB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30, "TB": 1 << 40}

NUMBER: Final = r"[0-9][0-9_,]*(?:\.[0-9]+)?"
_SPAN: Final = re.compile(rf"\s*(?P<amount>{NUMBER})?\s*(?P<unit>[A-Za-z]+)\s*")
_SHARE: Final = re.compile(rf"\s*(?P<amount>{NUMBER})\s*(?:%|percent|points?)\s*")
_SIZE: Final = re.compile(rf"\s*(?P<amount>{NUMBER})\s*(?P<unit>[A-Za-z]+)\s*")
_RATE: Final = re.compile(r"(?P<count>.+?)\bper\b(?P<per>.+)")
_PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Span:
    """A length of time, a number of rows or a number of windows."""

    amount: float  # in units
    unit: str  # a key of UNITS

    @property
    def dimension(self) -> Dimension:
        """Whether it counts time, rows or windows."""
        return UNITS[self.unit][0]

    @property
    def size(self) -> float:
        """The length in seconds, rows or windows."""
        return self.amount * UNITS[self.unit][1]

    def __str__(self) -> str:
        """Write it as people do."""
        many = "" if self.amount == 1 or self.unit == "ms" else "s"
        return f"{plain(self.amount)} {self.unit}{many}"


@dataclass(frozen=True, slots=True)
class Rate:
    """So many times in a span."""

    count: float  # times
    per: Span

    def __str__(self) -> str:
        """Write it as people do."""
        return f"{plain(self.count)} per {_without_one(self.per)}"


@dataclass(frozen=True, slots=True)
class Spending:
    """So much time spent in a span."""

    amount: Span
    per: Span

    def __str__(self) -> str:
        """Write it as people do."""
        return f"{self.amount} per {_without_one(self.per)}"


def span(text: object) -> Span:
    """Read a length: `14 days`, `5 min`, `1000 rows`, `2 windows`, `50 ms`.

    >>> span("1 week").size
    604800.0
    >>> str(span("5 min"))
    '5 minutes'
    """
    mend = "write a number and a unit, like 14 days, 1 week, 5 min, 50 ms, 1000 rows or 2 windows"
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    if match is None or match["amount"] is None:
        raise BadQuantity(f"{_shown(text)} is not a length", mend)
    return Span(_number(match["amount"]), _unit(match["unit"], text, mend))


def share(text: object) -> float:
    """Read a share of one: `20 %`, `20 points` or `0.2`.

    >>> share("20 %"), share("20 points"), share(0.2)
    (0.2, 0.2, 0.2)
    """
    mend = "write it as 20 %, 20 points or 0.2"
    if isinstance(text, (int, float)) and not isinstance(text, bool):
        value = float(text)
    else:
        match = _SHARE.fullmatch(text) if isinstance(text, str) else None
        if match is None:
            raise BadQuantity(f"{_shown(text)} is not a share", mend)
        value = float(plain(_number(match["amount"]) / _PERCENT))
    if not 0.0 <= value <= 1.0:
        raise BadQuantity(f"{_shown(text)} is not between 0 and 100 %", mend)
    return value


def rate(text: object) -> Rate:
    """Read how often: `1 per 90 days`, `12 per year`.

    >>> rate("12 per year").per.size
    31536000.0
    """
    mend = "write it as 1 per 90 days, 12 per year or 1 per 90 windows"
    count, per = _sides(text, "a rate", mend)
    if re.fullmatch(rf"\s*{NUMBER}\s*", count) is None:
        raise BadQuantity(f"{_shown(text)} does not begin with a plain number", mend)
    return Rate(_number(count), per)


def spending(text: object) -> Spending:
    """Read how much time may be spent: `60 minutes per month`."""
    mend = "write it as 60 minutes per month or 2 hours per 10 windows"
    amount, per = _sides(text, "a budget of time", mend)
    spent = span(amount.strip())
    if spent.dimension != "time":
        raise BadQuantity(f"{_shown(text)} does not spend time", mend)
    return Spending(spent, per)


def size(text: object) -> int:
    """Read a size in bytes; 1 GB is 1024 MB, as memory is counted.

    >>> size("2 GB") == 2 << 30
    True
    """
    mend = "write it as 512 MB or 2 GB"
    match = _SIZE.fullmatch(text) if isinstance(text, str) else None
    unit = match["unit"].upper().replace("IB", "B") if match else ""
    if match is None or unit not in BYTES:
        raise BadQuantity(f"{_shown(text)} is not a size", mend)
    return round(_number(match["amount"]) * BYTES[unit])


def percent(value: float) -> str:
    """Write a share as people do."""
    return f"{plain(value * _PERCENT)} %"


def points(value: float) -> str:
    """Write a difference of two shares as people do."""
    return f"{plain(value * _PERCENT)} points"


def gigabytes(value: int) -> str:
    """Write a size in the largest unit that keeps it exact, else in KB."""
    unit, factor = next(((u, f) for u, f in reversed(BYTES.items()) if value % f == 0 and value), ("KB", BYTES["KB"]))
    return f"{plain(value / factor)} {unit}"


def plain(value: float) -> str:
    """Write a number without a needless fraction, and never as a power of ten."""
    rounded = float(f"{value:.12g}")
    if rounded.is_integer():
        return str(int(rounded))
    decimals = max(1, 11 - math.floor(math.log10(abs(rounded))))
    return f"{rounded:.{decimals}f}".rstrip("0")


def _sides(text: object, what: str, mend: str) -> tuple[str, Span]:
    """Split `A per B`; B may leave out its one (`per year`)."""
    match = _RATE.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        raise BadQuantity(f"{_shown(text)} is not {what}", mend)
    parts = _SPAN.fullmatch(match["per"])
    if parts is None:
        raise BadQuantity(f"{_shown(text)} is not {what}", mend)
    per = Span(_number(parts["amount"] or "1"), _unit(parts["unit"], text, mend))
    if per.amount <= 0:
        raise BadQuantity(f"{_shown(text)} is per nothing", mend)
    return match["count"], per


def _unit(word: str, text: object, mend: str) -> str:
    """The unit's own name for one of its spellings."""
    name = SHORT.get(word.lower(), word.lower())
    name = name if name in UNITS else name.removesuffix("s")
    if name not in UNITS:
        raise BadQuantity(f"{_shown(text)} has the unknown unit {word!r}", mend)
    return name


def _number(text: str) -> float:
    """A number in which thousands may be set apart."""
    return float(text.replace(",", "").replace("_", ""))


def _without_one(per: Span) -> str:
    """`year` rather than `1 year`."""
    return per.unit if per.amount == 1 else str(per)


def _shown(text: object) -> str:
    """What the reader wrote, without Python's quotes around numbers."""
    return repr(text) if isinstance(text, str) else f"{text!s}" if text is not None else "nothing"
