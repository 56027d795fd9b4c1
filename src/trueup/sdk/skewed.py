"""Does the log agree with the owner's own table, and does the loop hear of it?"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Any

from trueup.assembly import open_journal, open_log
from trueup.loop.intake import SkewMeasured
from trueup.runtime.driver import Driver
from trueup.runtime.skew import counts, skew
from trueup.settings.table import read_table

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.loop.policy import Policy

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """How the log and the table are compared."""

    ids: str = "id"  # column of the table that holds the ids
    tolerance: float = 1e-6  # by which numbers may differ, relative to the larger one
    above: float = 0.01  # share of a column's rows that may differ
    record: bool = True  # tell the loop, which alerts


def skew_of(home: Path, policy: Policy, data: Path, said: Compared) -> Json:
    """Compare a project's log with a table."""
    logged = open_log(home, policy).rows(-inf, inf, known_at=None)
    answer = skew(
        logged,
        read_table(data),
        policy.schema,
        ids=said.ids,
        tolerance=said.tolerance,
        above=said.above,
    )
    if said.record:
        driver = Driver(open_journal(home))
        event = SkewMeasured(time=driver.state.time, source=data.name, above=said.above, counts=counts(answer))
        driver.take(event)
    return {**answer, "recorded": said.record}
