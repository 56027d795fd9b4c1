"""May a source say what came back, and change only so much of what is known?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import httpx
import pyarrow as pa
import pytest

from gateway.toy import TOKEN, Toy, logged, said, serving
from trueup.errors import IdTaken
from trueup.gateway.allowance import Allowance
from trueup.gateway.corrections import ALWAYS, Corrections, kept_aside
from trueup.loop.policy import Windowing

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

WEEK = Windowing(unit="time", length=100.0)
ROWS = 100  # a window
AGES = [row + 0.5 for row in range(ROWS)]


def opened(
    folder: Path, told: list[str] | None = None, *, share: float = 0.5, windowing: Windowing = WEEK
) -> Corrections:
    """The memory in that folder."""
    tell = (told if told is not None else []).append
    return Corrections(folder, windowing, share=share, tell=tell)


def asked(start: int, count: int = ROWS) -> pa.Table:
    """Predictions with an id and a moment of their own."""
    return pa.table(
        {
            "_id": [f"r-{row}" for row in range(start, start + count)],
            "_time": [float(row) for row in range(start, start + count)],
        }
    )


def came(rows: Sequence[int], label: str, source: str = "crm") -> pa.Table:
    """Outcomes of these rows."""
    count = len(rows)
    return pa.table(
        {
            "_id": [f"r-{row}" for row in rows],
            "_known": [1.0] * count,
            "_label": [label] * count,
            "_source": [source] * count,
        }
    )


def test_first_words_and_repeats_always_pass(tmp_path: Path) -> None:
    """A source may label every row of a window, and say it again."""
    corrections = opened(tmp_path, share=0.0)
    corrections.note(asked(0))
    for _ in range(2):
        assert corrections.sort(came(range(ROWS), "no")).kept.num_rows == ROWS
    assert corrections.sort(came([777], "no")).aside == 0  # an id that nobody asked about yet


def test_a_source_may_change_its_share_of_a_window(tmp_path: Path) -> None:
    """Half of a window's labels here; the rest is kept aside, in this window, for this source."""
    told: list[str] = []
    corrections = opened(tmp_path, told)
    corrections.note(asked(0, 2 * ROWS))
    corrections.sort(came(range(2 * ROWS), "no"))
    found = corrections.sort(came(range(ROWS), "yes"))
    assert (found.kept.column("_id").to_pylist(), found.aside) == ([f"r-{row}" for row in range(50)], 50)
    assert corrections.sort(came([60], "yes")).aside == 1
    assert corrections.sort(came([60], "no")).aside == 0  # that is what is known
    assert corrections.sort(came([60], "yes", source="billing")).aside == 0
    assert corrections.sort(came(range(ROWS, ROWS + 50), "yes")).aside == 0
    [sentence] = told
    assert sentence.startswith(
        "a correction of 'r-50' by 'crm' is kept aside, and so are its next ones: it has changed 50 %"
    )
    assert kept_aside(tmp_path) == 51


