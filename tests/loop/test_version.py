"""What does a newborn version inherit of the role, and what must it learn by itself?"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from trueup.loop.deploy.version import Line, fork, inherited
from trueup.loop.policy import Scope
from trueup.loop.train.calibration import Calibration
from trueup.loop.train.order import Fit
from trueup.testing.scenario import Scenario

SCOPES: Final = ("last 6 windows", "all", "recency")


def grown() -> Line:
    """A champion with a track record of three windows."""
    line = Scenario().start().windows(2).closed().labels().state.alive("v1")
    return replace(line, weights=(0.5, 0.3, 0.2), calibration=Calibration(slope=0.9))


def newborn(*scopes: str) -> Line:
    """A version fitted on these scopes, without a past."""
    line = Scenario().start().state.alive("v1")
    fits = tuple(Fit(scope=scope, rows=1) for scope in scopes)
    return replace(line, version="v2", fits=fits, weights=(1 / len(fits),) * len(fits))


def test_the_same_scopes_inherit_all_of_the_role() -> None:
    """It serves as it was judged: under the champion's blend and recalibration."""
    champion, child = grown(), fork(grown(), newborn(*SCOPES))
    assert (child.weights, child.track, child.tables) == (champion.weights, champion.track, champion.tables)
    assert child.calibration == champion.calibration
    assert child.version == "v2"


def test_other_scopes_are_blended_evenly_though_they_are_as_many() -> None:
    """A weight was learnt by a fit on the same rows; the recalibration is the role's, as it was when it was judged."""
    champion, child = grown(), fork(grown(), newborn("all", "last 6 windows", "recency"))
    assert (child.weights, child.track) == ((1 / 3, 1 / 3, 1 / 3), ())
    assert (child.calibration, child.tables) == (champion.calibration, champion.tables)
    assert inherited(champion, ("all",)) == (1.0,)


def test_a_scope_is_named_by_all_that_it_says() -> None:
    """Two recencies that forget at another pace are two scopes."""
    titles = {Scope(name="recency").title, Scope(name="recency", windows=4).title, Scope(name="last").title}
    assert titles == {"recency", "recency 4 windows", "last 6 windows"}
