"""What every prediction log promises; a new engine subclasses `PredictionLogContract` and is tested at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from math import inf
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import pytest

from trueup.errors import BadData, NotFound
from trueup.loop.schema import Column, Schema
from trueup.ports.prediction_log import correction_columns, joined_columns, outcome_columns, prediction_columns

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from trueup.ports.prediction_log import PredictionLog

SCHEMA: Final = Schema(
    task="binary",
    label="subscribed",
    features=(
        Column(name="age", kind="numeric"),
        Column(name="job", kind="categorical"),
        Column(name="owner", kind="boolean"),
        Column(name="since", kind="datetime"),
    ),
    classes=("no", "yes"),
)
AMOUNT: Final = Schema(task="regression", label="amount", features=(Column(name="age", kind="numeric"),))


def predictions(rows: Sequence[tuple[str, float]], schema: Schema = SCHEMA, **changes: object) -> pa.Table:
    """A batch of predictions: (id, time) pairs, the rest alike but for `changes`."""
    same: dict[str, object] = {"_version": "v1", "_arm": "champion", "_score": [0.25], "_raw": [0.3], "_error": False}
    filled = [
        {**same, "_id": name, "_entity": f"entity of {name}", "_time": time, "_seen": time, **changes}
        for name, time in rows
    ]
    return pa.Table.from_pylist(filled, schema=prediction_columns(schema))


def outcomes(rows: Sequence[tuple[str, object, float]], schema: Schema = SCHEMA) -> pa.Table:
    """A batch of outcomes: (id, label, moment it became known)."""
    filled = [{"_id": name, "_label": label, "_known": known, "_source": "test"} for name, label, known in rows]
    return pa.Table.from_pylist(filled, schema=outcome_columns(schema))


def corrections(rows: Sequence[tuple[str, Mapping[str, object], float]], schema: Schema = SCHEMA) -> pa.Table:
    """A batch of corrections: (id, the features that are corrected, moment it became known)."""
    filled = [
        {"_id": name, "_known": known, "_fixed": list(fixed), "_source": "test", **fixed} for name, fixed, known in rows
    ]
    return pa.Table.from_pylist(filled, schema=correction_columns(schema))


def thumbs(rows: Sequence[tuple[str, bool, float]]) -> pa.Table:
    """A batch of thumbs: (id, liked, moment it became known)."""
    filled = [{"_id": name, "_feedback": liked, "_known": known, "_source": "test"} for name, liked, known in rows]
    return pa.Table.from_pylist(filled, schema=outcome_columns(SCHEMA))


def shown(table: pa.Table, *columns: str) -> list[tuple[Any, ...]]:
    """The rows of some columns."""
    return [tuple(row.values()) for row in table.select(list(columns)).to_pylist()]


class PredictionLogContract(ABC):
    """Promises of a prediction log; `make` gives an empty one."""

    @abstractmethod
    def make(self, schema: Schema, folder: Path) -> PredictionLog:
        """Give an empty log; the folder is its own."""

    @pytest.fixture
    def log(self, tmp_path: Path) -> PredictionLog:
        """An empty log of two classes."""
        return self.make(SCHEMA, tmp_path / "log")

    def test_an_empty_log_has_columns_but_no_rows(self, log: PredictionLog) -> None:
        """A reader needs no special case before the first row."""
        table = log.rows(-inf, inf, known_at=None)
        assert table.schema.equals(joined_columns(SCHEMA))
        assert table.num_rows == 0
        counts = log.counts()
        assert (counts.predictions, counts.outcomes, counts.first, counts.last) == (0, 0, inf, -inf)
        assert log.last("gateway") == 0

    def test_a_row_comes_back_as_it_went_in(self, log: PredictionLog) -> None:
        """No value changes on its way, null and a microsecond included."""
        log.append("gateway", 1, predictions([("a", 1.5)], job="cook", since=1_234_567_890_123_456), None)
        [row] = log.rows(0, 2, known_at=None).to_pylist()
        assert (row["_id"], row["_time"], row["_score"], row["_raw"]) == ("a", 1.5, [0.25], [0.3])
        assert (row["age"], row["job"], row["owner"]) == (None, "cook", None)
        assert row["since"].isoformat() == "2009-02-13T23:31:30.123456"
        assert (row["_label"], row["_known"], row["_seconds"], row["_error"]) == (None, None, None, False)

    def test_rows_are_those_of_the_slice_by_time_then_id(self, log: PredictionLog) -> None:
        """A slice holds its start but not its end, whatever the order of arrival."""
        log.append("gateway", 1, predictions([("d", 3.0), ("b", 2.0)]), None)
        log.append("gateway", 2, predictions([("e", 1.0), ("a", 2.0), ("c", 2.5)]), None)
        assert shown(log.rows(2, 3, known_at=None), "_id") == [("a",), ("b",), ("c",)]
        assert shown(log.rows(-inf, inf, known_at=None), "_id") == [("e",), ("a",), ("b",), ("c",), ("d",)]

    def test_a_sequence_is_taken_once(self, log: PredictionLog) -> None:
        """A caller that is not sure may ask again; sources do not disturb each other."""
        for _ in range(2):
            log.append("gateway", 3, predictions([("a", 1.0)]), outcomes([("a", "yes", 2.0)]))
        log.append("gateway", 2, predictions([("b", 1.0)]), None)
        log.append("nightly", 1, predictions([("c", 1.0)]), None)
        assert shown(log.rows(0, 9, known_at=None), "_id") == [("a",), ("c",)]
        assert (log.last("gateway"), log.last("nightly")) == (3, 1)
        assert (log.counts().doubled, log.counts().repeated) == (0, 0)

    def test_a_batch_without_rows_is_taken_too(self, log: PredictionLog) -> None:
        """An empty batch moves the sequence on and changes nothing else."""
        log.append("gateway", 1, None, None)
        log.append("gateway", 2, predictions([]), outcomes([]))
        assert log.last("gateway") == 2
        assert log.counts().predictions == 0

    def test_the_first_prediction_of_an_id_counts(self, log: PredictionLog) -> None:
        """A repeated id never makes two rows, in no slice, and is counted."""
        log.append("gateway", 1, predictions([("a", 1.0)], age=1.0), None)
        log.append("gateway", 2, predictions([("a", 5.0), ("b", 5.0), ("b", 6.0)], age=2.0), None)
        assert shown(log.rows(0, 9, known_at=None), "_id", "_time", "age") == [("a", 1.0, 1.0), ("b", 5.0, 2.0)]
        assert log.rows(6, 9, known_at=None).num_rows == 0
        counts = log.counts()
        assert (counts.predictions, counts.doubled, counts.first, counts.last) == (2, 2, 1.0, 5.0)

    def test_the_latest_outcome_known_then_counts(self, log: PredictionLog) -> None:
        """A reading is as of a moment: later corrections do not reach back, late arrivals of old news do not win."""
        log.append("gateway", 1, predictions([("a", 1.0), ("b", 1.5)]), outcomes([("a", "no", 3.0)]))
        log.append("gateway", 2, None, outcomes([("a", "yes", 5.0)]))
        log.append("gateway", 3, None, outcomes([("a", "no", 4.0)]))
        expected = {2.9: (None, None), 3.0: ("no", 3.0), 4.5: ("no", 4.0), 5.0: ("yes", 5.0), None: ("yes", 5.0)}
        for known_at, outcome in expected.items():
            first, second = shown(log.rows(0, 9, known_at=known_at), "_label", "_known")
            assert (first, second) == (outcome, (None, None))
        assert log.counts().repeated == 2

    def test_of_two_equally_late_outcomes_the_one_that_came_later_counts(self, log: PredictionLog) -> None:
        """A correction within the same second is a correction, in one batch and across batches."""
        log.append("gateway", 1, predictions([("a", 1.0)]), outcomes([("a", "no", 3.0), ("a", "yes", 3.0)]))
        assert shown(log.rows(0, 9, known_at=3.0), "_label") == [("yes",)]
        log.append("gateway", 2, None, outcomes([("a", "no", 3.0)]))
        assert shown(log.rows(0, 9, known_at=3.0), "_label") == [("no",)]

    def test_an_outcome_may_come_before_its_prediction(self, log: PredictionLog) -> None:
        """Until the prediction is in, its outcome is counted as unknown; then it is found."""
        log.append("labels", 1, None, outcomes([("a", "no", 1.0), ("a", "yes", 2.0), ("never", "no", 2.0)]))
        assert (log.counts().outcomes, log.counts().unknown, log.counts().repeated) == (3, 3, 1)
        log.append("gateway", 1, predictions([("a", 1.0)]), None)
        assert shown(log.rows(0, 9, known_at=1.5), "_label") == [("no",)]
        assert shown(log.rows(0, 9, known_at=None), "_label") == [("yes",)]
        assert (log.counts().outcomes, log.counts().unknown, log.counts().repeated) == (3, 1, 1)

    def test_a_thumb_is_no_label_and_the_latest_one_known_then_counts(self, log: PredictionLog) -> None:
        """Labels and thumbs of an id live apart, whichever came first; a batch may hold both."""
        both = pa.concat_tables([thumbs([("a", True, 2.0)]), outcomes([("a", "no", 3.0), ("b", "yes", 1.0)])])
        log.append("gateway", 1, predictions([("a", 1.0), ("b", 1.0), ("c", 1.0)]), both)
        log.append("gateway", 2, None, thumbs([("a", False, 4.0), ("c", False, 2.0), ("c", True, 2.0)]))
        columns = ("_label", "_known", "_feedback")
        assert shown(log.rows(0, 9, known_at=None), *columns) == [
            ("no", 3.0, False),
            ("yes", 1.0, None),
            (None, None, True),
        ]
        assert shown(log.rows(0, 2, known_at=2.5), *columns)[0] == (None, None, True)
        assert (log.counts().outcomes, log.find("c")["_label"], log.find("c")["_feedback"]) == (2, None, True)

    def test_a_label_that_took_anothers_place_is_a_correction(self, log: PredictionLog) -> None:
        """A repeated label corrects nothing; before the second word there was no correction."""
        log.append("gateway", 1, predictions([("a", 1.0), ("b", 1.0)]), outcomes([("a", "no", 2.0), ("b", "no", 2.0)]))
        log.append("gateway", 2, None, outcomes([("a", "yes", 3.0), ("b", "no", 3.0)]))
        assert shown(log.rows(0, 9, known_at=None), "_relabelled") == [(True,), (False,)]
        assert shown(log.rows(0, 9, known_at=2.0), "_relabelled") == [(False,), (False,)]

    def test_an_outcome_that_says_nothing_is_refused(self, log: PredictionLog) -> None:
        """A row without a label and without a thumb is an error of who sent it."""
        empty = outcomes([("a", None, 2.0)])
        with pytest.raises(BadData, match="neither a label nor a thumb"):
            log.append("gateway", 1, None, empty)

    def test_find_gives_one_prediction_with_its_outcome(self, log: PredictionLog) -> None:
        """An id leads to its row, whichever batch it came in; an unknown one says so."""
        log.append("gateway", 1, predictions([("b", 4.0), ("a", 2.0)]), None)
        log.append("gateway", 2, predictions([("c", 1.0), ("d", 3.0)]), outcomes([("b", "yes", 9.0)]))
        assert {name: log.find(name)["_time"] for name in "abcd"} == {"a": 2.0, "b": 4.0, "c": 1.0, "d": 3.0}
        assert log.find("b")["_label"] == "yes"
        assert log.find("a")["_label"] is None
        with pytest.raises(NotFound, match="'nobody'"):
            log.find("nobody")

    def test_labels_may_be_numbers(self, tmp_path: Path) -> None:
        """A regression's outcomes are numbers, corrected like any other."""
        log = self.make(AMOUNT, tmp_path / "log")
        log.append("gateway", 1, predictions([("a", 1.0), ("b", 1.0)], AMOUNT, age=3.0), None)
        log.append("gateway", 2, None, outcomes([("a", -1.5, 2.0), ("a", 0.1 + 0.2, 3.0)], AMOUNT))
        assert shown(log.rows(0, 9, known_at=None), "_label") == [(0.1 + 0.2,), (None,)]
        assert shown(log.rows(0, 9, known_at=2.0), "_label") == [(-1.5,), (None,)]

    def test_a_batch_that_does_not_fit_is_refused_whole(self, log: PredictionLog) -> None:
        """A wrong column names itself, and nothing of the batch is kept."""
        with pytest.raises(BadData, match="'job'"):
            log.append("gateway", 1, predictions([("a", 1.0)]).drop_columns(["job"]), None)
        with pytest.raises(BadData, match="'_known'"):
            log.append("gateway", 1, predictions([("a", 1.0)]), outcomes([("a", "no", 2.0)]).drop_columns(["_known"]))
        assert log.last("gateway") == 0
        assert log.counts().predictions == 0

    def test_many_batches_come_back_whole(self, log: PredictionLog) -> None:
        """Slices of a long history hold every row once, with its outcome."""
        for batch in range(12):
            names = [(f"{batch}-{row}", batch * 10.0 + row) for row in range(10)]
            labels = [(name, "yes", time + 1) for name, time in names[::2]]
            log.append("gateway", batch + 1, predictions(names), outcomes(labels))
        slices = [log.rows(start, start + 7, known_at=None) for start in range(0, 126, 7)]
        whole = pa.concat_tables(slices)
        assert [name for (name,) in shown(whole, "_id")] == [
            f"{batch}-{row}" for batch in range(12) for row in range(10)
        ]
        assert whole.column("_label").null_count == 60
