"""Does the door speak the protocol, and keep what it accepts?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from gateway.toy import AGE, INFER, REST, ROW, TOKEN, Toy, age, column, infer, logged, said, serving
from trueup.gateway.protocol import read, write
from trueup.gateway.service import Answers, Settled
from trueup.testing.contracts.prediction_log import AMOUNT, SCHEMA

if TYPE_CHECKING:
    from pathlib import Path


def test_columns_are_answered_and_the_row_is_kept_before_the_reply(http: httpx.Client, folder: Path) -> None:
    """One input a column; the id is echoed; when the reply is here, another process finds the row on the disk."""
    body = {"id": "r-1", "parameters": {"entity": "anna"}, "inputs": [AGE, *REST]}
    reply = http.post(INFER, json=body)
    assert reply.status_code == 200
    told = reply.json()
    assert (told["model_name"], told["model_version"], told["id"]) == ("bank", "v1", "r-1")
    assert told["outputs"] == [
        {"name": "id", "datatype": "BYTES", "shape": [1], "data": ["r-1"]},
        {"name": "score", "datatype": "FP64", "shape": [1], "data": [0.41]},
        {"name": "label", "datatype": "BYTES", "shape": [1], "data": ["no"]},
        {"name": "version", "datatype": "BYTES", "shape": [1], "data": ["v1"]},
        {"name": "error", "datatype": "BYTES", "shape": [1], "data": [""]},
    ]
    assert "parameters" not in told
    row = logged(folder).find("r-1")
    assert {name: row[name] for name in ("_entity", "_version", "_arm", "_score", "_raw", "_error", "age", "job")} == {
        "_entity": "anna",
        "_version": "v1",
        "_arm": "champion",
        "_score": [0.41],
        "_raw": [0.41],
        "_error": False,
        "age": 41.0,
        "job": "cook",
    }
    assert 0 < float(str(row["_seconds"])) < 10
    assert row["_time"] == row["_seen"]


def test_many_rows_have_ids_and_entities_of_their_own(http: httpx.Client, folder: Path) -> None:
    """Inputs that begin with an underscore name the rows; each row is routed by its own entity."""
    inputs = [{**one, "shape": [2, 1], "data": one["data"] * 2} for one in (AGE, *REST)]
    named = [{"name": "_id", "shape": [2, 1], "datatype": "BYTES", "data": ["m-1", "m-2"]}]
    whose = [{"name": "_entity", "shape": [2, 1], "datatype": "BYTES", "data": ["anna", "carl"]}]
    told = http.post(INFER, json={"inputs": inputs + named + whose}).json()
    outputs = {one["name"]: one["data"] for one in told["outputs"]}
    assert outputs["id"] == ["m-1", "m-2"]
    assert outputs["version"] == ["v1", "v2"]
    assert "model_version" not in told
    assert [logged(folder).find(name)["_arm"] for name in ("m-1", "m-2")] == ["champion", "canary"]
    unnamed = http.post(INFER, json={"id": "m", "inputs": inputs, "outputs": [{"name": "id"}]}).json()
    assert [one["name"] for one in unnamed["outputs"]] == ["id"]
    assert unnamed["outputs"][0]["data"] == ["m-1", "m-2"]


def test_one_tensor_of_all_features_is_understood(tmp_path: Path) -> None:
    """Numbers in the model's order may come as one table, nested or flat."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with serving(Toy(tmp_path, schema=AMOUNT)) as url, httpx.Client(base_url=url, headers=headers) as client:
        for data in ([[30.0], [50.0]], [30.0, 50.0]):
            body = {"inputs": [{"name": "x", "shape": [2, 1], "datatype": "FP32", "data": data}]}
            told = client.post(INFER, json=body).json()
            assert told["outputs"][1] == {"name": "score", "datatype": "FP64", "shape": [2], "data": [0.3, 0.5]}
            assert [one["name"] for one in told["outputs"]] == ["id", "score", "version", "error"]
        told = client.post("/outcomes", json=[{"id": "a", "label": 2.5}]).json()
        assert told == {"accepted": 1, "kept_aside": 0, "unknown": 1, "unknown_ids": ["a"]}
        assert "no finite number" in said(client.post("/outcomes", json=[{"id": "a", "label": "much"}]), 400)


