"""Is the model's own score watched like a column, beside what the version answered first?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa

from trueup.loop.actions import Notify
from trueup.loop.events import WindowClosed
from trueup.loop.monitor.score import FIRST, ScoreRows
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, profile
from trueup.testing.scenario import Scenario
from trueup.testing.toy import profile as inputs
from trueup.testing.toy import slice_of

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import Edges

SCHEMA: Final = Schema(task="regression", label="y", features=(Column(name="score", kind="numeric"),))


class Answers:
    """A champion that answers about .5, from window to window a little differently."""

    def __init__(self) -> None:
        self.scenario = Scenario().start()
        self.rng = np.random.default_rng(1)
        self.edges: dict[str, Edges] = {}  # by version

    def windows(self, count: int, *, mean: float = 0.5, rows: int = 500) -> Answers:
        """So many windows, the score's mean as told."""
        for _ in range(count):
            values = self.rng.normal(mean + 0.003 * self.rng.normal(), 0.1, rows)
            table = pa.table({"score": pa.array(values)})
            version = self.scenario.state.champion
            edges = self.edges.setdefault(version, edges_of(table, SCHEMA))
            score = ScoreRows(version=version, edges=edges, profile=profile(table, edges))
            window = slice_of(self.scenario.state.closed + 1)
            self.scenario.now = window.end
            closed = WindowClosed(time=window.end, window=window, profile=inputs(), fine="", score=score)
            self.scenario.take(closed)
            self.read = [one.column for one in self.scenario.last.readings]
            self.scenario.labels()
        return self

    @property
    def told(self) -> list[str]:
        """What was told about the score."""
        notices = (one for one in self.scenario.actions if isinstance(one, Notify) and one.subject == "score")
        return [one.sentence for one in notices]


def test_the_first_windows_are_the_level_and_then_it_is_read_like_a_column() -> None:
    """Nothing is judged while it is gathered; then the score is one more row of the heat map."""
    answers = Answers().windows(FIRST)
    assert answers.read == ["x"]
    assert answers.windows(1).read == ["x", "score"]


def test_a_calm_score_is_quiet_and_one_that_moved_is_told_once() -> None:
    """Forty windows of the same answers, then answers a standard deviation higher."""
    answers = Answers().windows(40)
    assert answers.told == []
    (sentence,) = answers.windows(4, mean=0.6).told
    assert sentence.startswith("score moved: mean 0.50")
    assert [one.column for one in answers.scenario.state.alerts] == ["score"]


def test_a_promotion_resets_the_level_and_keeps_the_noise() -> None:
    """Another version answers otherwise, and nobody is told: its own first windows are what it is compared with."""
    answers = Answers().windows(30)
    answers.scenario.tick().promoted()
    answers.windows(FIRST + 10, mean=0.8)
    assert answers.told == []
    watch = answers.scenario.state.score.watch
    assert watch is not None
    assert watch.noise.windows > 30
    assert len(answers.windows(4, mean=0.9).told) == 1


def test_a_window_without_answers_leaves_everything_as_it_is() -> None:
    """Rows that somebody else answered say nothing about the champion's score."""
    answers = Answers().windows(FIRST + 1)
    before = answers.scenario.state.score
    answers.scenario.closed().labels()
    assert answers.scenario.state.score == before
