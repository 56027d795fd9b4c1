"""Is what leaves a limit on all columns together told together?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from loop.monitored import SCHEMA, Stream, day
from trueup.loop.actions import Notify
from trueup.loop.advance import advance
from trueup.loop.events import WindowClosed
from trueup.loop.policy import Trigger
from trueup.loop.state import State
from trueup.profiling import profile
from trueup.runtime.explain_otherwise import otherwise
from trueup.testing.toy import PLAIN

LIMIT: Final = Trigger(name="drift", settings=(("above", 0.2), ("metric", "psi")))
POLICY: Final = replace(PLAIN, schema=SCHEMA, decide=replace(PLAIN.decide, triggers=(LIMIT,)))


def told(*, shift: float = 0.0, gold: float = 0.3) -> list[Notify]:
    """What is told of the limit when a window after six calm ones looks like this."""
    stream = Stream(6)
    window, counted = day(7), profile(stream.table(shift=shift, gold=gold), stream.edges)
    state = State(watch=stream.watch, closed=6)
    step = advance(state, WindowClosed(time=window.end, window=window, profile=counted, fine=""), POLICY)
    return [one for one in step.actions if isinstance(one, Notify) and "beyond" in one.sentence]


def test_columns_that_leave_together_are_one_alert() -> None:
    """The worst is its subject and stands first, and each column has its figure."""
    [one] = told(shift=3.0, gold=0.7)
    assert (one.subject, one.about.columns) == ("amount", ("amount", "plan"))
    assert one.sentence.startswith("2 columns are beyond their limit (psi > 0.2 for 1 window): amount ")
    assert ", plan 0." in one.sentence
    assert otherwise(one) == "each of the 2 columns within its limit"


def test_one_column_alone_is_told_by_its_name() -> None:
    """As where the limit is on it by name."""
    [one] = told(gold=0.7)
    assert (one.subject, one.about.columns) == ("plan", ("plan",))
    assert one.sentence.startswith("plan is beyond its limit: its psi is ")