BAD: dict[str, tuple[object, str]] = {
    "not an object": ([1], "Expected `object`"),
    "no inputs": ({}, "missing required field `inputs`"),
    "no features": ({"inputs": []}, "at least one"),
    "no name": ({"inputs": [{"shape": [1], "datatype": "FP64", "data": [1]}]}, "`name`"),
    "twice": (infer(inputs=[AGE, AGE, *REST]), "'age': is there twice"),
    "left out": (infer(inputs=[AGE, *REST[:2]]), "'since' is left out"),
    "unknown": (age(name="agee"), "did you mean 'age'?"),
    "datatype": (age(datatype="FP63"), "'FP63' is not known"),
    "text for number": (age(data=["41"]), "not of datatype FP64"),
    "number as bytes": (age(datatype="BYTES", data=["41"]), "not a finite number"),
    "truth for number": (age(data=[True]), "not of datatype FP64"),
    "fraction for integer": (age(datatype="INT32", data=[1.5]), "not of datatype INT32"),
    "a huge number": (age(data=[10**400]), "finite number"),
    "shape of three": (age(shape=[1, 1, 1]), "send a table"),
    "negative shape": (age(shape=[-1, -1]), "send a table"),
    "shape and data": (age(shape=[2, 1]), "does not fit 1 values"),
    "ragged": (age(shape=[2, 1], data=[[1], 2]), "rows of equal length"),
    "wide": (age(shape=[1, 2], data=[1, 2]), "neither a column nor all 4 features"),
    "rows differ": (age(shape=[2, 1], data=[1, 2]), "the same number of rows"),
    "no rows": (age(shape=[0, 1], data=[]), "at least one"),
    "empty id": (infer(parameters={"id": ""}), "no text of 1 to 200"),
    "long id": (infer(id="x" * 201), "no text of 1 to 200"),
    "numeric entity": (infer(parameters={"entity": 7}), "'entity'"),
    "unknown output": (infer(outputs=[{"name": "proba"}]), "ask for id, score"),
    "time": (infer(parameters={"time": 1.0}), "leave it out"),
    "textual time": (infer(parameters={"time": "now"}), "no moment"),
    "since": (infer(inputs=[AGE, *REST[:2], {**REST[2], "data": ["yesterday"]}]), "ISO 8601"),
}


@pytest.mark.parametrize(("body", "fragment"), BAD.values(), ids=BAD.keys())
def test_a_malformed_request_is_told_what_is_wrong(http: httpx.Client, body: object, fragment: str) -> None:
    """Every wrong body is a 400 whose sentence names the place or the mend."""
    assert fragment in said(http.post(INFER, content=json.dumps(body)), 400)


@pytest.mark.parametrize(
    "body", [b"", b"{", b"NaN", b"\xff\xfe", b"[" * 50_000, b'{"inputs": NaN}', b'"\\ud800"', b"1e999"], ids=repr
)
def test_a_body_that_is_no_json_is_a_400(http: httpx.Client, body: bytes) -> None:
    """Broken text, NaN, infinity and endless nesting are refused, not crashed on."""
    for path in (INFER, "/predictions", "/outcomes"):
        sentence = said(http.post(path, content=body), 400)
        assert "send" in sentence
        assert ("NaN or Infinity" in sentence) == (b"NaN" in body)
        assert ("is empty" in sentence) == (body == b"")


def test_what_the_model_cannot_answer_is_a_500_and_is_kept_as_an_error(http: httpx.Client, folder: Path) -> None:
    """A row without a score counts against its arm; a model that raises takes no other request with it."""
    body = infer(inputs=[{**AGE, "data": [14]}, *REST], id="r-14")
    assert said(http.post(INFER, json=body), 500) == "bank v1 gave no answer for 'r-14': fourteen"
    row = logged(folder).find("r-14")
    assert (row["_error"], row["_score"]) == (True, [])
    raised = http.post(INFER, json=age(data=[13]))
    assert "ArithmeticError: thirteen" in said(raised, 500)
    assert raised.headers["connection"] == "close", "what the server closes is not to be used again"
    assert http.post(INFER, json=infer()).status_code == 200


def test_a_row_without_an_answer_costs_the_others_nothing(http: httpx.Client, folder: Path) -> None:
    """All outputs have the request's rows; the silent row has null, no label, and its reason; all rows are kept."""
    body = {"id": "p", "inputs": [column(AGE, 41, 14, 60), *(column(one, *one["data"] * 3) for one in REST)]}
    told = http.post(INFER, json=body).json()
    outputs = {one["name"]: (one["shape"], one["data"]) for one in told["outputs"]}
    assert told["parameters"] == {"errors": 1}
    assert outputs == {
        "id": ([3], ["p-1", "p-2", "p-3"]),
        "score": ([3], [0.41, None, 0.6]),
        "label": ([3], ["no", "", "yes"]),
        "version": ([3], ["v1", "v1", "v1"]),
        "error": ([3], ["", "fourteen", ""]),
    }
    assert [logged(folder).find(f"p-{row}")["_error"] for row in (1, 2, 3)] == [False, True, False]
    told = http.post(INFER, json={**body, "id": "q", "outputs": [{"name": "score"}]}).json()
    assert (told["parameters"], len(told["outputs"])) == ({"errors": 1}, 1)


