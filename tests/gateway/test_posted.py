"""Is what others answered, and what came back, kept as it was meant?"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import httpx
import pytest

from gateway.toy import INFER, ROW, TOKEN, Toy, infer, logged, said, serving
from trueup.adapters.predictions.memory import MemoryPredictionLog
from trueup.adapters.spool.sqlite import SqliteSpool
from trueup.runtime.drain import drain
from trueup.testing.contracts.prediction_log import SCHEMA, shown

if TYPE_CHECKING:
    from pathlib import Path


def test_what_others_answered_and_what_came_back_is_kept(http: httpx.Client, folder: Path) -> None:
    """Posted predictions and outcomes meet in the log, labels in any spelling that means a class."""
    one = {"id": "x-1", "features": ROW, "prediction": 0.31, "entity": "anna", "version": "legacy"}
    absent: dict[str, object] = {**ROW, "age": None}
    two: dict[str, object] = {"id": "x-2", "features": absent, "prediction": 1}
    assert http.post("/predictions", json=[one, two]).json() == {"accepted": 2, "doubled": 0}
    came = [{"id": "x-1", "label": "Yes"}, {"id": "x-2", "label": "no"}]
    told = http.post("/outcomes", json=came).json()
    assert told == {"accepted": 2, "kept_aside": 0, "unknown": 0, "unknown_ids": []}
    log = logged(folder)
    row = log.find("x-1")
    assert (row["_arm"], row["_version"], row["_score"], row["_raw"], row["_label"]) == (
        "external",
        "legacy",
        [0.31],
        None,
        "yes",
    )
    assert (log.find("x-2")["_entity"], log.find("x-2")["age"], log.find("x-2")["_label"]) == ("x-2", None, "no")


def test_a_thumb_is_kept_beside_the_label(http: httpx.Client, folder: Path) -> None:
    """Feedback may come with a label or alone, is counted as accepted, and is no label; the latest word counts."""
    one = {"id": "t-1", "features": ROW, "prediction": 0.31}
    assert http.post("/predictions", json=[one, {**one, "id": "t-2"}]).status_code == 200
    came = [{"id": "t-1", "label": "Yes", "feedback": "down"}, {"id": "t-2", "feedback": "up"}]
    told = http.post("/outcomes", json=came).json()
    assert told == {"accepted": 3, "kept_aside": 0, "unknown": 0, "unknown_ids": []}
    http.post("/outcomes", json=[{"id": "t-2", "feedback": "down"}])
    assert http.post("/outcomes", json=[{"id": "nobody", "feedback": "up"}]).json()["unknown_ids"] == ["nobody"]

    log = logged(folder)
    assert [(log.find(name)["_label"], log.find(name)["_feedback"]) for name in ("t-1", "t-2")] == [
        ("yes", False),
        (None, False),
    ]


POSTED: dict[str, tuple[str, object, str]] = {
    "no list": ("/predictions", {"id": "a"}, "Expected `array`"),
    "empty": ("/outcomes", [], "at least one"),
    "unknown field": ("/outcomes", [{"id": "a", "label": "yes", "lable": 1}], "`lable`"),
    "unknown class": ("/outcomes", [{"id": "a", "label": "yess"}], "did you mean 'yes'?"),
    "one bad label of many": (
        "/outcomes",
        [{"id": "a", "label": "yes"}, {"id": "b", "label": "?"}],
        "row 2, id 'b': label 'subscribed': '?' is not one of its classes; the classes are no, yes; nothing was taken",
    ),
    "no thumb": ("/outcomes", [{"id": "a", "feedback": "meh"}], "meh"),
    "no label": ("/outcomes", [{"id": "a"}], "`label`"),
    "no id": ("/outcomes", [{"id": "", "label": "yes"}], "no text of 1 to 200"),
    "time": ("/outcomes", [{"id": "a", "label": "yes", "time": 1}], "leave it out"),
    "time of a prediction": (
        "/predictions",
        [{"id": "a", "features": ROW, "prediction": 0.5, "time": 1}],
        "leave it",
    ),
    "left out": ("/predictions", [{"id": "a", "features": {}, "prediction": 0.5}], "'age' is left out"),
    "no version": ("/predictions", [{"id": "a", "features": ROW, "prediction": 0.5, "version": ""}], "version: ''"),
    "endless entity": (
        "/predictions",
        [{"id": "a", "features": ROW, "prediction": 0.5, "entity": "e" * 201}],
        "0 to 200 characters",
    ),
    "no probability": ("/predictions", [{"id": "a", "features": ROW, "prediction": 1.5}], "0 to 1"),
    "two numbers": ("/predictions", [{"id": "a", "features": ROW, "prediction": [0.5, 0.5]}], "send one number"),
}


@pytest.mark.parametrize(("path", "body", "fragment"), POSTED.values(), ids=POSTED.keys())
def test_a_malformed_post_is_told_what_is_wrong(http: httpx.Client, path: str, body: object, fragment: str) -> None:
    """Nothing half right is kept."""
    assert fragment in said(http.post(path, json=body), 400)


def test_a_simulation_says_when_things_happened(tmp_path: Path) -> None:
    """Times come with the rows, the clock moves when told, and only forward."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with serving(Toy(tmp_path), simulate=True) as url, httpx.Client(base_url=url, headers=headers) as client:
        assert "clock was not set" in said(client.post(INFER, json=infer(id="a")), 400)
        assert client.post(INFER, json=infer(id="a", parameters={"time": 5})).status_code == 200
        assert client.post("/simulate/clock", json={"now": 9}).json() == {"now": 9.0}
        assert "only goes forward" in said(client.post("/simulate/clock", json={"now": 8}), 400)
        assert "Expected" in said(client.post("/simulate/clock", json={"now": "late"}), 400)
        assert client.post(INFER, json=infer(id="b", parameters={"time": 6})).status_code == 200
        assert client.post(INFER, json=infer(id="c")).status_code == 200
        assert client.post("/outcomes", json=[{"id": "a", "label": "yes", "time": 7.5}]).status_code == 200
    log = MemoryPredictionLog(SCHEMA)
    with SqliteSpool(tmp_path / "spool.db") as spool:
        drain(spool, log, flush=True)
    rows = shown(log.rows(-inf, inf, known_at=8.0), "_id", "_time", "_seen", "_label", "_known")
    assert rows == [("a", 5.0, 5.0, "yes", 7.5), ("b", 6.0, 9.0, None, None), ("c", 9.0, 9.0, None, None)]


