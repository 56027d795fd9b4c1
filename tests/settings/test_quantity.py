"""Does every quantity mean what people mean by it, and read back what it writes?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import BadQuantity
from trueup.settings.quantity import (
    SHORT,
    UNITS,
    Rate,
    Span,
    Spending,
    gigabytes,
    percent,
    plain,
    points,
    rate,
    share,
    size,
    span,
    spending,
)

if TYPE_CHECKING:
    from collections.abc import Callable

amounts: Final = st.one_of(
    st.integers(0, 10**9).map(float), st.floats(0.001, 1e6).map(lambda value: float(plain(value)))
)
spans: Final = st.builds(Span, amounts, st.sampled_from(sorted(UNITS)))
whole_spans: Final = st.builds(Span, st.integers(1, 10**6).map(float), st.sampled_from(sorted(UNITS)))


@given(spans)
def test_a_length_reads_back_what_it_writes(length: Span) -> None:
    """No unit and no amount is lost on the way through text."""
    assert span(str(length)) == length


@given(amounts, whole_spans)
def test_a_rate_reads_back_what_it_writes(count: float, per: Span) -> None:
    """`12 per year` stays 12 per year."""
    assert rate(str(Rate(count, per))) == Rate(count, per)


@given(st.sampled_from(["minute", "hour", "second"]), amounts, whole_spans)
def test_a_spending_reads_back_what_it_writes(unit: str, amount: float, per: Span) -> None:
    """`60 minutes per month` stays 60 minutes a month."""
    asked = Spending(Span(amount, unit), per)
    assert spending(str(asked)) == asked


@given(st.integers(0, 10_000).map(lambda value: value / 10_000))
def test_a_share_is_the_same_however_it_is_written(value: float) -> None:
    """Percent, points and plain numbers are one share."""
    assert share(percent(value)) == share(points(value)) == share(value) == pytest.approx(value)


@given(st.integers(1, 1 << 40).map(lambda value: value << 10))
def test_a_size_reads_back_what_it_writes(value: int) -> None:
    """Memory is written in the largest unit that keeps it."""
    assert size(gigabytes(value)) == value


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("14 days", 14 * 86_400), ("1 week", 604_800), ("5 min", 300), ("50 ms", 0.05), ("day", None), ("2h", 7_200)],
)
def test_lengths_of_time_are_what_people_mean(text: str, seconds: float | None) -> None:
    """A length needs its number, and a space is a matter of taste."""
    if seconds is None:
        with pytest.raises(BadQuantity, match="14 days"):
            span(text)
    else:
        assert span(text).size == pytest.approx(seconds)


@pytest.mark.parametrize("short", sorted(SHORT))
def test_short_units_are_the_long_ones(short: str) -> None:
    """`5 min` is `5 minutes`."""
    assert span(f"5 {short}") == Span(5.0, SHORT[short])


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (span, 14),
        (span, "fourteen days"),
        (span, "5 lightyears"),
        (span, None),
        (share, "120 %"),
        (share, True),
        (share, "-1 %"),
        (share, float("nan")),
        (rate, "often"),
        (rate, "1 per 0 days"),
        (rate, "x per day"),
        (rate, "1 per fortnight"),
        (spending, "3 rows per month"),
        (size, "2"),
        (size, "2 parsecs"),
    ],
)
def test_what_cannot_be_read_says_how_to_write_it(read: Callable[[object], object], text: object) -> None:
    """The refusal shows the value and an example that is taken."""
    with pytest.raises(BadQuantity) as refusal:
        read(text)
    assert refusal.value.mend.startswith("write")
    assert "nothing" in str(refusal.value) or str(text) in str(refusal.value)
