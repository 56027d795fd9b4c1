"""Does whoever the route names answer, and is the one that answered before ready to come back?"""

from __future__ import annotations

import pyarrow as pa
import pytest

from runtime.constant import version
from trueup.errors import NotFound
from trueup.loop.deploy.routing import Route
from trueup.loop.train.calibration import AS_IS, Calibration
from trueup.runtime.desk import Desk, Seat

EVEN = (1 / 3, 1 / 3, 1 / 3)
ROW = pa.table({"x": [1.0]})


def desk(*versions: str) -> Desk:
    """A desk at which these versions are ready, seated in this order."""
    found = Desk("binary")
    for name in versions:
        found.seat(Seat(version=name, loaded=version(), weights=EVEN, calibration=AS_IS))
    return found


def said(found: Desk) -> float:
    """What the champion says."""
    return float(found.answer(ROW, ("somebody",)).scores[0])


def test_nobody_answers_before_there_is_a_champion() -> None:
    """The error says what to do; nor is anybody routed to who is not ready."""
    empty = desk()
    with pytest.raises(NotFound, match="train one first"):
        empty.answer(ROW, ("somebody",))
    with pytest.raises(NotFound, match="load it before"):
        empty.set_route(Route(champion="v1"))
    assert empty.route == Route(champion="")


def test_a_version_answers_as_it_is_put_right() -> None:
    """Weights and recalibration of the newest adjustment count; one of a version that is not there is passed over."""
    found = desk("v1")
    found.set_route(Route(champion="v1"))
    found.adjust("v1", (1.0, 0.0, 0.0), AS_IS)
    assert said(found) == pytest.approx(0.1)
    found.adjust("v1", (0.0, 0.0, 1.0), Calibration(shift=-1.0))
    assert said(found) == pytest.approx(1 / (1 + 0.25 * 2.718281828), rel=1e-6)
    found.adjust("v9", EVEN, AS_IS)
    assert not found.has("v9")


def test_who_answered_until_now_stays_ready() -> None:
    """However long ago it was seated, and whoever was tried since: a rollback is one switch."""
    found = desk("v1")
    found.set_route(Route(champion="v1"))
    for name in ("v2", "v3", "v4"):
        found.seat(Seat(version=name, loaded=version(), weights=EVEN, calibration=AS_IS))
        found.set_route(Route(champion="v1", canary=name, share=0.2, salt=name))
    found.set_route(Route(champion="v4"))
    assert (found.has("v1"), found.has("v2")) == (True, False)


def test_each_entity_is_answered_by_its_arm() -> None:
    """Answers come back in the order of the rows, each under the version that gave it."""
    found = desk("v1")
    found.seat(Seat(version="v2", loaded=version(said=(0.9,)), weights=(1.0,), calibration=AS_IS))
    found.set_route(Route(champion="v1", canary="v2", share=0.5, salt="s"))
    names = tuple(f"c-{place}" for place in range(20))
    answers = found.answer(pa.table({"x": [1.0] * 20}), names)
    assert set(answers.versions) == {"v1", "v2"}
    for who, score in zip(answers.versions, answers.scores, strict=True):
        assert score == pytest.approx(0.9 if who == "v2" else 1.3 / 3)
