"""Does the running service refuse what it must, in a sentence, lose nothing, and keep answering?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from badinput.world import TOKEN, project, refused, served
from trueup import Client
from trueup.assembly import open_log
from trueup.errors import Unauthorized, UsageError
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ROW = {"x": 0.5, "kind": "a"}
INFER = "/v2/models/toy/infer"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project, and one recipe that is no good."""
    made = project(tmp_path_factory.mktemp("service"))
    (made / "raises.py").write_text("def build():\n    raise ValueError('weights.bin is gone')\n", encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def client(folder: Path) -> Iterator[Client]:
    """A caller of the running service, at order number 1,200."""
    with served(folder) as found:
        found.clock(1200.0)
        yield found


@pytest.fixture
def http(client: Client) -> Iterator[httpx.Client]:
    """A caller without manners."""
    with httpx.Client(base_url=client.url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=60) as one:
        yield one
    assert client.predict(ROW, time=1200.0).version == "v1"  # whatever was sent, the champion still answers


def tensors(**values: Any) -> dict[str, Any]:
    """One row in the protocol's words."""
    kinds = {str: "BYTES", bool: "BOOL"}
    return {
        "inputs": [
            {"name": name, "shape": [1], "datatype": kinds.get(type(value), "FP64"), "data": [value]}
            for name, value in values.items()
        ]
    }


def said(reply: httpx.Response, status: int) -> str:
    """The sentence of a refusal."""
    assert reply.status_code == status, reply.text
    assert "Traceback" not in reply.text
    return str(reply.json()["error"])


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (tensors(x=0.5), "row 1: feature 'kind' is left out; send it, as null where it is missing"),
        (tensors(x=0.5, kind="a", knid="b"), "row 1: 'knid' is not a feature; did you mean 'kind'?"),
        (tensors(x="high", kind="a"), "row 1: feature 'x' is 'high', not a finite number"),
        (tensors(x=True, kind="a"), "row 1: feature 'x' is True, not a finite number"),
        ({**tensors(x=0.5, kind="a"), "parameters": {"time": "yesterday"}}, "time: 'yesterday' is no moment"),
        ({"rows": []}, "body: "),
        ([], "body: "),
    ],
)
def test_a_row_that_cannot_be_read_is_a_400(http: httpx.Client, body: Any, sentence: str) -> None:
    """Row, feature, what is wrong, and what to send."""
    assert sentence in said(http.post(INFER, json=body), 400)


@pytest.mark.parametrize("value", ["1e999", "-1e999", "NaN", "Infinity", "0x10", "{"])
def test_a_number_that_is_none_is_a_400(http: httpx.Client, value: str) -> None:
    """Infinities and NaN are no JSON, or no finite number."""
    body = json.dumps(tensors(x=4711, kind="a")).replace("4711", value)
    said(http.post(INFER, content=body, headers={"content-type": "application/json"}), 400)


def test_null_is_a_missing_value(http: httpx.Client) -> None:
    """It is answered, as in training."""
    body = {**tensors(x=None, kind="a"), "parameters": {"time": 1200.0}}
    assert http.post(INFER, json=body).status_code == 200


@pytest.mark.parametrize(
    ("headers", "status", "sentence"),
    [
        ({"authorization": ""}, 401, "the token is missing"),
        ({"authorization": "Bearer guess"}, 401, "the token is wrong"),
        ({"authorization": f"Basic {TOKEN}"}, 401, "the token is missing"),
        ({"origin": "https://elsewhere.example"}, 403, "a page of 'https://elsewhere.example' may not call"),
        ({"origin": "null"}, 403, "a page of 'null' may not call"),
        ({"host": "elsewhere.example"}, 403, "this gateway is not called 'elsewhere.example'"),
    ],
)
def test_strangers_are_turned_away(http: httpx.Client, headers: dict[str, str], status: int, sentence: str) -> None:
    """Every door that changes or tells something asks for token, Host and Origin."""
    for method, path in (("POST", INFER), ("POST", "/predictions"), ("POST", "/outcomes"), ("POST", "/simulate/clock")):
        assert sentence in said(http.request(method, path, json={}, headers=headers), status)


def test_a_client_with_the_wrong_token_is_told_where_the_right_one_is(client: Client) -> None:
    """The sentence names the variable and the argument."""
    with Client(client.url, "toy", "guess") as stranger, pytest.raises(Unauthorized, match="TRUEUP_TOKEN"):
        stranger.predict(ROW, time=1200.0)


