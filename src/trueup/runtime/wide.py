"""Which columns hold whole numbers that a float cannot tell apart?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyarrow as pa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from typing import Any

EXACT: Final = 2**53  # whole numbers beyond it lose their last digits as floats of 64 bits


def is_wide(blocks: Iterable[pa.Array[Any] | pa.ChunkedArray[Any]]) -> bool:
    """Whether any whole number in these blocks of a column lies beyond what a float holds exactly."""
    for block in blocks:
        if pa.types.is_integer(block.type) and block.type.bit_width == 64:
            import pyarrow.compute as pc  # slow to load, and `drift` seldom needs it

            least, most = (pc.min_max(block)[side].as_py() for side in ("min", "max"))
            if least is not None and (least < -EXACT or most > EXACT):
                return True
    return False


def wide_said(names: Sequence[str]) -> str:
    """What that means, in one line; empty where there is no such column.

    >>> wide_said(["id"])
    'id: whole numbers beyond 2^53 are read as floats and lose their last digits; ids are better texts, or left out'
    """
    means = "whole numbers beyond 2^53 are read as floats and lose their last digits; ids are better texts, or left out"
    return f"{', '.join(names)}: {means}" if names else ""
