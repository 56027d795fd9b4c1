"""Which path leads where?"""

from __future__ import annotations

from contextlib import asynccontextmanager
from functools import partial
from math import ceil
from time import monotonic
from typing import TYPE_CHECKING, Final

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.routing import Route

from trueup import __version__
from trueup.errors import BadSettings, IdTaken, NotFound, Refused, TooLarge, TrueupError, UsageError
from trueup.gateway import posted, protocol
from trueup.gateway.allowance import Allowance
from trueup.gateway.batcher import Asked, Batcher, Posted
from trueup.gateway.clock import Clock
from trueup.gateway.guard import Guard
from trueup.runtime.features import to_table

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request

    from trueup.gateway.service import Service
    from trueup.gateway.settings import GatewaySettings

STATUS: Final[Mapping[type[Exception], int]] = {
    UsageError: 400,
    NotFound: 404,
    IdTaken: 409,
    TooLarge: 413,
    Refused: 403,
    TrueupError: 500,
}
SHOWN: Final = 10  # unknown ids that a reply lists
EXTENSIONS: Final = ("predictions", "outcomes", "corrections", "explain")  # what the protocol has not
BUSY: Final = "too many rows wait for an answer; send them again in a second"

ASIDE: Final = (
    "has changed its share of that window's labels; nothing was taken, the correction is kept aside on record; "
    "if it is right, raise server.corrections in trueup.yaml, start again and send it again"
)


class Tick(msgspec.Struct):
    """Where a simulation's clock is put."""

    now: float


def build(service: Service, settings: GatewaySettings) -> Starlette:
    """The app; run it with one worker process, since one thread answers and commits."""
    _check_keys(settings)
    door = _Door(service, settings)
    model = "/v2/models/{model}"
    routes = [
        Route("/v2", door.server, methods=["GET"]),
        Route("/v2/health/live", door.live, methods=["GET"]),
        Route("/v2/health/ready", door.ready, methods=["GET"]),
        Route(model, door.metadata, methods=["GET"]),
        Route(f"{model}/ready", door.model_ready, methods=["GET"]),
        Route(f"{model}/infer", door.infer, methods=["POST"]),
        Route(f"{model}/explain/{{identifier:path}}", door.explain, methods=["GET"]),
        Route("/predictions", door.predictions, methods=["POST"]),
        Route("/outcomes", door.outcomes, methods=["POST"]),
        Route("/corrections", door.corrections, methods=["POST"]),
    ]
    if settings.simulate:
        routes.append(Route("/simulate/clock", door.strike, methods=["POST"]))
    handlers = {**dict.fromkeys(STATUS, _say), HTTPException: _say_http, Exception: _say_broken}
    guard = Middleware(Guard, settings=settings)
    app = Starlette(routes=routes, middleware=[guard], exception_handlers=handlers, lifespan=door.open)
    app.router.redirect_slashes = False  # a redirect says nothing, and most programs do not follow it with a body
    return app


