"""Can a program ask, answer back, and understand every no?"""

from __future__ import annotations

import datetime as dt
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING

import numpy as np
import pytest

from gateway.toy import ROW, TOKEN, Toy, serving
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.errors import BadData, TrueupError, Unauthorized, Unreachable, UsageError
from trueup.runtime.drain import drain
from trueup.sdk.client import Client, Prediction, Taken, Unanswered
from trueup.testing.contracts.prediction_log import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def toy(tmp_path: Path) -> Toy:
    """The service behind the gateway."""
    return Toy(tmp_path)


@pytest.fixture
def bank(toy: Toy) -> Iterator[Client]:
    """A client of a running gateway."""
    with serving(toy) as url, Client(url, model="bank", token=TOKEN) as client:
        yield client


def kept(toy: Toy) -> MemoryPredictionLog:
    """What the gateway has kept."""
    log = MemoryPredictionLog(SCHEMA)
    drain(toy.spool, log, flush=True)
    return log


def test_ask_and_answer_back(bank: Client, toy: Toy) -> None:
    """An answer has an id, and the outcome posted under it meets it in the log."""
    answer = bank.predict(ROW, entity="carl")
    assert (answer.score, answer.label, answer.version) == (0.41, "no", "v2")
    bank.outcome(answer.id, "yes")
    bank.outcome(answer.id, "no")
    known = Taken(accepted=1, unknown=0, unknown_ids=(), kept_aside=0)
    assert bank.outcomes([(answer.id, "yes")]) == known
    assert bank.outcome("nope", "yes") == replace(known, unknown=1, unknown_ids=("nope",))
    assert bank.outcomes([]) == replace(known, accepted=0)
    bank.log(id="a-77", features=ROW, prediction=0.31, version="legacy")
    assert (bank.feedback("a-77", "up").accepted, bank.feedback("a-77", "down").accepted) == (1, 1)
    log = kept(toy)
    assert (log.find("a-77")["_feedback"], log.find("a-77")["_label"]) == (False, None)
    assert (log.find(answer.id)["_entity"], log.find(answer.id)["_label"]) == ("carl", "yes")
    assert (log.find("a-77")["_version"], log.find("a-77")["_score"]) == ("legacy", [0.31])


def test_many_rows_go_in_one_request(bank: Client, toy: Toy) -> None:
    """Numbers of numpy, dates and missing values are understood; ids and entities are the rows' own."""
    rows: list[dict[str, object]] = [
        {"age": np.float32(50), "job": None, "owner": np.bool_(False), "since": dt.datetime(2009, 1, 2, tzinfo=dt.UTC)},
        {"age": float("nan"), "job": "cook", "owner": None, "since": np.datetime64("2009-01-02T03:04:05")},
    ]
    one, two = bank.predict_many(rows, ids=["a", "b"], entities=["anna", "carl"])
    assert isinstance(one, Prediction)
    assert ((one.id, one.score, one.label), (two.id, two.version)) == (("a", 0.5, "yes"), ("b", "v2"))
    assert bank.predict_many([]) == []
    row = kept(toy).find("b")
    assert (row["age"], row["owner"], str(row["since"])) == (None, None, "2009-01-02 03:04:05")


def test_a_wrong_row_is_told_before_or_by_the_gateway(bank: Client) -> None:
    """Rows that differ or mix kinds are named here, wrong features there; each says the mend."""
    with pytest.raises(BadData, match="row 2: differs from row 1 in job"):
        bank.predict_many([ROW, {name: value for name, value in ROW.items() if name != "job"}])
    with pytest.raises(BadData, match="'age': mixes"):
        bank.predict_many([ROW, {**ROW, "age": "old"}])
    with pytest.raises(BadData, match="JSON"):
        bank.log(id="a", features={**ROW, "age": object()}, prediction=0.5, version="legacy")
    with pytest.raises(UsageError, match="'ages' is not a feature; did you mean 'age'"):
        bank.predict({**{name: value for name, value in ROW.items() if name != "age"}, "ages": 1})
    with pytest.raises(UsageError, match="leave it out"):
        bank.predict(ROW, id="a", time=3.0)
    with pytest.raises(TrueupError, match="thirteen"):
        bank.predict({**ROW, "age": 13})


