"""How unlikely must one number be to count, when all of them share the owner's budget of false alerts?"""

from __future__ import annotations

from typing import Final

SCALES: Final = 2  # looks at a signal: the window by itself, and the trend


def share(windows_per_false_alert: float, signals: int, extra: int = 0) -> float:
    """The p-value below which a signal counts: an even part of one false alert in so many windows.

    `extra` says how many numbers other monitors of the same model look at in a window (metrics, their slices): each
    takes a part as large as a signal's, so that all together keep the budget. A metric that is looked at on one scale
    only counts as half a signal; round up.

    Source: Bonferroni; research/decision-quality.md section 3.3.

    >>> share(90.0, 50)
    0.00011111111111111112
    >>> share(90.0, 40, extra=10) == share(90.0, 50)
    True
    """
    return 1.0 / (windows_per_false_alert * SCALES * max(signals + extra, 1))
