"""Is what the champion answered counted, and nothing else?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pytest

from trueup.loop.monitor.score import ScoreWatch
from trueup.loop.schema import Column, Schema
from trueup.loop.state import State
from trueup.runtime.answers import answered_scores

if TYPE_CHECKING:
    from trueup.loop.monitor.score import ScoreRows

SCHEMA: Final = Schema(task="binary", label="y", features=(Column(name="x", kind="numeric"),), classes=("0", "1"))
STATE: Final = State(champion="v2")


def answers(scores: list[list[float]], *, version: str = "v2", raws: list[Any] | None = None) -> pa.Table:
    """Rows with these answers."""
    raw = [None] * len(scores) if raws is None else raws
    return pa.table(
        {
            "_version": [version] * len(scores),
            "_score": pa.array(scores, pa.list_(pa.float64())),
            "_raw": pa.array(raw, pa.list_(pa.float64())),
        }
    )


def mean(found: ScoreRows | None) -> float:
    """The mean score of a profile."""
    assert found is not None
    edges, column = found.edges.columns[0], found.profile.columns[0]
    return edges.mean + edges.unit * column.sum / column.present


def test_only_the_champions_answers_count() -> None:
    """A canary's answers, and rows without one, are left out; too few are none."""
    mine, other = answers([[0.25], [0.75]] * 20), answers([[1.0]] * 40, version="v3")
    found = answered_scores(pa.concat_tables([mine, other, answers([[]] * 40)]), STATE, SCHEMA)
    assert found is not None
    assert (found.version, found.profile.rows) == ("v2", 40)
    assert mean(found) == pytest.approx(0.5, abs=1e-4)
    assert answered_scores(mine.slice(0, 19), STATE, SCHEMA) is None


def test_recalibration_is_no_change_of_the_world() -> None:
    """Where the answers before recalibration are known, they are the ones that count."""
    found = answered_scores(answers([[0.9]] * 30, raws=[[0.5]] * 30), STATE, SCHEMA)
    assert mean(found) == pytest.approx(0.5, abs=1e-4)


def test_of_several_classes_the_greatest_probability_counts() -> None:
    """One number a row."""
    many = replace(SCHEMA, task="multiclass", classes=("a", "b", "c"))
    found = answered_scores(answers([[0.1, 0.7, 0.2]] * 30), STATE, many)
    assert mean(found) == pytest.approx(0.7, abs=1e-4)


def test_a_version_keeps_the_edges_of_its_first_window() -> None:
    """So its windows add up; another champion gets edges of its own."""
    rng = np.random.default_rng(1)
    first, second = (answers(rng.random((100, 1)).tolist()) for _ in range(2))
    found = answered_scores(first, STATE, SCHEMA)
    assert found is not None
    known = replace(STATE, score=ScoreWatch(version="v2", edges=found.edges))
    again = answered_scores(second, known, SCHEMA)
    assert again is not None
    assert (found.profile + again.profile).rows == 200
    other = answered_scores(second, replace(known, champion="v3"), SCHEMA)
    assert other is None


def test_a_feature_called_score_keeps_its_name() -> None:
    """The model's own score then has another one."""
    clash = replace(SCHEMA, features=(Column(name="score", kind="numeric"),))
    found = answered_scores(answers([[0.9]] * 30), STATE, clash)
    assert found is not None
    assert found.edges.columns[0].name == "model score"
