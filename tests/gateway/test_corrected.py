"""Is a row that was corrected kept as it should have been, by who may, and is everything else refused?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pytest

from gateway.toy import ROW, TOKEN, Toy, logged, said, serving
from trueup.gateway.corrections import FILE, kept_aside
from trueup.sdk.client import Client

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def http(tmp_path: Path) -> Iterator[httpx.Client]:
    """A caller with the token; x-1 and x-2 were answered elsewhere."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with serving(Toy(tmp_path), max_rows=20) as url, httpx.Client(base_url=url, headers=headers) as client:
        rows = [{"id": name, "features": ROW, "prediction": 0.3} for name in ("x-1", "x-2")]
        assert client.post("/predictions", json=rows).status_code == 200
        yield client


def test_a_corrected_row_is_read_as_it_should_have_been(http: httpx.Client, tmp_path: Path) -> None:
    """Features that are named, and the label; what is left out stays as it was."""
    assert http.post("/outcomes", json=[{"id": "x-1", "label": "no"}]).status_code == 200
    mended = [{"id": "x-1", "features": {"age": 30, "job": None}, "label": "yes"}, {"id": "x-2"}]
    assert http.post("/corrections", json=mended).json() == {"accepted": 2, "labels": 1}
    first, second = (logged(tmp_path).find(name) for name in ("x-1", "x-2"))
    assert (first["age"], first["job"], first["owner"], first["_label"]) == (30.0, None, True, "yes")
    assert (second["age"], second["_label"]) == (41.0, None)
    assert first["_corrected"] is not None
    assert second["_corrected"] is not None, "a row without changes is confirmed"


def test_a_corrected_label_is_on_record_and_not_capped(http: httpx.Client, tmp_path: Path) -> None:
    """Who may correct rows is not held to a share of a window; the contradiction is kept with its source."""
    assert http.post("/outcomes", json=[{"id": "x-1", "label": "no"}]).status_code == 200
    assert http.post("/corrections", json=[{"id": "x-1", "label": "yes"}]).status_code == 200
    with closing(sqlite3.connect(tmp_path / FILE)) as base:
        found = base.execute("SELECT id, source, was, label, aside FROM correction").fetchall()
    assert found == [("x-1", "project", "no", "yes", 0)]
    assert kept_aside(tmp_path) == 0
    assert http.post("/outcomes", json=[{"id": "x-1", "label": "yes"}]).json()["kept_aside"] == 0


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ([{"id": "x-1"}, {"id": "gone", "features": {"age": 1}}], 404, "nothing was taken"),
        ([{"id": "x-1", "features": {"aeg": 1}}], 400, "did you mean 'age'"),
        ([{"id": "x-1", "features": {"age": "old"}}], 400, "'age'"),
        ([{"id": "x-1", "label": "maybe"}], 400, "row 1, id 'x-1'"),
        ([{"id": "x-1", "feature": {}}], 400, "`feature`"),
        ([], 400, "at least one"),
        ([{"id": "x-1"}] * 21, 413, "limit is 20"),
    ],
)
def test_a_bad_correction_changes_nothing(
    http: httpx.Client, tmp_path: Path, body: object, status: int, words: str
) -> None:
    """An unknown row, feature, value or class refuses all of the request, and says which."""
    assert words in said(http.post("/corrections", json=body), status)
    assert logged(tmp_path).find("x-1")["_corrected"] is None


def test_corrections_count_for_the_rate(tmp_path: Path) -> None:
    """A source that corrected its minute's worth waits."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with (
        serving(Toy(tmp_path), outcomes_per_minute=2) as url,
        httpx.Client(base_url=url, headers=headers) as client,
    ):
        rows = [{"id": f"x-{n}", "features": ROW, "prediction": 0.3} for n in range(4)]
        assert client.post("/predictions", json=rows).status_code == 200
        assert client.post("/corrections", json=[{"id": f"x-{n}"} for n in range(4)]).status_code == 200
        refused = client.post("/corrections", json=[{"id": "x-1"}])
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 1


def test_python_corrects_rows_too(http: httpx.Client, tmp_path: Path) -> None:
    """The client says how many were taken."""
    with Client(str(http.base_url), model="bank", token=TOKEN) as bank:
        assert bank.correct([{"id": "x-2", "features": {"age": 22}}]) == 1
        assert bank.correct([]) == 0
    assert logged(tmp_path).find("x-2")["age"] == 22.0