def test_a_logged_row_that_does_not_fit_is_kept_and_told(http: httpx.Client, folder: Path, toy: Toy) -> None:
    """It happened: what is gone or unreadable is missing, what is new is left out, and the reply says which."""
    rest = {name: value for name, value in ROW.items() if name != "job"}
    rows = [
        {"id": "fit", "features": ROW, "prediction": 0.5},
        {"id": "unfit", "features": {**rest, "age": "forty", "shoe": 44}, "prediction": 0.5},
    ]
    misfits = [
        {"column": "age", "how": "retyped", "rows": 1},
        {"column": "job", "how": "vanished", "rows": 1},
        {"column": "shoe", "how": "appeared", "rows": 1},
    ]
    reply = http.post("/predictions", json=rows).json()
    assert (reply["accepted"], reply["misfits"]) == (2, misfits)
    kept = [logged(folder).find(name) for name in ("fit", "unfit")]
    assert [(row["age"], row["job"], row["owner"]) for row in kept] == [(41, "cook", True), (None, None, True)]
    assert set(toy.misfits.take()) == {("age", "retyped"), ("job", "vanished"), ("shoe", "appeared")}
    assert toy.misfits.take() == {}


@pytest.mark.parametrize("place", [1, 3, 20])
@pytest.mark.parametrize(
    ("wrong", "said_of_it"),
    [
        ({"id": 7}, "Expected `str`, got `int`"),
        ({"id": ""}, "id: '' is no text"),
        ({"features": {"salary": 1}}, "'salary' is not a feature"),
        ({"prediction": 7.5}, "is no probability"),
        ({"prediction": "high"}, "got `str`"),
    ],
)
def test_a_bad_row_is_named_wherever_it_stands(
    http: httpx.Client, place: int, wrong: dict[str, object], said_of_it: str
) -> None:
    """The first that is wrong, by its place in the list, whatever is wrong with it, and whatever follows."""
    rows = [{"id": f"p-{n}", "features": {"age": 30}, "prediction": 0.5} for n in range(25)]
    rows[place - 1] |= wrong
    told = said(http.post("/predictions", json=rows), 400)
    assert told.startswith(f"row {place}: ")
    assert said_of_it in told
