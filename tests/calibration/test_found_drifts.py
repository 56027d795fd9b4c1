"""Is what really happened found, and soon: in ordinary times, and right after a promotion?

`TRUEUP_WORLDS=4` plays four times as many worlds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from calibration.watched import SEEDS, Watched
from trueup.testing.drifts import Drift
from trueup.testing.worlds import Habits

if TYPE_CHECKING:
    from collections.abc import Callable

HABITS: Final = Habits()  # 20 columns, 1,000 rows, every nuisance
COLUMNS, NUMBERS = 20, 12
WORLDS: Final = 10 * SEEDS


def delays(drift: Callable[[int, int], Drift], *, promoted: bool, worlds: int, windows: int = 14) -> list[int | None]:
    """The delay in each world of a drift, given the world and the windows since its onset."""
    found = []
    for seed in range(worlds):
        one = Watched(5000 + seed, HABITS)
        if promoted:
            one.calm(8)
            one.promote()
        found.append(one.delay(lambda late, seed=seed: drift(seed, late), windows))  # type: ignore[misc]  # mypy knows no defaults of lambdas
    return found


def doubt(found: list[int | None]) -> float:
    """How far chance carries the mean of so few delays: two standard errors."""
    known = [one for one in found if one is not None]
    return 2 * float(np.std(known)) / len(known) ** 0.5 if known else 0.0


def share_and_mean(found: list[int | None]) -> tuple[float, float]:
    """How many were found, and how late."""
    known = [one for one in found if one is not None]
    return len(known) / len(found), float(np.mean(known)) if known else np.inf


@pytest.mark.parametrize("promoted", [False, True])
def test_half_a_standard_deviation_in_one_of_twenty_columns_is_found(promoted: bool) -> None:
    """Nineteen times in twenty, within one and a half windows on average, as far as so few worlds can tell."""
    found = delays(
        lambda seed, _: Drift(kind="shift", column=seed % COLUMNS, size=0.5), promoted=promoted, worlds=WORLDS
    )
    share, late = share_and_mean(found)

    assert share >= 0.95 - 1 / WORLDS, found
    assert late <= 1.5 + doubt(found), found


@pytest.mark.parametrize("promoted", [False, True])
@pytest.mark.parametrize("kind", ["unit", "rename"])
def test_broken_columns_are_found_in_their_first_window(kind: str, promoted: bool) -> None:
    """A column in another unit, or with its main level renamed."""
    number, size = (0, 1000.0) if kind == "unit" else (NUMBERS, 0.0)
    found = delays(
        lambda seed, _: Drift(kind=kind, column=number + seed % (COLUMNS - NUMBERS), size=size),  # type: ignore[arg-type]  # one of two kinds
        promoted=promoted,
        worlds=max(2, WORLDS // 3),
        windows=2,
    )
    share, late = share_and_mean(found)

    assert share >= 0.99, found
    assert late <= 0.2, found


@pytest.mark.parametrize(
    ("drift", "latest"),
    [
        (Drift(kind="spread", column=1, size=1.5), 2.0),
        (Drift(kind="missing", column=2, size=0.1), 1.0),
        (Drift(kind="segment", size=0.1), 8.0),
        (Drift(kind="shift", column=NUMBERS + 2, size=0.5), 4.0),
        (Drift(kind="shift", column=0, columns=COLUMNS, size=0.2), 8.0),
    ],
    ids=["wider", "missing values", "new segment", "another mix", "all a little"],
)
def test_other_moves_are_found(drift: Drift, latest: float) -> None:
    """Each in two worlds at least, not much later than it could be."""
    share, late = share_and_mean(delays(lambda _seed, _late: drift, promoted=False, worlds=1 + SEEDS))

    assert (share, late <= latest) == (1.0, True), late


def test_a_slow_move_is_found_before_it_is_large() -> None:
    """Up to three quarters of a standard deviation over thirty windows: found on the way."""
    slow = delays(
        lambda seed, late: Drift(kind="shift", column=seed % COLUMNS, size=min(0.75, 0.025 * (late + 1))),
        promoted=False,
        worlds=1 + SEEDS,
        windows=45,
    )

    assert all(one is not None and one <= 30 for one in slow), slow
