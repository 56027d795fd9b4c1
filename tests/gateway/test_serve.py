"""Does a version that fails cost only its own rows their answers, and is it counted against it?"""

from __future__ import annotations

import asyncio
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pyarrow as pa
import pytest

from gateway.toy import KEYS
from trueup.adapters.fine_profiles.memory import MemoryFineProfiles
from trueup.adapters.outlier_models.memory import MemoryOutlierModels
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.adapters.spool.sqlite import SqliteSpool
from trueup.errors import BadAnswer, UsageError
from trueup.gateway.batcher import Asked, Batcher
from trueup.gateway.corrections import Corrections
from trueup.gateway.guard import Guard
from trueup.gateway.serve import LiveService, Watchman, listen
from trueup.gateway.settings import GatewaySettings
from trueup.loop.deploy.release import Release
from trueup.loop.deploy.routing import Route, arm
from trueup.loop.state import State
from trueup.loop.train.calibration import AS_IS
from trueup.ports.bundles import Bundle, BundleFit, Lineage, Manifest
from trueup.runtime.desk import Desk, Seat
from trueup.runtime.gather import Gather
from trueup.runtime.scoring import LoadedVersion
from trueup.sdk.up import names
from trueup.testing.toy import LOSS, PLAIN

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.runtime.live import Live, Looked
    from trueup.stats.arrays import Floats

ROUTE = Route(champion="v1", canary="v2", share=0.5, salt="s")
ENTITIES = [f"e{number}" for number in range(40)]
CANARY = [arm(ROUTE, name) == "canary" for name in ENTITIES]
LIMIT = 30.0  # the canary cannot answer rows with an x from here on


class Fits:
    """One fit that answers x / 100, and raises where x is at its limit or beyond."""

    code_hash = ""
    notes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    seconds = (0.0,)

    def __init__(self, limit: float) -> None:
        self.limit = limit

    def raw(self, features: pa.Table) -> Floats:
        """Divide, or raise."""
        x = features.column("x").to_numpy()
        if (x >= self.limit).any():
            raise ZeroDivisionError("the owner's own")
        return np.asarray(x / 100.0, dtype=np.float64)[None, :]

    def save(self, folder: Path) -> None:
        """Leave nothing."""


def loaded(limit: float) -> LoadedVersion:
    """A version that is ready to answer."""
    lineage = Lineage(order="1.1", snapshot="", until=None, seed=1)
    fits = (BundleFit(scope="all", rows=1, model=0),)
    manifest = Manifest(schema=PLAIN.schema, fits=fits, code="", code_hash="", notes=(), lineage=lineage)
    return LoadedVersion(Bundle(hash="", manifest=manifest, fits=Fits(limit)))


@pytest.fixture
def service(tmp_path: Path) -> LiveService:
    """A champion that answers everything and a canary that cannot answer the last ten rows."""
    desk = Desk("binary")
    for version, limit in (("v1", np.inf), ("v2", LIMIT)):
        desk.seat(Seat(version=version, loaded=loaded(limit), weights=(1.0,), calibration=AS_IS))
    desk.set_route(ROUTE)
    spool = SqliteSpool(tmp_path / "spool.db")
    live = cast("Live", SimpleNamespace(world=SimpleNamespace(desk=desk), spool=spool))  # the clock is no part of this
    corrections = Corrections(tmp_path, PLAIN.window, share=0.2, tell=print)
    return LiveService(live, PLAIN, corrections=corrections, explain=lambda name: {"sentence": name}, look=never)


def never(now: float) -> Looked:
    """The clock is no part of this."""
    raise AssertionError(now)


def rows() -> pa.Table:
    """One row an entity, with x from 0 to 39."""
    return pa.table({"x": pa.array(np.arange(40.0))})


def test_only_the_rows_that_a_version_cannot_answer_have_no_answer(service: LiveService) -> None:
    """The champion answers its own, the canary those it can; the others say why not."""
    answers = service.answer(rows(), ENTITIES)
    silent = [mine and x >= LIMIT for x, mine in enumerate(CANARY)]
    assert 0 < sum(silent) < sum(CANARY)
    assert [bool(error) for error in answers.errors] == silent
    assert [not score for score in answers.scores] == silent
    assert answers.versions == tuple("v2" if mine else "v1" for mine in CANARY)
    assert [score[0] for score in answers.scores if score] == [x / 100 for x in range(40) if not silent[x]]
    assert "ZeroDivisionError (the owner's own)" in max(answers.errors)


def test_a_version_gives_its_own_rows_back_whole_whatever_others_do() -> None:
    """What a model raises has a name of ours; nothing else gets out."""
    with pytest.raises(BadAnswer, match="the model raised ZeroDivisionError"):
        loaded(LIMIT).raw(rows())


def test_the_guard_counts_what_the_canary_did_not_answer(service: LiveService) -> None:
    """The rows are kept with their error, under the canary's name, and counted against it."""
    times, ids = tuple(float(x) for x in range(40)), tuple(ENTITIES)
    asked = Asked(features=rows(), ids=ids, entities=ids, times=times, seen=times)

    async def ask() -> None:
        batcher = Batcher(service, rows=256)
        await batcher.submit(asked)
        await batcher.close()

    asyncio.run(ask())
    log = MemoryPredictionLog(PLAIN.schema)
    for waiting in service.spool.read(0):
        log.append("gateway", waiting.sequence, waiting.predictions, None)
    release = Release(
        version="v2", kind="routine", stage="canary", since=0.0, window=6, salt="s", word="", loss=LOSS, decision=1
    )
    counted = Gather(log, PLAIN, lambda _: loaded(LIMIT), MemoryFineProfiles(), MemoryOutlierModels()).exposure(
        State(champion="v1", release=release), 40.0
    )
    assert counted is not None
    assert (counted.champion.requests, counted.champion.errors) == (CANARY.count(False), 0)
    assert (counted.canary.requests, counted.canary.errors) == (CANARY.count(True), sum(CANARY[30:]))


def test_the_control_loop_outlives_a_look_that_fails() -> None:
    """Whatever a look raises is told, and the next look comes."""
    told: list[str] = []
    again = threading.Event()

    def look() -> None:
        if told:
            again.set()
            return
        raise RuntimeError("a disk is full")

    with Watchman(look, 0.01, told.append):
        assert again.wait(10)
    assert told == ["the control loop could not go on: a disk is full; it tries again in 0 s"]


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "models.example.org"])
def test_the_gateway_may_be_called_by_the_address_it_listens_on(host: str) -> None:
    """Beside the names of this machine; any other name is refused."""
    settings = GatewaySettings(keys=KEYS, hosts=names(host))
    assert settings.hosts[:3] == ("localhost", "127.0.0.1", "[::1]")
    assert settings.hosts[3] == (f"[{host}]" if ":" in host else host)
    assert settings.hosts[3].lower() in Guard(cast("Any", None), settings=settings)._hosts


def test_an_address_that_cannot_be_listened_on_is_told() -> None:
    """With the reason and the mend."""
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"{port} cannot be listened on \\(Address already in use\\)"):
            listen("127.0.0.1", port)
    with pytest.raises(UsageError, match=r"192\.0\.2\.1:0 cannot be listened on"):
        listen("192.0.2.1", 0)  # reserved for documentation: no machine has it
