"""Do requests share commits without sharing their troubles?"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from gateway.toy import ROW, Toy
from trueup.errors import IdTaken, TrueupError
from trueup.gateway.batcher import Asked, Batcher, Posted
from trueup.gateway.clock import Clock
from trueup.gateway.posted import read_outcomes, read_predictions
from trueup.gateway.protocol import read
from trueup.runtime.features import to_table
from trueup.testing.contracts.prediction_log import SCHEMA, outcomes, shown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from trueup.gateway.service import Answers, Settled


class Held(Toy):
    """A toy whose first answer waits until it is let go."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.busy, self.go = threading.Event(), threading.Event()

    def answer(self, features: pa.Table, entities: Sequence[str]) -> Answers:
        """Wait, then answer."""
        self.busy.set()
        assert self.go.wait(10)
        return super().answer(features, entities)


def asked(name: str, age: float) -> Asked:
    """A request of one row."""
    features = to_table([{**ROW, "age": age}], SCHEMA)
    return Asked(features=features, ids=(name,), entities=(name,), times=(1.0,), seen=(1.0,))


async def together(service: Held, work: Sequence[Asked | Posted], rows: int) -> list[Settled | BaseException]:
    """Submit the first alone, the rest while it is being answered, then let go."""
    batcher = Batcher(service, rows=rows)
    first = asyncio.ensure_future(batcher.submit(work[0]))
    await asyncio.to_thread(service.busy.wait, 10)
    others = [asyncio.ensure_future(batcher.submit(one)) for one in work[1:]]
    await asyncio.sleep(0)
    service.go.set()
    results = await asyncio.gather(first, *others, return_exceptions=True)
    assert batcher.waiting == 0
    await batcher.close()
    return results


def test_what_arrives_meanwhile_shares_one_commit(tmp_path: Path) -> None:
    """Two commits for the first request and the ten that came while it was answered, outcomes among them."""
    service = Held(tmp_path)
    work: list[Asked | Posted] = [asked(f"r-{number}", number) for number in range(1, 11)]
    work.append(Posted(outcomes=outcomes([("r-1", "yes", 2.0)])))
    results = asyncio.run(together(service, work, rows=256))
    scores = [one.answers.scores for one in results[:10] if not isinstance(one, BaseException)]
    assert scores == [((number / 100,),) for number in range(1, 11)]
    groups = list(service.spool.read(0))
    assert [0 if one.predictions is None else one.predictions.num_rows for one in groups] == [1, 9]
    assert [0 if one.outcomes is None else one.outcomes.num_rows for one in groups] == [0, 1]


def test_a_batch_has_a_bound(tmp_path: Path) -> None:
    """A long queue is answered in pieces, so that the first is not kept waiting by the last."""
    service = Held(tmp_path)
    asyncio.run(together(service, [asked(f"r-{number}", 1) for number in range(9)], rows=4))
    assert [one.predictions.num_rows for one in service.spool.read(0) if one.predictions is not None] == [1, 4, 4]


def test_a_request_that_breaks_the_model_breaks_alone(tmp_path: Path) -> None:
    """Its neighbours in the batch are answered and kept."""
    service = Held(tmp_path)
    work = [asked("a", 1), asked("b", 2), asked("bad", 13), asked("c", 3)]
    results = asyncio.run(together(service, work, rows=256))
    assert [isinstance(one, ArithmeticError) for one in results] == [False, False, True, False]
    kept = [name for one in service.spool.read(0) if one.predictions for (name,) in shown(one.predictions, "_id")]
    assert kept == ["a", "b", "c"]


def test_another_row_under_the_same_id_is_refused_alone(tmp_path: Path) -> None:
    """Its neighbours are kept; a request that was sent again is answered again, and said to be doubled."""
    service = Held(tmp_path)
    work = [asked("a", 1), asked("b", 2), asked("a", 3), asked("a", 1)]
    first, other, refused, again = asyncio.run(together(service, work, rows=256))
    assert not isinstance(first, BaseException)
    assert not isinstance(other, BaseException)
    assert (first.doubled, other.doubled) == (0, 0)
    assert isinstance(refused, IdTaken)
    assert not isinstance(again, BaseException)
    assert (again.doubled, again.answers) == (1, first.answers)
    counted = service.corrections.counted
    assert (counted.taken, counted.doubled) == (1, 1)
    kept = [row for one in service.spool.read(0) if one.predictions for row in shown(one.predictions, "_id", "age")]
    assert sorted(kept) == [("a", 1.0), ("a", 1.0), ("b", 2.0)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["inputs", "name", "shape", "datatype", "data", "id", "parameters", "features", "label", "time"]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)
TENSOR = st.fixed_dictionaries(
    {
        "name": st.sampled_from(["age", "job", "owner", "since", "x", "_id", "_entity", "_time"]),
        "shape": st.lists(st.integers(-1, 4), max_size=3),
        "datatype": st.sampled_from(["FP64", "BYTES", "BOOL", "INT64", "?"]),
        "data": st.lists(
            st.none() | st.booleans() | st.integers() | st.text(max_size=3) | st.lists(JSON, max_size=2), max_size=4
        ),
    }
)
BODY = JSON | st.fixed_dictionaries(
    {"inputs": st.lists(TENSOR, max_size=5)},
    optional={
        "id": JSON,
        "parameters": st.dictionaries(st.sampled_from(["id", "entity", "time"]), JSON),
        "outputs": JSON,
    },
)


@given(body=BODY)
def test_no_body_makes_the_door_fall_over(body: object) -> None:
    """Whatever JSON comes, it is understood or refused by one of our own errors."""
    text, clock = msgspec.json.encode(body), Clock(simulate=True)
    with suppress(TrueupError):
        to_table(read(text, SCHEMA, max_rows=100).rows, SCHEMA)
    with suppress(TrueupError):
        read_predictions(text, SCHEMA, clock, max_rows=100)
    with suppress(TrueupError):
        read_outcomes(text, SCHEMA, clock, source="crm", max_rows=100)
