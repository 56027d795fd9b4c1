"""After a crash, are the open actions carried out so that nothing is lost and nothing stale is done?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from runtime.constant import version
from trueup.adapters.journal.memory import MemoryJournal
from trueup.assembly import backtest_house
from trueup.errors import NotFound
from trueup.loop.actions import Adjust, Load
from trueup.loop.deploy.routing import Route
from trueup.loop.train.blend import blend
from trueup.loop.train.calibration import AS_IS
from trueup.runtime.carry_out import reopen, settle
from trueup.runtime.desk import Desk, finish, rounded
from trueup.runtime.driver import Driver
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from trueup.loop.events import Event
    from trueup.runtime.carry_out import World
    from trueup.runtime.scoring import LoadedVersion


class Housed(Scenario):
    """A history that is written down, and whose actions touch a world."""

    def __init__(self, world: World) -> None:
        self.driver = Driver(MemoryJournal())
        self.world = world
        super().__init__(PLAIN)

    def take(self, event: Event) -> Housed:
        """Write it down; nothing is carried out yet."""
        self.steps.append(self.driver.take(event))
        self.heard.append(event)
        self.state, self.now = self.driver.state, max(self.now, event.time)
        return self

    def carried(self) -> Housed:
        """Every open action is carried out."""
        self.steps.extend(settle(self.driver, self.world))
        self.state = self.driver.state
        return self

    def crashed(self) -> Housed:
        """The process is gone, and another one starts from what was written."""
        self.world = replace(self.world, desk=Desk("binary"))
        self.driver = Driver(self.driver.journal)
        reopen(self.driver, self.world)
        return self.carried()

    def said(self, name: str) -> float:
        """What a version that is ready says of any row."""
        self.world.desk.set_route(Route(champion=name))
        return float(self.world.desk.answer(pa.table({"x": [1.0]}), ("somebody",)).scores[0])

    def put_right(self, name: str) -> float:
        """What it must say, blended and recalibrated as the loop knows it."""
        line = self.state.alive(name)
        raw = blend(version().raw(pa.table({"x": [1.0]})), line.weights)
        return float(finish(rounded(raw), line.calibration, "binary")[0])


@pytest.fixture
def housed(tmp_path: Path) -> Iterator[Housed]:
    """A first version answers."""
    house = backtest_house(tmp_path, PLAIN, project=None)
    world = replace(house.world, shop=replace(house.world.shop, load=version))
    told = Housed(world)
    told.history().trained()
    yield told.carried()
    house.close()


def test_a_version_is_loaded_before_it_is_put_right(housed: Housed) -> None:
    """An adjustment that was wanted after the load is not lost when both are still open."""
    housed.until_training().trained().closed().labels()
    kinds = [type(action) for action in housed.driver.open.values() if getattr(action, "version", "") == "v2"]
    assert kinds == [Load, Adjust]
    housed.crashed()
    assert housed.state.alive("v2").calibration != AS_IS
    assert housed.said("v2") == pytest.approx(housed.put_right("v2"))


def test_an_older_adjustment_does_not_undo_a_newer_load(housed: Housed) -> None:
    """In whatever state the process died, a version answers as the loop knows it."""
    housed.until_training().trained().loaded().closed().labels().ask("rollback")
    housed.crashed()
    assert housed.said("v1") == pytest.approx(housed.put_right("v1"))


def test_a_route_that_was_replaced_is_not_set_any_more(housed: Housed) -> None:
    """Its challenger may be gone for good; the start must not fail on it."""
    housed.window().ask("train", code="other.py:build").tick().trained(0.02, code="other").loaded().exposed(errors=500)
    assert housed.state.line("v2") is None
    housed.crashed()
    assert housed.world.desk.route == Route(champion="v1")
    assert not housed.driver.open


def test_a_rollback_finds_the_old_champion_whatever_was_tried_since(housed: Housed) -> None:
    """Challengers that came and went do not take its place at the desk."""
    housed.until_training().trained(0.15)
    housed.carried().exposed()
    for name in ("v3", "v4", "v5"):
        housed.carried().closed().labels().ask("train").tick().trained(0.02)
        housed.carried().exposed(errors=500)
        assert housed.remedies[-1] == f"refuse {name}"
    housed.carried().ask("rollback")
    assert housed.carried().world.desk.route == Route(champion="v1")


def test_whom_a_route_names_is_made_ready(housed: Housed) -> None:
    """A desk that has lost a seat gets it back from the journal."""
    housed.until_training().trained(0.15)
    housed.carried().exposed()
    housed.world = replace(housed.world, desk=Desk("binary"))
    assert housed.carried().world.desk.route == Route(champion="v2")


def test_doing_it_twice_is_doing_it_once(housed: Housed) -> None:
    """A second crash right after the first changes nothing."""
    housed.until_training().trained(0.15).loaded().closed().labels().exposed()
    housed.crashed()
    first = (housed.state, housed.world.desk.route, housed.said("v2"))
    assert (housed.crashed().state, housed.world.desk.route, housed.said("v2")) == first


def test_a_version_that_cannot_be_loaded_is_answered_as_failed(housed: Housed) -> None:
    """The champion answers on."""

    def load(bundle: str) -> LoadedVersion:
        kind = "bundle"
        raise NotFound(kind, bundle, "it was deleted")

    housed.until_training().trained(0.15)
    housed.world = replace(housed.world, shop=replace(housed.world.shop, load=load))
    assert "refuse v2" in housed.carried().remedies
    assert housed.world.desk.route == Route(champion="v1")
