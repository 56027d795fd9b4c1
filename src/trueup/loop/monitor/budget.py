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


def share(windows_per_false_alert: float, looks: int, extra: int = 0) -> float:
    """The p-value below which a look counts: an even part of one false alert in so many windows.

    `extra` is how many looks other monitors of the same model take in a window (one for each metric and slice, two
    where its trend is looked at too): each takes a part as large as a signal's, so that all together keep the budget.

    Source: Bonferroni; research/decision-quality.md section 3.3.

    >>> round(share(90.0, 100), 6)
    0.000111
    >>> share(90.0, 80, extra=20) == share(90.0, 100)
    True
    """
    return 1.0 / (windows_per_false_alert * max(looks + extra, 1))
