"""How do many requests share one answer call and one flush to the disk?"""

from __future__ import annotations

import asyncio
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING, TypeVar, cast

import pyarrow as pa

from trueup.errors import IdTaken
from trueup.gateway.service import Answers, Settled
from trueup.ports.prediction_log import fill, prediction_columns

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from trueup.gateway.service import Service

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Rows that wait for an answer."""

    features: pa.Table
    ids: tuple[str, ...]
    entities: tuple[str, ...]
    times: tuple[float, ...]  # when each happened, seconds since the epoch or the order number
    seen: tuple[float, ...]  # when each got here, in the same unit
    arrived: float = field(default_factory=perf_counter)  # monotonic seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """Rows that need no answer, only to be kept."""

    predictions: pa.Table | None = None
    outcomes: pa.Table | None = None
    corrections: pa.Table | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Waiting:
    """One request and the future its caller waits for."""

    what: Asked | Posted
    done: asyncio.Future[Settled]

    @property
    def rows(self) -> int:
        """How much it adds to a batch."""
        if isinstance(self.what, Asked):
            return len(self.what.ids)
        tables = (self.what.predictions, self.what.outcomes, self.what.corrections)
        return sum(table.num_rows for table in tables if table is not None)


NOTHING = Answers(versions=(), arms=(), scores=(), raws=(), errors=())


class Batcher:
    """Takes what arrived while the last batch was on its way, answers it, commits it once, and only then replies.

    No timer: alone, a request goes at once; under load, batches grow by themselves.
    """

    def __init__(self, service: Service, *, rows: int) -> None:
        """Batch for this service, at most about so many rows at once."""
        self._service = service
        self._columns = prediction_columns(service.schema)
        self._rows = rows
        self._queue: deque[_Waiting] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="trueup-commit")
        self._running: asyncio.Task[None] | None = None
        self.waiting = 0  # rows that are not yet answered

    async def submit(self, what: Asked | Posted) -> Settled:
        """Answer (if asked) and commit; returns when the rows are safe."""
        loop = asyncio.get_running_loop()
        one = _Waiting(what=what, done=loop.create_future())
        self._queue.append(one)
        self.waiting += one.rows
        if self._running is None:
            self._running = loop.create_task(self._run())
        return await one.done

    async def in_turn(self, work: Callable[[], Result]) -> Result:
        """Do other work between two batches."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        """Finish what waits, then stop."""
        if self._running is not None:
            await self._running
        self._thread.shutdown()

    async def _run(self) -> None:
        """Batch after batch until nothing waits."""
        loop = asyncio.get_running_loop()
        while self._queue:
            group = self._take()
            results = await loop.run_in_executor(self._thread, self._settle, group)
            for one, result in zip(group, results, strict=True):
                self.waiting -= one.rows
                if one.done.done():
                    continue  # its caller has gone; the row is kept all the same
                if isinstance(result, Exception):
                    one.done.set_exception(result)
                else:
                    one.done.set_result(result)
        self._running = None

    def _take(self) -> list[_Waiting]:
        """The oldest requests, until the batch is full."""
        group = [self._queue.popleft()]
        rows = group[0].rows
        while self._queue and rows + self._queue[0].rows <= self._rows:
            group.append(self._queue.popleft())
            rows += group[-1].rows
        return group

    def _settle(self, group: Sequence[_Waiting]) -> list[Settled | Exception]:
        """Answer and commit a group; where that fails, each request by itself, so that none pays for another."""
        try:
            return [*self._commit([one.what for one in group])]
        except Exception as error:  # noqa: BLE001 - whatever it was, it belongs to the requests it was about
            if len(group) == 1:
                self._service.corrections.counted.taken += isinstance(error, IdTaken)
                return [error]
            return [self._settle([one])[0] for one in group]

    def _commit(self, group: Sequence[Asked | Posted]) -> list[Settled]:
        """Answer all that is asked in one call, and put all rows into the spool at once."""
        asked = [one for one in group if isinstance(one, Asked)]
        posted = [one for one in group if isinstance(one, Posted)]
        predictions = [one.predictions for one in posted if one.predictions is not None]
        outcomes = [one.outcomes for one in posted if one.outcomes is not None]
        whole = NOTHING
        if asked:
            features = pa.concat_tables([one.features for one in asked])
            whole = self._service.answer(features, [name for one in asked for name in one.entities])
            predictions.append(self._as_log(features, asked, whole))
        together = pa.concat_tables(predictions) if predictions else None
        again = frozenset(self._service.corrections.note(together)) if together is not None else frozenset()
        fixed = [one.corrections for one in posted if one.corrections is not None]
        came = pa.concat_tables(outcomes) if outcomes else None
        self._service.spool.put(together, came, pa.concat_tables(fixed) if fixed else None)
        results, start = [], 0
        for one in group:
            end = start + (len(one.ids) if isinstance(one, Asked) else 0)
            doubled = len(again.intersection(_names(one))) if again else 0
            results.append(Settled(answers=_part(whole, start, end), doubled=doubled))
            start = end
        return results

    def _as_log(self, features: pa.Table, asked: Sequence[Asked], answers: Answers) -> pa.Table:
        """The rows as the log has them."""
        now = perf_counter()
        own: dict[str, Sequence[object]] = {
            "_id": [name for one in asked for name in one.ids],
            "_time": [time for one in asked for time in one.times],
            "_entity": [name for one in asked for name in one.entities],
            "_seen": [time for one in asked for time in one.seen],
            "_version": answers.versions,
            "_arm": answers.arms,
            "_score": answers.scores,
            "_raw": answers.raws,
            "_seconds": [now - one.arrived for one in asked for _ in one.ids],
            "_error": [bool(error) for error in answers.errors],
        }
        return fill(self._columns, own, features)


def _names(what: Asked | Posted) -> Sequence[str]:
    """The ids of the predictions that a request brings."""
    if isinstance(what, Asked):
        return what.ids
    return () if what.predictions is None else cast("list[str]", what.predictions.column("_id").to_pylist())


def _part(answers: Answers, start: int, end: int) -> Answers:
    """The answers to rows start to end."""
    return Answers(
        versions=answers.versions[start:end],
        arms=answers.arms[start:end],
        scores=answers.scores[start:end],
        raws=answers.raws[start:end],
        errors=answers.errors[start:end],
    )
