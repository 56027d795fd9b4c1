"""What does a running project say, line by line?"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from trueup.gateway.corrections import Counted

if TYPE_CHECKING:
    from collections.abc import Callable

    from trueup.runtime.driver import Driver


class Lines:
    """Lines with their time, at once; the date stands in front whenever it is another one than in the line before."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(tz=UTC).astimezone()) -> None:
        """Take the clock."""
        self._now = now
        self._date = ""

    def __call__(self, line: str) -> None:
        """Say one."""
        now = self._now()
        date, before = f"{now:%Y-%m-%d}", self._date
        self._date = date
        sys.stdout.write(f"{'' if date == before else f'{date} '}{now:%H:%M:%S} {line}\n")
        sys.stdout.flush()


class Told:
    """What was decided and counted, each said once, whoever's event it came from: a look's, or a person's yes."""

    def __init__(self, driver: Driver, tell: Callable[[str], None]) -> None:
        """Begin behind what the journal holds already."""
        self._driver = driver
        self._tell = tell
        self._decisions = len(driver.decisions)
        self._counted = Counted()

    def decisions(self) -> None:
        """Say what was decided since."""
        new = self._driver.decisions[self._decisions :]
        self._decisions += len(new)
        for decision in new:
            self._tell(f"window {decision.window}: {decision.headline}")

    def everything(self, counted: Counted) -> None:
        """What was decided, and what came twice or fits to nothing, where there is more of it."""
        self.decisions()
        self._say_more(counted)

    def _say_more(self, now: Counted) -> None:
        before, self._counted = self._counted, replace(now)
        said = (
            (now.taken - before.taken, "refused with 409: another row came under the same id before"),
            (now.doubled - before.doubled, "with an id that was in before, whose first prediction counts"),
            (now.unknown - before.unknown, "with an outcome for an id that no prediction has so far"),
            (now.repeated - before.repeated, "with an outcome that was known already"),
        )
        found = [f"{count:,} {what}" for count, what in said if count]
        if found:
            self._tell(f"rows since the last look: {'; '.join(found)}")
