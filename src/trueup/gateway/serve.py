"""How does a running loop stand behind the door?"""

from __future__ import annotations

import socket
import threading
from contextlib import ExitStack
from socket import IPPROTO_TCP, SOCK_STREAM
from typing import TYPE_CHECKING, Final, Self

import uvicorn

from trueup.errors import UsageError
from trueup.gateway.app import build
from trueup.gateway.service import Answers

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa

    from trueup.gateway.corrections import Corrections
    from trueup.gateway.settings import GatewaySettings
    from trueup.loop.policy import Policy
    from trueup.loop.schema import Schema
    from trueup.ports.spool import Spool
    from trueup.runtime.live import Live, Looked
    from trueup.runtime.misfit import Misfits

KEEP_ALIVE: Final = 75  # seconds; a caller that comes back just as its idle connection is closed sees a reset
BACKLOG: Final = 2048  # callers that may wait for their turn


class LiveService:
    """One live model, as the gateway asks it."""

    def __init__(
        self,
        live: Live,
        policy: Policy,
        *,
        corrections: Corrections,
        explain: Callable[[str], Mapping[str, object]],
        look: Callable[[float], Looked],
    ) -> None:
        """Take the loop that runs, and what a request may need beside it."""
        self._live = live
        self._policy = policy
        self._corrections = corrections
        self._explain = explain
        self._look = look

    @property
    def model(self) -> str:
        """The model's name, as in the path."""
        return self._policy.model

    @property
    def version(self) -> str:
        """The champion; empty until one is loaded."""
        return self._live.world.desk.route.champion

    @property
    def schema(self) -> Schema:
        """What a row must look like."""
        return self._policy.schema

    @property
    def spool(self) -> Spool:
        """Where rows are safe before they are acknowledged."""
        return self._live.spool

    @property
    def misfits(self) -> Misfits:
        """Where logged rows that do not fit are counted."""
        return self._live.misfits

    @property
    def corrections(self) -> Corrections:
        """What is known, and how much of it a source may change."""
        return self._corrections

    def answer(self, features: pa.Table, entities: Sequence[str]) -> Answers:
        """Route each row by its entity and score it; a row that its version cannot answer carries the error."""
        found = self._live.world.desk.answer(features, entities)
        flat = (found.scores.reshape(len(entities), -1), found.raws.reshape(len(entities), -1))
        scores, raws = (
            tuple(() if error else tuple(map(float, row)) for row, error in zip(part, found.errors, strict=True))
            for part in flat
        )
        return Answers(versions=found.versions, arms=found.arms, scores=scores, raws=raws, errors=found.errors)

    def explain(self, identifier: str) -> Mapping[str, object]:
        """Say why."""
        return self._explain(identifier)

    def on_clock(self, now: float) -> Mapping[str, object]:
        """Do what is due by then."""
        looked = self._look(now)
        state = self._live.driver.state
        return {
            "now": now,
            "champion": state.champion,
            "window": state.closed,
            "predictions": looked.predictions,
            "outcomes": looked.outcomes,
            "decisions": [
                {"number": one.number, "window": one.window, "kind": one.remedy, "headline": one.headline}
                for step in looked.steps
                for one in step.decisions
            ],
        }


class Watchman(threading.Thread):
    """Looks at regular intervals of real time, until told to stop."""

    def __init__(self, look: Callable[[], object], seconds: float, tell: Callable[[str], None]) -> None:
        """Take what to do, how often, and whom to tell when it fails."""
        super().__init__(name="control-loop", daemon=True)
        self._look = look
        self._seconds = seconds
        self._tell = tell
        self._over = threading.Event()

    def run(self) -> None:
        """Look; an error is told and the next look tries again, since nothing accepted is lost."""
        while not self._over.wait(self._seconds):
            try:
                self._look()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next look must come
                self._tell(f"the control loop could not go on: {error}; it tries again in {self._seconds:.0f} s")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop after the look that is under way."""
        self._over.set()
        self.join(timeout=600.0)


def listen(host: str, port: int) -> socket.socket:
    """Take an address of this machine; port 0 stands for any free one."""
    try:
        # named as TCP, else asyncio leaves Nagle's algorithm on, which costs each answer 40 ms
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=SOCK_STREAM, proto=IPPROTO_TCP)[0]
        with ExitStack() as undo:
            listener = undo.enter_context(socket.socket(family, kind, protocol))
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)  # from here on callers wait instead of being refused
            undo.pop_all()
    except OSError as error:
        mend = "stop what uses it, or choose another with --host and --port"
        raise UsageError(f"{host}:{port} cannot be listened on ({error.strerror}); {mend}") from error
    return listener


def serve(service: LiveService, settings: GatewaySettings, listener: socket.socket) -> None:
    """Serve until told to stop; returns after the last accepted request is answered."""
    config = uvicorn.Config(
        build(service, settings), log_level="warning", access_log=False, timeout_keep_alive=KEEP_ALIVE, backlog=BACKLOG
    )
    uvicorn.Server(config).run(sockets=[listener])
