"""How unlikely must one number be to count, when all of them share the owner's budget of false alerts?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from trueup.loop.monitor.signals import NO_TREND, RARE, RARE_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from trueup.loop.monitor.signals import Signal


def looks(signals: Iterable[Signal]) -> int:
    """How many chances a window has to be called moved: each signal by itself, and in the trend where it has one.

    So few rows of what should not be there that they cannot count take no part.
    """
    able = [one.kind for one in signals if one.kind not in RARE or one.count >= RARE_ROWS]
    return sum(1 if kind in NO_TREND else 2 for kind in able)


def share(windows_per_alert: float, looks: int) -> float:
    """The p-value below which a look counts: an even part of one false alert in so many windows.

    Source: Bonferroni; research/decision-quality.md section 3.3.

    >>> round(share(90.0, 100), 6)
    0.000111
    """
    return 1.0 / (windows_per_alert * max(looks, 1))
