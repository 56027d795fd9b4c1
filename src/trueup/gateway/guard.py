"""Who may come in, under which name, with how much?"""

from __future__ import annotations

from asyncio import timeout
from contextlib import suppress
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from starlette.authentication import AuthCredentials, SimpleUser
from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from trueup.errors import Refused, TooLarge, Unauthorized

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from trueup.gateway.settings import GatewaySettings, Key, TokenScope

OPEN: Final = frozenset({"/v2/health/live", "/v2/health/ready"})
ASKS: Final[Mapping[str, TokenScope]] = {  # the others: predict
    "/outcomes": "outcomes",
    "/corrections": "corrections",
    "/simulate/clock": "simulate",
}
MAY_NOT: Final[Mapping[TokenScope, str]] = {
    "predict": "ask or post predictions; take the one of .trueup/token or .trueup/token.predict",
    "outcomes": "post outcomes; take the one of .trueup/token or .trueup/token.outcomes",
    "corrections": "correct rows; take the one of .trueup/token or .trueup/token.corrections",
    "simulate": "move the clock; take the one of .trueup/token",
}
READ_ANYWAY: Final = 16  # bodies of the greatest size: so much of a refused one is read before it is answered
READ_SECONDS: Final = 5.0  # and so long is waited for it


class Guard:
    """Stands before the app: Host, Origin, token, its scope, and size, in this order.

    A page from the web can reach loopback through its reader's browser: a foreign name in Host or Origin gives it away.
    """

    def __init__(self, app: ASGIApp, *, settings: GatewaySettings) -> None:
        """Stand before this app."""
        self._app = app
        self._hosts = frozenset(name.lower() for name in settings.hosts)
        self._keys = settings.keys
        self._limit = settings.max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers, body = Headers(scope=scope), _Body(receive, self._limit)
        answer = _after(body, send, waits=headers.get("expect", "").lower() == "100-continue")
        try:
            self._check_names(headers)
            if scope["path"] not in OPEN:
                key = self._key(headers)
                _check_scope(key, scope["path"])
                scope["auth"], scope["user"] = AuthCredentials(key.scopes), SimpleUser(key.source)
            body.check(headers.get("content-length", ""))
        except Refused as refusal:
            await _refuse(refusal)(scope, receive, answer)
            return
        await self._app(scope, body.receive, answer)

    def _check_names(self, headers: Headers) -> None:
        """The names by which we are called, and from which page, are our own."""
        host = headers.get("host", "").lower()
        if host.rsplit(":", 1)[0] not in self._hosts and host not in self._hosts:
            raise Refused(
                f"this gateway is not called {host!r}; call it {_list(self._hosts)}; "
                "the name or address of server.host in trueup.yaml is the one that is added"
            )
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}:
            raise Refused(f"a page of {origin!r} may not call this gateway; call it from a program, without Origin")

    def _key(self, headers: Headers) -> Key:
        """Whose token it is; the comparison takes equally long however much of it is right."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            raise Unauthorized("the token is missing; send 'Authorization: Bearer TOKEN' with the one of .trueup/token")
        token = given.strip().encode()
        found = [key for key in self._keys if compare_digest(token, key.token.encode())]
        if not found:
            raise Unauthorized("the token is wrong; send the token of the project that this gateway serves")
        return found[0]


class _Body:
    """A request's body, read once, up to its limit."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._limit = limit
        self._taken = 0  # bytes
        self._over = False  # nothing more comes

    def check(self, declared: str) -> None:
        """Refuse what says itself that it is too large."""
        if declared.isdecimal() and int(declared) > self._limit:
            raise TooLarge("the body (bytes)", int(declared), self._limit)

    async def receive(self) -> Message:
        """The next piece, until it is too much."""
        message = await self._next()
        if self._taken > self._limit:
            raise TooLarge("the body (bytes)", self._taken, self._limit)
        return message

    async def finish(self) -> None:
        """Read what the caller still sends: who is answered and cut off in the middle sees a reset, not the answer."""
        with suppress(TimeoutError):
            async with timeout(READ_SECONDS):
                while not self._over and self._taken <= READ_ANYWAY * self._limit:
                    await self._next()

    async def _next(self) -> Message:
        message = await self._receive()
        self._taken += len(message.get("body", b""))
        self._over = message["type"] != "http.request" or not message.get("more_body", False)
        return message


def _after(body: _Body, send: Send, *, waits: bool) -> Send:
    """Answer only after the body has come, unless its sender waits for a word before sending it."""

    async def answer(message: Message) -> None:
        if message["type"] == "http.response.start" and not waits:
            await body.finish()
        await send(message)

    return answer


def _check_scope(key: Key, path: str) -> None:
    """The token opens this path."""
    asked = ASKS.get(path, "predict")
    if asked not in key.scopes:
        raise Refused(f"the token of {key.source!r} may not {MAY_NOT[asked]}")


def _refuse(refusal: Refused) -> JSONResponse:
    """The refusal as a response."""
    if isinstance(refusal, Unauthorized):
        return JSONResponse({"error": str(refusal)}, 401, {"www-authenticate": "Bearer"})
    return JSONResponse({"error": str(refusal)}, 413 if isinstance(refusal, TooLarge) else 403)


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