def test_a_row_without_an_answer_comes_back_as_such(bank: Client) -> None:
    """The others have theirs; alone, it is an error."""
    one, two, three = bank.predict_many([{**ROW, "age": age} for age in (50, 14, 60)], ids=["a", "b", "c"])
    assert isinstance(one, Prediction)
    assert (one.score, one.label) == (0.5, "yes")
    assert two == Unanswered(id="b", version="v1", error="fourteen")
    assert isinstance(three, Prediction)
    with pytest.raises(TrueupError, match="v1 gave no answer for 'd': fourteen"):
        bank.predict({**ROW, "age": 14}, id="d")


def test_outcomes_that_are_not_taken_are_told(toy: Toy) -> None:
    """Too many are told with the time to wait, and those kept aside with the mend."""
    with serving(toy, outcomes_per_minute=50) as url, Client(url, model="bank", token=TOKEN) as bank:
        bank.predict(ROW, id="a")
        for label in ("no", "yes") * 10:
            bank.outcome("a", label)
        bank.outcome("a", "no")
        with pytest.raises(Unauthorized, match="kept aside on record"):
            bank.outcome("a", "yes")
        told = bank.outcomes([("a", "yes"), *((f"u-{row}", "no") for row in range(80))])
        assert (told.accepted, told.kept_aside, told.unknown) == (80, 1, 80)
        assert told.unknown_ids == tuple(f"u-{row}" for row in range(10))
        with pytest.raises(UsageError, match="50 outcomes a minute; send them again in"):
            bank.outcome("a", "yes")


def test_health_and_reasons(bank: Client, toy: Toy) -> None:
    """The gateway says whether it can answer, and why it answered so."""
    assert bank.health()
    toy.version = ""
    assert not bank.health()
    assert bank.explain("known/id") == {"sentence": "because"}
    with pytest.raises(UsageError, match="ask for 'known/id'"):
        bank.explain("other")


def test_the_token_comes_from_the_environment(bank: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token need not stand in the program; a wrong one is told."""
    monkeypatch.setenv("TRUEUP_TOKEN", TOKEN)
    with Client(bank.url, model="bank") as other:
        assert other.predict(ROW).score == 0.41
    monkeypatch.setenv("TRUEUP_TOKEN", "wrong")
    with Client(bank.url, model="bank") as other, pytest.raises(Unauthorized, match="TRUEUP_TOKEN"):
        other.predict(ROW)


def test_nobody_there_is_told_with_the_command_that_helps() -> None:
    """A gateway that is not running, an address that is none, and somebody else's server are told apart."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with Client(f"http://127.0.0.1:{port}", model="bank") as bank, pytest.raises(Unreachable, match="trueup up"):
        bank.health()
    with pytest.raises(UsageError, match="no address"):
        Client("http://127.0.0.1:http", model="bank")
    with Client("127.0.0.1", model="bank") as bank, pytest.raises(UsageError, match="no address"):
        bank.health()


def test_somebody_elses_server_is_told() -> None:
    """What answers without our words is no gateway of ours."""

    class Other(BaseHTTPRequestHandler):
        """Answers every question with a page."""

        def do_GET(self) -> None:
            """Give the page."""
            self.send_response(200)
            self.send_header("content-length", "4")
            self.end_headers()
            self.wfile.write(b"<h1>")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's signature
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            url = f"http://127.0.0.1:{server.server_address[1]}"
            with Client(url, model="bank") as bank, pytest.raises(Unreachable, match="not a trueup gateway"):
                bank.health()
        finally:
            server.shutdown()
            thread.join()