def test_only_a_request_without_any_answer_fails(http: httpx.Client) -> None:
    """It says the first row's reason, and that it is so for all."""
    body = {"id": "n", "inputs": [column(AGE, 14, 14), *(column(one, *one["data"] * 2) for one in REST)]}
    assert said(http.post(INFER, json=body), 500).startswith(
        "bank v1 gave no answer for 'n-1': fourteen (and so for all"
    )


def test_a_silent_row_of_many_classes_keeps_the_tables_shape() -> None:
    """Where a score is one number a class, it is null for each."""
    three = replace(SCHEMA, task="multiclass", classes=("a", "b", "c"))
    query = read(
        json.dumps({"inputs": [column(AGE, 1, 2), *(column(one, None, None) for one in REST)]}).encode(),
        three,
        max_rows=9,
    )
    answers = Answers(
        versions=("v1", "v2"),
        arms=("champion", "canary"),
        scores=((0.2, 0.5, 0.3), ()),
        raws=((), ()),
        errors=("", "no"),
    )
    score = write(query, Settled(answers=answers, doubled=0), model="bank", schema=three)["outputs"]
    assert isinstance(score, list)
    assert (score[1]["shape"], score[1]["data"]) == ([2, 3], [0.2, 0.5, 0.3, None, None, None])


def test_an_id_stands_for_one_row(http: httpx.Client, folder: Path) -> None:
    """The same request again is answered and said to be doubled; another row under its id is a 409, as a whole."""
    assert "parameters" not in http.post(INFER, json=infer(id="one-row")).json()
    assert http.post(INFER, json=infer(id="one-row")).json()["parameters"] == {"doubled": 1}
    assert "id 'one-row': another row came" in said(http.post(INFER, json={**age(data=[42]), "id": "one-row"}), 409)
    rows = [{"id": name, "features": {**ROW, "age": 42}, "prediction": 0.5} for name in ("new", "one-row")]
    assert "id 'one-row'" in said(http.post("/predictions", json=rows), 409)
    assert http.post("/predictions", json=rows[:1] * 2).json() == {"accepted": 2, "doubled": 1}
    assert (logged(folder).find("one-row")["age"], logged(folder).find("new")["age"]) == (41.0, 42.0)


def test_ids_of_the_projects_own_rows_are_nobody_elses(http: httpx.Client) -> None:
    """A live row can never pass for one of the rows that the first version learnt from."""
    assert "'history:' are those of the project's own data" in said(http.post(INFER, json=infer(id="history:r07")), 400)
    row = {"id": "history:r07", "features": ROW, "prediction": 0.5}
    assert "give the row another id" in said(http.post("/predictions", json=[row]), 400)
    assert http.post(INFER, json=infer(id="r07")).status_code == 200


def test_the_server_and_the_model_describe_themselves(http: httpx.Client) -> None:
    """The protocol's other questions are answered in its words."""
    server = http.get("/v2").json()
    assert server.keys() == {"name", "version", "extensions", "paths"}
    assert {"GET /v2", "POST /v2/models/{model}/infer", "POST /outcomes"} <= set(server["paths"])
    assert http.get("/v2/health/live").json() == {"live": True}
    assert http.get("/v2/health/ready").json() == {"ready": True}
    assert http.get("/v2/models/bank/ready").json() == {"name": "bank", "ready": True}
    told = http.get("/v2/models/bank").json()
    assert (told["name"], told["versions"]) == ("bank", ["v1"])
    assert told["inputs"][0] == {"name": "age", "datatype": "FP64", "shape": [-1, 1]}
    assert [one["name"] for one in told["outputs"]] == ["id", "score", "label", "version", "error"]


def test_without_a_version_nothing_is_ready(tmp_path: Path) -> None:
    """Before the first training the gateway lives, says so, and answers no row."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with serving(Toy(tmp_path, version="")) as url, httpx.Client(base_url=url, headers=headers) as client:
        assert client.get("/v2/health/live").status_code == 200
        assert client.get("/v2/health/ready").status_code == 503
        assert client.get("/v2/models/bank/ready").status_code == 503
        assert "trueup train" in said(client.post(INFER, json=infer()), 503)


def test_unknown_things_are_404_and_wrong_ways_405(http: httpx.Client) -> None:
    """A wrong name is told apart from a wrong body."""
    assert "serves 'bank'" in said(http.post("/v2/models/bnak/infer", json=infer()), 404)
    assert "serves 'bank'" in said(http.get("/v2/models/bnak"), 404)
    assert "no /v3" in said(http.get("/v3"), 404)
    assert "no /outcomes/" in said(http.post("/outcomes/", json=[]), 404)
    assert "GET does not work" in said(http.get(INFER), 405)
    assert "simulate" in said(http.post("/simulate/clock", json={"now": 1}), 404)
    assert http.get("/v2/models/bank/explain/known%2Fid").json() == {"sentence": "because"}
    assert "known/id" in said(http.get("/v2/models/bank/explain/other"), 404)