def test_a_body_too_large_is_a_413(http: httpx.Client) -> None:
    """By its bytes or by its rows, with the limit."""
    assert "the limit is 4,194,304" in said(http.post(INFER, content=b" " * 5_000_000), 413)
    many = [{"name": "x", "shape": [10_001], "datatype": "FP64", "data": [0.5] * 10_001}]
    assert "the limit is 10,000; send it in smaller parts" in said(http.post(INFER, json={"inputs": many}), 413)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ([{"id": "a", "label": 7}], "label 'y': 7 is not one of its classes; the classes are 0, 1"),
        ([{"id": "a", "label": None}], "row 1: "),
        ([{"id": "", "label": 1}], "id: '' is no text of 1 to"),
        ([{"label": 1}], "missing required field `id`"),
        ([], "body: holds no row"),
    ],
)
def test_an_outcome_that_cannot_be_one_is_a_400(http: httpx.Client, body: Any, sentence: str) -> None:
    """A label outside the classes, none at all, or an id that names nothing."""
    assert sentence in said(http.post("/outcomes", json=body), 400)


def test_a_path_or_model_that_is_not_there_is_a_404(http: httpx.Client) -> None:
    """The sentence says what there is."""
    assert "this gateway serves 'toy'" in said(http.post("/v2/models/tyo/infer", json={}), 404)
    assert "see GET /v2" in said(http.get("/v3"), 404)


def test_the_clock_only_goes_forward(http: httpx.Client) -> None:
    """A simulation that turns back is told to start anew."""
    assert "a clock only goes forward" in said(http.post("/simulate/clock", json={"now": 3.0}), 400)


def test_what_comes_twice_or_fits_to_nothing_does_no_harm(client: Client, folder: Path) -> None:
    """A second prediction of an id is not counted twice, an outcome of an unknown id waits and is counted."""
    log = open_log(folder / ".trueup", open_project(folder).policy)
    client.clock(1201.0)
    before = log.counts()
    first = client.predict(ROW, id="twice", time=1201.0)
    with pytest.raises(UsageError, match="id 'twice': another row came under it before"):
        client.predict({**ROW, "x": -2.0}, id="twice", time=1201.0)
    assert client.predict(ROW, id="twice", time=1201.0) == first
    told = client.outcomes([("twice", 1, 1201.0), ("twice", 1, 1201.0), ("never asked", 0, 1201.0)])
    assert (told.accepted, told.unknown_ids) == (3, ("never asked",))
    assert client.clock(1202.0)["predictions"] == 2
    after = log.counts()
    assert (after.predictions - before.predictions, after.doubled - before.doubled) == (1, 1)
    assert (after.unknown - before.unknown, after.repeated - before.repeated) == (1, 1)
    kept = log.find("twice")
    assert (kept["x"], kept["_score"], kept["_label"]) == (ROW["x"], [first.score], "1")


def test_two_rows_of_one_request_need_two_ids(client: Client, http: httpx.Client) -> None:
    """Within one request the same id is a mistake."""
    ids = {"name": "_id", "shape": [2], "datatype": "BYTES", "data": ["a", "a"]}
    rows = [
        {"name": "x", "shape": [2], "datatype": "FP64", "data": [0.1, 0.2]},
        {"name": "kind", "shape": [2], "datatype": "BYTES", "data": ["a", "b"]},
    ]
    assert "names two rows alike" in said(http.post(INFER, json={"inputs": [ids, *rows]}), 400)
    assert client.health()


def test_a_training_that_fails_leaves_the_champion_answering(client: Client, folder: Path) -> None:
    """A person asks for a recipe that raises: the run fails on record, the service goes on."""
    open_project(folder).ask_training("try this", code="raises.py:build")
    decided = client.clock(1203.0)["decisions"]
    assert [one["kind"] for one in decided] == ["train", "failed"]
    assert "could not be trained (raised)" in decided[1]["headline"]
    assert client.predict(ROW, time=1203.0).version == "v1"
    assert open_project(folder).audit()["equal"]


def test_one_project_has_one_driver(client: Client, folder: Path) -> None:
    """A second server of the same project, or of the same port, is told so."""
    assert "another trueup up drives this project" in refused("up", "-p", folder, "--port", "0")
    assert client.health()


def test_a_port_that_is_taken_is_told(client: Client, tmp_path: Path) -> None:
    """Before any training is done."""
    port = client.url.rpartition(":")[2]
    told = refused("up", "-p", project(tmp_path), "--port", port)
    assert f"127.0.0.1:{port} cannot be listened on (Address already in use)" in told
