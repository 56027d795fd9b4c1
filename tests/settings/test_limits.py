"""Does an owner's own limit mean what it says, and is one refused that cannot work?"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, get_args

import pytest

from trueup.errors import BadSettings
from trueup.loop.monitor.distances import DISTANCES
from trueup.loop.policy import Policy, Trigger
from trueup.loop.schema import Column, Schema
from trueup.settings import load
from trueup.settings.triggers import DriftRule

if TYPE_CHECKING:
    from pathlib import Path

SHORT: Final = """\
trueup: 1
model: bank
data: calls.parquet
time: timestamp
label: subscribed
metric: average_precision
"""
SCHEMA: Final = Schema(
    task="binary",
    label="subscribed",
    features=(Column(name="balance", kind="numeric"), Column(name="job", kind="categorical")),
    classes=("0", "1"),
)


def policy(folder: Path, line: str) -> Policy:
    """What a project file with this line asks of the loop."""
    (folder / "trueup.yaml").write_text(SHORT + line, encoding="utf-8")
    return load(folder).policy(SCHEMA, clock=True)


def test_an_owners_own_drift_limit_reaches_the_trigger(tmp_path: Path) -> None:
    """Distance, column, limit and patience arrive under the trigger's names."""
    line = "decide: {triggers: [{drift: {metric: psi, column: balance, above: 0.25, for: 3 windows}}]}\n"
    wanted = (("above", 0.25), ("column", "balance"), ("metric", "psi"), ("windows", 3.0))
    assert policy(tmp_path, line).decide.triggers == (Trigger(name="drift", settings=wanted),)


def test_a_limit_on_all_columns_for_two_of_three_windows(tmp_path: Path) -> None:
    """What is left out stays out of the policy, so that the loop asks it of each column."""
    line = "decide: {triggers: [{drift: {metric: mean_sd, above: 3, for: 2 of 3 windows}}]}\n"
    wanted = (("above", 3.0), ("metric", "mean_sd"), ("times", 2.0), ("windows", 3.0))
    assert policy(tmp_path, line).decide.triggers == (Trigger(name="drift", settings=wanted),)


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        ("above: 1, for: 4 of 3 windows", "decide.triggers.drift.for: '4 of 3 windows' can never be, or always is"),
        ("above: 1, for: 0 of 3 windows", "decide.triggers.drift.for: '0 of 3 windows' can never be, or always is"),
        ("above: 1, metric: pis", "decide.triggers.drift.metric is 'pis'; did you mean 'psi'?"),
        ("above: 1, metric: ks, column: job", "ks is for numbers, and 'job' is categorical"),
    ],
)
def test_a_limit_that_cannot_work_is_refused(tmp_path: Path, limit: str, words: str) -> None:
    """Never met, always met, no such distance, or no meaning for such a column."""
    with pytest.raises(BadSettings, match=re.escape(words)):
        policy(tmp_path, f"decide: {{triggers: [{{drift: {{{limit}}}}}]}}\n")


def test_every_distance_may_be_named() -> None:
    """The project file knows the catalogue, and nothing beside it."""
    assert set(get_args(DriftRule.model_fields["metric"].annotation)) == DISTANCES.keys()
