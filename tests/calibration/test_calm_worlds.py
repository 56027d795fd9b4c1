"""Is the owner's budget of false alerts kept where nothing happens, whatever wobbles by itself?

`TRUEUP_WORLDS=20` plays twenty worlds of each kind, and then holds each kind to the budget by itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from calibration.watched import SEEDS, Watched
from trueup.testing.worlds import IID, Habits

BUDGET: Final = 1 / 90
WINDOWS: Final = 100
KINDS: Final = {
    "1,000 rows": Habits(),
    "200 rows": Habits(rows=200),
    "50 rows": Habits(rows=50),
    "10,000 rows": Habits(rows=10_000),
    "sampling alone": IID,
    "sampling alone, 50 rows": replace(IID, rows=50),
    "days alone": Habits(season=(0.0, 0.0)),
    "weeks alone": Habits(effect=(0.0, 0.0)),
    "five rows a user": Habits(per_user=5),
    "5 columns": Habits(columns=5),
    "100 columns": Habits(columns=100, rows=500),
    "hours": Habits(period=24, rows=300),
}
SHORT: Final = {"100 columns": 30}  # windows, where they are slow
LEARNT: Final = {"hours": 96}


@pytest.fixture(scope="module")
def alerted() -> dict[str, tuple[int, int]]:
    """Windows with an alert, and windows, of every kind."""
    found = {}
    for kind, habits in KINDS.items():
        windows = SHORT.get(kind, WINDOWS)
        worlds = [Watched(4000 + seed, habits, learn=LEARNT.get(kind, 42)) for seed in range(SEEDS)]
        found[kind] = (sum(one.calm(windows) for one in worlds), SEEDS * windows)
    return found


def test_calm_worlds_keep_the_budget_together(alerted: dict[str, tuple[int, int]]) -> None:
    """Over all kinds of wobble at most one window in ninety has an alert."""
    alerts, windows = (sum(one) for one in zip(*alerted.values(), strict=True))

    assert alerts <= BUDGET * windows, alerted


@pytest.mark.parametrize("kind", KINDS)
def test_no_kind_of_wobble_breaks_the_budget(alerted: dict[str, tuple[int, int]], kind: str) -> None:
    """One episode may happen in a hundred windows; over many worlds the budget holds for each kind."""
    alerts, windows = alerted[kind]

    assert alerts <= max(6.0, BUDGET * windows)