class _Door:
    """The endpoints: parse, ask the service, show."""

    def __init__(self, service: Service, settings: GatewaySettings) -> None:
        self._service = service
        self._settings = settings
        self._clock = Clock(simulate=settings.simulate)
        self._batcher = Batcher(service, rows=settings.batch_rows)
        self._allowance = Allowance(settings.outcomes_per_minute)

    @asynccontextmanager
    async def open(self, _: Starlette) -> AsyncIterator[None]:
        """Finish what was accepted before the process ends."""
        yield
        await self._batcher.close()

    async def server(self, request: Request) -> Response:
        """Say who is here, and which paths there are."""
        routes = [route for route in request.app.routes if isinstance(route, Route)]
        paths = [f"{min(one.methods or ())} {one.path.replace(':path', '')}" for one in routes]
        return _json({"name": "trueup", "version": __version__, "extensions": list(EXTENSIONS), "paths": paths})

    async def live(self, _: Request) -> Response:
        """Say that the process answers."""
        return _json({"live": True})

    async def ready(self, _: Request) -> Response:
        """Say whether a champion can answer."""
        there = bool(self._service.version)
        return _json({"ready": there}, 200 if there else 503)

    async def metadata(self, request: Request) -> Response:
        """Say what the model takes and gives."""
        model = self._model(request)
        return _json(protocol.metadata(model, self._service.version, self._service.schema))

    async def model_ready(self, request: Request) -> Response:
        """Say whether the model has a champion."""
        there = bool(self._service.version)
        return _json({"name": self._model(request), "ready": there}, 200 if there else 503)

    async def infer(self, request: Request) -> Response:
        """Answer rows; when the reply leaves, they are on the disk."""
        model, schema = self._model(request), self._service.schema
        query = protocol.read(await request.body(), schema, max_rows=self._settings.max_rows)
        times = tuple(self._clock.moment(time) for time in query.times)
        features = to_table(query.rows, schema)
        if not self._service.version:
            raise HTTPException(503, f"{model} has no version yet; train one with: trueup train")
        seen = tuple(self._clock.seen(time) for time in times)
        asked = Asked(features=features, ids=query.ids, entities=query.entities, times=times, seen=seen)
        self._make_sure_there_is_room(len(query.ids))
        settled = await self._batcher.submit(asked)
        return _json(protocol.write(query, settled, model=model, schema=schema))

    async def predictions(self, request: Request) -> Response:
        """Keep what another service answered."""
        body, most = await request.body(), self._settings.max_rows
        table, misfits = posted.read_predictions(body, self._service.schema, self._clock, max_rows=most)
        self._make_sure_there_is_room(table.num_rows)
        settled = await self._batcher.submit(Posted(predictions=table))
        self._service.misfits.note(misfits)
        told = [{"column": column, "how": how, "rows": rows} for (column, how), rows in misfits.items()]
        return _json({"accepted": table.num_rows, "doubled": settled.doubled, **({"misfits": told} if told else {})})

    async def outcomes(self, request: Request) -> Response:
        """Keep what came back; corrections past the source's share of a window are kept aside."""
        source, most = request.user.username, self._settings.max_rows
        self._make_sure_it_may_post(source)
        table = posted.read_outcomes(
            await request.body(), self._service.schema, self._clock, source=source, max_rows=most
        )
        self._make_sure_there_is_room(table.num_rows)
        self._allowance.spend(source, table.num_rows, monotonic())
        found = await self._batcher.in_turn(partial(self._service.corrections.sort, table))
        if not found.kept.num_rows:
            raise Refused(f"{source!r} {ASIDE}")
        await self._batcher.submit(Posted(outcomes=found.kept))
        unknown = {"unknown": len(found.unknown), "unknown_ids": found.unknown[:SHOWN]}
        return _json({"accepted": found.kept.num_rows, "kept_aside": found.aside, **unknown})

    async def corrections(self, request: Request) -> Response:
        """Keep what rows should have been, from now on; all of the request, or nothing."""
        source, most, service = request.user.username, self._settings.max_rows, self._service
        self._make_sure_it_may_post(source)
        fixed, came = posted.read_corrections(
            await request.body(), service.schema, self._clock, source=source, max_rows=most
        )
        names = [str(name) for name in fixed.column("_id").to_pylist()]
        self._make_sure_there_is_room(fixed.num_rows)
        self._allowance.spend(source, fixed.num_rows, monotonic())
        strangers = await self._batcher.in_turn(partial(service.corrections.strangers, names))
        if strangers:
            shown = ", ".join(repr(name) for name in strangers[:SHOWN])
            raise NotFound("prediction", shown, "nothing was taken; correct rows that are there")
        if came is not None:
            await self._batcher.in_turn(partial(service.corrections.overrule, came))
        await self._batcher.submit(Posted(outcomes=came, corrections=fixed))
        return _json({"accepted": fixed.num_rows, "labels": 0 if came is None else came.num_rows})

    async def explain(self, request: Request) -> Response:
        """Say why a prediction, decision or version is as it is."""
        self._model(request)
        return _json(await run_in_threadpool(self._service.explain, request.path_params["identifier"]))

    async def strike(self, request: Request) -> Response:
        """Move a simulation's clock, and do what is due by then."""
        tick = protocol.decode(await request.body(), Tick, 'send {"now": SECONDS}')
        self._clock.set(tick.now)
        return _json(await self._batcher.in_turn(partial(self._service.on_clock, tick.now)))

    def _model(self, request: Request) -> str:
        """The model in the path, if it is ours."""
        name: str = request.path_params["model"]
        if name != self._service.model:
            raise NotFound("model", name, f"this gateway serves {self._service.model!r}")
        return name

    def _make_sure_it_may_post(self, source: str) -> None:
        """Make a source wait that posted more outcomes than it may."""
        seconds = 0.0 if self._settings.simulate else self._allowance.wait(source, monotonic())
        if seconds:
            wait = ceil(seconds)
            what = f"{source!r} posted more than {self._settings.outcomes_per_minute:,} outcomes a minute"
            raise HTTPException(429, f"{what}; send them again in {wait} s", {"retry-after": str(wait)})

    def _make_sure_there_is_room(self, rows: int) -> None:
        """Turn requests away rather than let all of them wait for ever."""
        if self._batcher.waiting and self._batcher.waiting + rows > self._settings.max_waiting:
            raise HTTPException(503, BUSY, {"retry-after": "1"})


def _check_keys(settings: GatewaySettings) -> None:
    """Every key has a token of its own."""
    tokens = [key.token for key in settings.keys]
    if not all(tokens) or not tokens:
        raise BadSettings("gateway", "has no token", "give it the project's token: loopback alone is no protection")
    if len(set(tokens)) < len(tokens):
        raise BadSettings("gateway", "has one token for two scopes", "give each scope a token of its own")


def _json(content: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """The content as a response."""
    return Response(msgspec.json.encode(content), status, headers, "application/json")


def _say(_: Request, error: Exception) -> Response:
    """One of our own errors: it says the mend itself."""
    status = next(status for kind in type(error).__mro__ if (status := STATUS.get(kind)))
    return _json({"error": str(error)}, status)


def _say_http(request: Request, error: Exception) -> Response:
    """A path or method that is not there, or an overload."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    headers = error.headers if isinstance(error, HTTPException) else None
    said = {404: f"there is no {request.url.path}; see GET /v2", 405: f"{request.method} does not work on this path"}
    return _json({"error": said.get(status) or getattr(error, "detail", str(error))}, status, headers)


def _say_broken(_: Request, error: Exception) -> Response:
    """Something that is not the caller's fault; the log has the whole of it.

    The server closes the connection after it: said, so that nobody sends the next request into it.
    """
    what = f"the row was not accepted ({type(error).__name__}: {error}); send it again, and see the gateway's log"
    return _json({"error": what}, 500, {"connection": "close"})
