"""Does the door keep out whom it must, and tell them why?"""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING

import httpx
import pytest

from gateway.toy import AGE, INFER, TOKEN, Toy, infer, said
from trueup.errors import BadSettings
from trueup.gateway.app import build
from trueup.gateway.settings import GatewaySettings, Key

if TYPE_CHECKING:
    from pathlib import Path


def test_everything_but_health_asks_for_the_token(http: httpx.Client) -> None:
    """No token and a wrong one are 401, with the way to do it right."""
    for headers in (
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": f"Basic {TOKEN}"},
        {"authorization": "Bearer"},
    ):
        with httpx.Client(base_url=http.base_url, headers=headers) as stranger:
            for reply in (stranger.post(INFER, json=infer()), stranger.get("/v2"), stranger.post("/outcomes", json=[])):
                assert "token" in said(reply, 401)
                assert reply.headers["www-authenticate"] == "Bearer"
            assert stranger.get("/v2/health/ready").status_code == 200


def test_a_token_opens_what_it_is_for(http: httpx.Client) -> None:
    """Who may ask may not say what came back, nor the other way round; the sentence says which token may."""
    came = [{"id": "never asked", "label": "yes"}]
    for token, may, may_not, which in (
        ("ask only", (INFER, infer()), ("/outcomes", came), ".trueup/token.outcomes"),
        ("answer back only", ("/outcomes", came), (INFER, infer()), ".trueup/token.predict"),
        ("put right only", ("/corrections", []), ("/outcomes", came), ".trueup/token.outcomes"),
        ("answer back only", ("/outcomes", came), ("/corrections", []), ".trueup/token.corrections"),
        ("ask only", ("/predictions", []), ("/simulate/clock", {"now": 1}), ".trueup/token"),
    ):
        with httpx.Client(base_url=http.base_url, headers={"authorization": f"Bearer {token}"}) as caller:
            assert caller.post(may[0], json=may[1]).status_code in {200, 400}
            sentence = said(caller.post(may_not[0], json=may_not[1]), 403)
            assert "may not" in sentence
            assert which in sentence
            assert token not in sentence


def test_two_scopes_do_not_share_a_token(tmp_path: Path) -> None:
    """Else handing out one would hand out the other."""
    keys = (Key(source="predict", token="t", scopes=("predict",)), Key(source="outcomes", token="t"))
    with pytest.raises(BadSettings, match="one token for two scopes"):
        build(Toy(tmp_path), GatewaySettings(keys=keys))
    assert "token" not in repr(keys)


def test_a_page_from_the_web_cannot_reach_the_gateway(http: httpx.Client) -> None:
    """A foreign name in Host (rebinding) or Origin (a page) is 403, token or not; our own origin may."""
    assert "is not called 'evil.example'" in said(http.get("/v2/health/live", headers={"host": "evil.example"}), 403)
    for origin in ("http://evil.example", "null", "http://localhost:1"):
        assert "may not call" in said(http.post(INFER, json=infer(), headers={"origin": origin}), 403)
    own = {"origin": f"http://{http.base_url.host}:{http.base_url.port}"}
    assert http.post(INFER, json=infer(), headers=own).status_code == 200
    assert http.get("/v2", headers={"host": "[::1]:8000"}).status_code == 200


def test_too_much_is_413(http: httpx.Client) -> None:
    """A body over the limit is refused by its declared size, by its real one, and by its rows."""
    assert "limit is 100,000" in said(http.post(INFER, content=b" " * 100_001), 413)
    pieces = (b" " * 50_000 for _ in range(3))
    assert "limit is 100,000" in said(http.post(INFER, content=pieces), 413)
    many = {"inputs": [{**AGE, "shape": [51, 1], "data": [1] * 51}]}
    assert "limit is 50" in said(http.post(INFER, json=many), 413)
    assert "limit is 50" in said(http.post("/outcomes", json=[{"id": "a", "label": "yes"}] * 51), 413)


@pytest.mark.parametrize(
    ("path", "token", "status"),
    [(INFER, TOKEN, 413), ("/nowhere", TOKEN, 413), (INFER, "wrong", 401), ("/outcomes", "ask only", 403)],
)
def test_who_is_refused_in_mid_sentence_still_gets_the_answer(
    http: httpx.Client, path: str, token: str, status: int
) -> None:
    """A caller that sends all before it reads, and closes, sees the refusal and no reset connection."""
    body = b" " * 1_500_000
    head = f"POST {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nauthorization: Bearer {token}\r\n"
    with socket.create_connection((http.base_url.host, http.base_url.port or 0), timeout=20) as caller:
        caller.sendall(f"{head}content-length: {len(body)}\r\n\r\n".encode() + body)
        with caller.makefile("rb") as reply:
            assert reply.read().startswith(f"HTTP/1.1 {status} ".encode())


def test_who_asks_before_sending_is_refused_at_once(http: httpx.Client) -> None:
    """A body that would be too large need not be sent at all."""
    head = f"POST {INFER} HTTP/1.1\r\nhost: localhost\r\nexpect: 100-continue\r\nauthorization: Bearer {TOKEN}\r\n"
    with socket.create_connection((http.base_url.host, http.base_url.port or 0), timeout=20) as caller:
        caller.sendall(f"{head}content-length: 100001\r\n\r\n".encode())
        assert caller.recv(1000).startswith(b"HTTP/1.1 413 ")


def test_a_gateway_without_a_token_is_not_built(tmp_path: Path) -> None:
    """Loopback alone is no protection."""
    with pytest.raises(BadSettings, match="token"):
        build(Toy(tmp_path), GatewaySettings(keys=()))