def test_to_and_fro_counts_each_time(tmp_path: Path) -> None:
    """One label that is turned again and again uses the share up like many."""
    corrections = opened(tmp_path, share=0.0)
    corrections.note(asked(0))
    corrections.sort(came([1], "no"))
    turns = [corrections.sort(came([1], label)).aside for label in ("yes", "no") * ALWAYS]
    assert turns == [0] * ALWAYS + [1, 0] * (ALWAYS // 2)


def test_a_thin_window_may_be_corrected(tmp_path: Path) -> None:
    """A few corrections are always possible, however few labels there are."""
    corrections = opened(tmp_path, share=0.0)
    corrections.note(asked(0))
    corrections.sort(came(range(ROWS), "no"))
    assert corrections.sort(came(range(ROWS), "yes")).kept.num_rows == ALWAYS


def test_windows_of_rows_are_counted_in_the_order_of_arrival(tmp_path: Path) -> None:
    """Where a window is so many rows, moments do not matter; a new process goes on counting."""
    rows = Windowing(unit="rows", length=ROWS)
    with closing(opened(tmp_path, share=0.0, windowing=rows)) as corrections:
        corrections.note(asked(0))
    corrections = opened(tmp_path, share=0.0, windowing=rows)
    corrections.note(asked(ROWS))
    corrections.sort(came(range(2 * ROWS), "no"))
    assert corrections.sort(came(range(2 * ROWS), "yes")).kept.num_rows == 2 * ALWAYS


def test_what_the_log_knew_before_is_known(tmp_path: Path) -> None:
    """The labels of the first training cannot be changed at will either."""
    corrections = opened(tmp_path, share=0.0)
    before = corrections.fresh
    corrections.learn(asked(0).append_column("_label", pa.array([*["no"] * 90, *[None] * 10])))
    assert (before, corrections.fresh) == (True, False)
    found = corrections.sort(came(range(ROWS), "yes"))
    assert (found.kept.num_rows, found.aside) == (ALWAYS + 10, 70)


def test_an_id_is_known_by_its_first_row(tmp_path: Path) -> None:
    """The same row again is told, in a new process too; another one is refused, and leaves nothing behind."""
    with closing(opened(tmp_path)) as corrections:
        assert corrections.note(asked(0).append_column("age", pa.array(AGES))) == []
    corrections = opened(tmp_path)
    assert corrections.note(asked(0).append_column("age", pa.array(AGES))) == [f"r-{row}" for row in range(ROWS)]
    other = asked(ROWS - 1, 2).append_column("age", pa.array([7.0, 8.0]))
    with pytest.raises(IdTaken, match=r"id 'r-99': another row came under it before.*an id of its own"):
        corrections.note(other)
    assert corrections.note(other.slice(1)) == []
    assert corrections.counted.doubled == ROWS


def test_outcomes_of_unknown_ids_are_named(tmp_path: Path) -> None:
    """They are kept, and wait for their prediction."""
    corrections = opened(tmp_path)
    corrections.note(asked(0))
    found = corrections.sort(came([1, 777], "no"))
    assert (found.kept.num_rows, found.unknown) == (2, ("r-777",))
    assert corrections.note(asked(777, 1)) == []
    assert corrections.sort(came([1, 777], "no")).unknown == ()
    assert (corrections.counted.unknown, corrections.counted.repeated) == (1, 2)


def test_what_fails_half_way_was_never_there(tmp_path: Path) -> None:
    """Predictions that cannot be noted leave nothing behind."""
    corrections = opened(tmp_path)
    with pytest.raises(sqlite3.Error):
        corrections.note(
            pa.table({"_id": ["a", "b"], "_time": [1.0, 2.0]}).set_column(0, "_id", pa.array([["x"], ["y"]]))
        )
    assert corrections.fresh


def test_the_gateway_keeps_corrections_past_the_share_aside(tmp_path: Path) -> None:
    """The log has what counts, the answer says how many were kept aside, and one alone is refused with the mend."""
    names = [f"x-{row}" for row in range(30)]
    row = {"features": {"age": 41, "job": None, "owner": None, "since": None}, "prediction": 0.5}
    headers = {"authorization": f"Bearer {TOKEN}"}
    toy = Toy(tmp_path)
    with serving(toy) as url, httpx.Client(base_url=url, headers=headers) as client:
        client.post("/predictions", json=[{"id": name, **row} for name in names])
        for label, kept in (("no", 30), ("yes", ALWAYS)):
            told = client.post("/outcomes", json=[{"id": name, "label": label} for name in names]).json()
            assert told == {"accepted": kept, "kept_aside": 30 - kept, "unknown": 0, "unknown_ids": []}
        sentence = said(client.post("/outcomes", json=[{"id": "x-29", "label": "yes"}]), 403)
        assert "'project' has changed its share" in sentence
        assert "server.corrections" in sentence
    labels = [logged(tmp_path).find(name)["_label"] for name in names]
    assert labels == ["yes"] * ALWAYS + ["no"] * (30 - ALWAYS)
    assert len(toy.told) == 1


def test_who_posts_too_many_outcomes_waits(tmp_path: Path) -> None:
    """429 with the seconds to wait, for this token only; predictions go on."""
    came = [{"id": f"u-{row}", "label": "no"} for row in range(7)]
    with serving(Toy(tmp_path), outcomes_per_minute=5) as url, httpx.Client(base_url=url) as client:
        mine, other = ({"authorization": f"Bearer {token}"} for token in (TOKEN, "answer back only"))
        assert client.post("/outcomes", json=came, headers=mine).status_code == 200
        reply = client.post("/outcomes", json=came, headers=mine)
        assert "more than 5 outcomes a minute; send them again in" in said(reply, 429)
        assert 20 <= int(reply.headers["retry-after"]) <= 24
        assert client.post("/outcomes", json=came, headers=other).status_code == 200
        assert client.get("/v2", headers=mine).status_code == 200


def test_an_allowance_fills_up_to_a_minutes_worth() -> None:
    """After a long silence no more than that comes at once."""
    allowance = Allowance(60)
    allowance.spend("crm", 90, now=0.0)
    assert allowance.wait("crm", now=10.0) == 20.0
    allowance.spend("crm", 90, now=1e6)
    assert allowance.wait("crm", now=1e6) == 30.0
