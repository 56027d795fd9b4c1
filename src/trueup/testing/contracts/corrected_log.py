"""What a prediction log promises of corrections; beside `PredictionLogContract`, and subclassed in the same way."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING, Any, Final

import pytest

from trueup.testing.contracts.prediction_log import SCHEMA, corrections, outcomes, predictions, shown

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.loop.schema import Schema
    from trueup.ports.prediction_log import PredictionLog

ROWS: Final = [("a", 1.0), ("b", 2.0)]


class CorrectedLogContract(ABC):
    """Promises of a prediction log about corrected rows; `make` gives an empty one, or opens the one of the folder."""

    @abstractmethod
    def make(self, schema: Schema, folder: Path) -> PredictionLog:
        """Give a log; the folder is its own."""

    @pytest.fixture
    def filled(self, tmp_path: Path) -> PredictionLog:
        """A log of two rows, each 20 years old and a cook."""
        made = self.make(SCHEMA, tmp_path / "log")
        made.append("gateway", 1, predictions(ROWS, age=20.0, job="cook", owner=True, since=7), None)
        return made

    def seen(self, log: PredictionLog, known_at: float | None = None) -> list[tuple[Any, ...]]:
        """Age, job and when they were corrected."""
        return shown(log.rows(-inf, inf, known_at=known_at), "age", "job", "_corrected")

    def test_rows_that_were_never_corrected_say_so(self, filled: PredictionLog) -> None:
        """Nothing lies over them."""
        assert self.seen(filled) == [(20.0, "cook", None), (20.0, "cook", None)]

    def test_a_correction_counts_from_the_moment_it_was_known(self, filled: PredictionLog) -> None:
        """Who asks for what was known earlier gets the row as it was asked."""
        filled.append("gateway", 2, None, None, corrections([("b", {"age": 30.0}, 5.0)]))
        assert self.seen(filled, 4.9) == [(20.0, "cook", None), (20.0, "cook", None)]
        assert self.seen(filled, 5.0) == self.seen(filled) == [(20.0, "cook", None), (30.0, "cook", 5.0)]

    def test_only_what_is_named_is_corrected_and_the_last_word_counts(self, filled: PredictionLog) -> None:
        """A value may become missing; of two equally late words the later one counts; no feature confirms a row."""
        filled.append("gateway", 2, None, None, corrections([("a", {"job": None}, 6.0), ("a", {"age": 1.0}, 6.0)]))
        filled.append("gateway", 3, None, None, corrections([("a", {"age": 2.0}, 6.0), ("b", {}, 7.0)]))
        filled.append("gateway", 4, None, None, corrections([("a", {"age": 9.0}, 5.0)]))
        assert self.seen(filled) == [(2.0, None, 6.0), (20.0, "cook", 7.0)]

    def test_every_kind_of_feature_can_be_corrected(self, filled: PredictionLog) -> None:
        """Truths and moments too."""
        filled.append("gateway", 2, None, None, corrections([("a", {"owner": False, "since": 9}, 5.0)]))
        fixed, kept = filled.rows(-inf, inf, known_at=None).select(["owner", "since"]).to_pylist()
        assert (fixed["owner"], kept["owner"]) == (False, True)
        assert fixed["since"] > kept["since"]

    def test_a_batch_of_a_source_is_taken_once(self, filled: PredictionLog) -> None:
        """Sent again after a crash it changes nothing, and neither do the rows beside it."""
        for _ in range(2):
            filled.append("gateway", 2, predictions([("c", 3.0)]), outcomes([("a", "yes", 4.0)]), self.fix(4.0))
        filled.append("gateway", 2, None, None, self.fix(9.0))
        assert filled.last("gateway") == 2
        assert self.seen(filled)[0] == (30.0, "cook", 4.0)
        assert filled.counts().predictions == 3

    def test_corrections_alone_move_the_sequence_on(self, filled: PredictionLog) -> None:
        """The caller may forget them once they are in."""
        filled.append("gateway", 2, None, None, self.fix(4.0))
        assert filled.last("gateway") == 2

    def test_a_correction_of_an_unknown_row_waits_for_it(self, filled: PredictionLog) -> None:
        """It lies over the row that comes later."""
        filled.append("gateway", 2, None, None, corrections([("c", {"age": 50.0}, 4.0)]))
        filled.append("gateway", 3, predictions([("c", 3.0)], age=20.0), None)
        assert self.seen(filled)[2][0] == 50.0

    def test_one_row_is_found_as_it_was_corrected(self, filled: PredictionLog) -> None:
        """`find` says the same as `rows`."""
        filled.append("gateway", 2, None, None, self.fix(4.0))
        assert (filled.find("a")["age"], filled.find("a")["_corrected"], filled.find("b")["_corrected"]) == (
            30.0,
            4.0,
            None,
        )

    def fix(self, known: float) -> Any:  # noqa: ANN401 - an Arrow table
        """One correction of the first row."""
        return corrections([("a", {"age": 30.0}, known)])
