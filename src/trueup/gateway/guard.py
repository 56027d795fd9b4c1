"""Who may come in, under which name, with how much?"""

from __future__ import annotations

from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers
from starlette.responses import JSONResponse

from trueup.errors import Refused, TooLarge, Unauthorized

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from trueup.gateway.settings import GatewaySettings

OPEN: Final = frozenset({"/v2/health/live", "/v2/health/ready"})


class Guard:
    """Stands before the app: Host, Origin, token and size, in this order.

    A page from the web can reach loopback through its reader's browser: a foreign name in Host or Origin gives it away.
    """

    def __init__(self, app: ASGIApp, *, settings: GatewaySettings) -> None:
        """Stand before this app."""
        self._app = app
        self._hosts = frozenset(name.lower() for name in settings.hosts)
        self._token = settings.token.encode()
        self._limit = settings.max_body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or say why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            self._check_names(headers)
            if scope["path"] not in OPEN:
                self._check_token(headers)
            declared = headers.get("content-length", "")
            if declared.isdecimal() and int(declared) > self._limit:
                raise TooLarge("the body (bytes)", int(declared), self._limit)
        except Refused as refusal:
            await _refuse(refusal)(scope, receive, send)
            return
        await self._app(scope, self._limited(receive), send)

    def _check_names(self, headers: Headers) -> None:
        """The names by which we are called, and from which page, are our own."""
        host = headers.get("host", "").lower()
        if host.rsplit(":", 1)[0] not in self._hosts and host not in self._hosts:
            raise Refused(
                f"this gateway is not called {host!r}; call it {_list(self._hosts)}, or add the name to its hosts"
            )
        origin = headers.get("origin")
        if origin is not None and origin.lower() not in {f"http://{host}", f"https://{host}"}:
            raise Refused(f"a page of {origin!r} may not call this gateway; call it from a program, without Origin")

    def _check_token(self, headers: Headers) -> None:
        """The caller has the project's token; the comparison takes equally long however much of it is right."""
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not given:
            raise Unauthorized("the token is missing; send 'Authorization: Bearer TOKEN' with the one of .trueup/token")
        if not compare_digest(given.strip().encode(), self._token):
            raise Unauthorized("the token is wrong; send the token of the project that this gateway serves")

    def _limited(self, receive: Receive) -> Receive:
        """The body in pieces, until it is too large."""
        taken = 0

        async def limited() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._limit:
                raise TooLarge("the body (bytes)", taken, self._limit)
            return message

        return limited


def _refuse(refusal: Refused) -> JSONResponse:
    """The refusal as a response."""
    if isinstance(refusal, Unauthorized):
        return JSONResponse({"error": str(refusal)}, 401, {"www-authenticate": "Bearer"})
    return JSONResponse({"error": str(refusal)}, 413 if isinstance(refusal, TooLarge) else 403)


def _list(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
