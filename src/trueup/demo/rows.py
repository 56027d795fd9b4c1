"""A stream's rows as requests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.runtime.stream import Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Chunk:
    """Rows of one request."""

    ids: list[str]
    times: list[float]
    features: list[dict[str, Any]]


class Rows:
    """Hands out rows and outcomes in the order of their moments."""

    def __init__(self, stream: Stream, since: float) -> None:
        """Take the stream; rows before `since` are in the log already."""
        self._stream = stream
        order = np.argsort(stream.known, kind="stable")
        self._by_known = order[stream.times[order] >= since]
        self._posted = 0

    def asked(self, since: float, now: float, size: int) -> Iterator[Chunk]:
        """Rows that happened in [since, now)."""
        rows = self._stream.between(since, now)
        for start in range(rows.start, rows.stop, size):
            count = min(size, rows.stop - start)
            yield Chunk(
                ids=self._stream.names(slice(start, start + count)),
                times=self._stream.times[start : start + count].tolist(),
                features=self._stream.features.slice(start, count).to_pylist(),
            )

    def skip(self, now: float) -> None:
        """Outcomes that became known before `now` were handed out by somebody else."""
        self._posted = int(np.searchsorted(self._stream.known[self._by_known], now, side="left"))

    def known(self, now: float, size: int) -> Iterator[list[tuple[str, object, float]]]:
        """Outcomes that became known before `now` and were not handed out yet."""
        end = int(np.searchsorted(self._stream.known[self._by_known], now, side="left"))
        places = np.sort(self._by_known[self._posted : end])
        self._posted = end
        for start in range(0, len(places), size):
            part = places[start : start + size]
            ids = [str(name) for name in self._stream.ids.take(part).to_pylist()]
            labels = self._stream.labels.take(part).to_pylist()
            moments = self._stream.known[part].tolist()
            rows = zip(ids, labels, moments, strict=True)
            yield [row for row in rows if row[1] is not None]
