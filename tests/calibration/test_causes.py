"""Is the right thing done about each cause, and nothing about a quiet day?"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from calibration.causes_world import World
from calibration.planted import PLANTED, concept, put, some
from trueup.loop.decide.remedies import REMEDIES, action

if TYPE_CHECKING:
    from trueup.loop.schema import Task

SEEDS: Final = (710, 712, 714)


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Worlds of 3000 rows a window, with day effects and weekends."""
    return [World(seed, 3000) for seed in SEEDS]


def rates(
    worlds: list[World], magnitudes: tuple[float, ...], names: tuple[str, ...] = tuple(PLANTED)
) -> dict[str, float]:
    """How often the right thing is done, by cause."""
    right: Counter[str] = Counter()
    for world in worlds:
        for name in names:
            plant, wanted = PLANTED[name]
            right[name] += sum(action(world.found(plant(world, m))) in wanted for m in magnitudes)
    return {name: right[name] / (len(worlds) * len(magnitudes)) for name in names}


def test_the_right_thing_is_done(worlds: list[World]) -> None:
    """With labels, at magnitudes .6 and 1, in at least 93 of 100 windows over all causes; none is missed at large."""
    found = rates(worlds, (0.6, 1.0))

    assert np.mean(list(found.values())) >= 0.93, found
    assert min(found.values()) >= 0.6, found


@pytest.mark.parametrize("task", ["multiclass", "regression"])
def test_labels_of_several_classes_and_numbers_tell_a_rule_from_other_rows(task: Task) -> None:
    """Another rule, another mix of classes, other rows: each is told from the others, and quiet days are left alone."""
    worlds = [World(seed, 3000, task=task) for seed in (740, 741)]
    names = ("concept drift", "covariate shift", *(("label shift",) if task == "multiclass" else ()))
    found = rates(worlds, (0.6, 1.0), names)

    assert np.mean(list(found.values())) >= 0.9, found
    assert {action(world.found(world.window())) for world in worlds for _ in range(6)} <= {None, "watch"}


def test_a_faint_cause_in_few_rows_is_told_by_half_at_least() -> None:
    """At 500 rows and magnitude .4 most is still told; what is not is left alone."""
    found = rates([World(720, 500)], (0.4, 0.4))

    assert np.mean(list(found.values())) >= 0.5, found


@pytest.mark.parametrize(("wobble", "rows"), [(0.0, 1000), (1.0, 1000)])
def test_a_quiet_day_is_kept(wobble: float, rows: int) -> None:
    """Seasons and day effects block nothing: at most 1 window in 100, give or take chance, and none is asked about."""
    world = World(730, rows, wobble=wobble)
    wanted = [action(world.found(world.window())) for _ in range(50)]

    assert sum(one == "block" for one in wanted) <= 1
    assert sum(one in {"ask", "retrain", "recalibrate"} for one in wanted) <= 2


def test_two_at_once_are_both_told(worlds: list[World]) -> None:
    """Broken values in one column hide nothing in another; what labels say of broken rows is not believed."""
    for world in worlds:
        rows = put(world.window(), "n0", some(world, 0.3), np.nan)
        rows = put(rows, "c3", rows.columns["c3"] == "level 4", "level-4 ")
        rows.columns["n1"] = 1000 * rows.columns["n1"]
        found = {one.name: one.columns for one in world.found(rows)}
        assert found["missing_values"] == ("n0",)
        assert found["renamed_level"] == ("c3",)
        assert found["unit_change"] == ("n1",)

        both = put(concept(world, 1.0), "n4", some(world, 0.2), np.nan)
        names = [one.name for one in world.found(both)]
        assert "missing_values" in names
        assert "concept_drift" not in names
        assert REMEDIES[names[0]] == "block"


@pytest.mark.parametrize("share", [1.0, 0.5])
@pytest.mark.parametrize("rank", [0.02, 0.5, 0.9])
def test_a_number_that_stands_still_is_stuck(worlds: list[World], share: float, rank: float) -> None:
    """Wherever in its range it stopped, in all rows or in half: no change of unit, and no changed world."""
    for world in worlds:
        for name in ("n0", "n1", "n3", "n4"):
            rows = world.window()
            value = np.quantile(rows.columns[name].astype(float), rank, method="nearest")
            first = world.found(put(rows, name, np.arange(world.rows) < share * world.rows, value))[0]
            assert (first.name, first.columns) == ("stuck_value", (name,))


def test_without_labels_only_what_labels_show_is_unknown(worlds: list[World]) -> None:
    """Another rule leaves no trace in the inputs, and none is invented."""
    for world in worlds:
        found = world.found(concept(world, 1.0), labels=False)
        assert {one.name for one in found} <= {"covariate_shift"}
