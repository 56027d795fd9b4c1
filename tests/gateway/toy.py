"""A model that is quick to know by heart, behind the real door; run as a program it is the server that gets killed."""

from __future__ import annotations

import socket
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn

from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.adapters.spool.sqlite import SqliteSpool
from trueup.errors import NotFound
from trueup.gateway.app import build
from trueup.gateway.corrections import Corrections
from trueup.gateway.serve import KEEP_ALIVE
from trueup.gateway.service import Answers
from trueup.gateway.settings import GatewaySettings, Key
from trueup.loop.policy import Windowing
from trueup.runtime.misfit import Misfits
from trueup.testing.contracts.prediction_log import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import httpx
    import pyarrow as pa

    from trueup.loop.schema import Schema

TOKEN: Final = "open sesame"
KEYS: Final = (
    Key(source="project", token=TOKEN),
    Key(source="predict", token="ask only", scopes=("predict",)),
    Key(source="outcomes", token="answer back only", scopes=("outcomes",)),
    Key(source="corrections", token="put right only", scopes=("corrections",)),
)
AGE: Final[dict[str, Any]] = {"name": "age", "shape": [1, 1], "datatype": "FP64", "data": [41.0]}
REST: Final[list[dict[str, Any]]] = [
    {"name": "job", "shape": [1], "datatype": "BYTES", "data": ["cook"]},
    {"name": "owner", "shape": [1, 1], "datatype": "BOOL", "data": [[True]]},
    {"name": "since", "shape": [1, 1], "datatype": "BYTES", "data": [None]},
]
INFER: Final = "/v2/models/bank/infer"
ROW: Final[dict[str, object]] = {"age": 41, "job": "cook", "owner": True, "since": "2009-02-13T23:31:30"}


class Toy:
    """Scores a person by age; entities that begin with c are in canary; 13 makes it raise, 14 gets no answer."""

    model = "bank"

    def __init__(self, folder: Path, *, version: str = "v1", schema: Schema = SCHEMA) -> None:
        self.version = version
        self.schema = schema
        self.spool = SqliteSpool(folder / "spool.db")
        self.told: list[str] = []
        self.misfits = Misfits()
        windowing = Windowing(unit="rows", length=100.0)
        self.corrections = Corrections(folder, windowing, share=0.2, tell=self.told.append)

    def answer(self, features: pa.Table, entities: Sequence[str]) -> Answers:
        """Divide by 100."""
        ages = cast("list[float | None]", features.column("age").to_pylist())
        if 13.0 in ages:
            raise ArithmeticError("thirteen")
        scores = tuple(() if age == 14.0 else ((age or 0.0) / 100,) for age in ages)
        canary = [name.startswith("c") for name in entities]
        return Answers(
            versions=tuple("v2" if one else self.version for one in canary),
            arms=tuple("canary" if one else "champion" for one in canary),
            scores=scores,
            raws=scores,
            errors=tuple("" if score else "fourteen" for score in scores),
        )

    def explain(self, identifier: str) -> Mapping[str, object]:
        """Know one id."""
        if identifier != "known/id":
            raise NotFound("prediction", identifier, "ask for 'known/id'")
        return {"sentence": "because"}

    def on_clock(self, now: float) -> Mapping[str, object]:
        """Say the time."""
        return {"now": now}


@contextmanager
def serving(service: Toy, **settings: Any) -> Iterator[str]:
    """The address of a running gateway."""
    app = build(service, GatewaySettings(keys=KEYS, **settings))
    # named as TCP, else asyncio leaves Nagle's algorithm on, which costs each answer 40 ms
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.bind(("127.0.0.1", 0))
        config = uvicorn.Config(app, log_level="critical", lifespan="on", timeout_keep_alive=KEEP_ALIVE)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started and thread.is_alive():
                time.sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


def said(reply: httpx.Response, status: int) -> str:
    """The sentence of a refusal."""
    assert reply.status_code == status, reply.text
    assert list(reply.json()) == ["error"]
    return str(reply.json()["error"])


def logged(folder: Path) -> MemoryPredictionLog:
    """What the gateway has kept so far, as another process sees it."""
    log = MemoryPredictionLog(SCHEMA)
    with SqliteSpool(folder / "spool.db") as spool:
        for one in spool.read(0):
            log.append("test", one.sequence, one.predictions, one.outcomes, one.corrections)
    return log


def infer(**changes: Any) -> dict[str, Any]:
    """A good body but for these changes."""
    return {"inputs": [AGE, *REST], **changes}


def age(**changes: Any) -> dict[str, Any]:
    """A good body whose first input differs."""
    return infer(inputs=[{**AGE, **changes}, *REST])


def column(tensor: Mapping[str, Any], *values: object) -> dict[str, Any]:
    """That input with these rows."""
    return {
        **tensor,
        "shape": [len(values), 1],
        "data": [one for value in values for one in (value if isinstance(value, list) else [value])],
    }


if __name__ == "__main__":
    with serving(Toy(Path(sys.argv[1]))) as address:
        print(address, flush=True)  # noqa: T201 - the parent reads it
        threading.Event().wait()
