"""When did this happen: now, or when the simulation says?"""

from __future__ import annotations

import time
from math import inf

from trueup.errors import BadData


class Clock:
    """The machine's clock, or a simulation's that only moves when it is told."""

    def __init__(self, *, simulate: bool) -> None:
        """Begin at the beginning of time in a simulation."""
        self._simulate = simulate
        self._now = -inf

    def moment(self, given: float | None) -> float:
        """When a row happened; only a simulation's rows may say it themselves."""
        if given is not None and not self._simulate:
            what = "only a simulation's requests may carry a time"
            raise BadData("time", what, "leave it out: the gateway's clock is used")
        return self.now() if given is None else given

    def now(self) -> float:
        """The present."""
        if not self._simulate:
            return time.time()
        if self._now == -inf:
            raise BadData("time", "the simulation's clock was not set", "give the row a time, or POST /simulate/clock")
        return self._now

    def seen(self, moment: float) -> float:
        """When a row that happened at this moment got here."""
        return max(moment, self._now)

    def set(self, now: float) -> None:
        """Move a simulation's clock forward."""
        if now < self._now:
            raise BadData("now", f"{now} is before {self._now}", "a clock only goes forward; start the simulation anew")
        self._now = now
