"""Is it said where whole numbers lose their last digits?"""

from __future__ import annotations

import pyarrow as pa

from trueup.runtime.drift import drift


def test_wide_whole_numbers_are_named_on_whichever_side_they_are() -> None:
    """Up to 2^53 a float holds each of them, one further it does not."""
    plain, wide = pa.table({"n": pa.array(range(100)), "m": pa.array(range(100))}), [2**53 + 1, *range(99)]
    other = pa.table({"n": pa.array(wide), "m": pa.array([2**53, *range(99)])})
    assert drift(plain, plain)["wide"] == []
    assert drift(plain, other)["wide"] == ["n"]
    assert drift(other, plain)["wide"] == ["n"]
