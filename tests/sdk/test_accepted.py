"""Can everybody see what was accepted, wherever it is by now?"""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from badinput.world import ROWS, project, refused, served
from trueup.assembly import open_log
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from pathlib import Path

ROW = {"x": 0.5, "kind": "a"}
NOW = float(ROWS)


def test_ids_of_the_history_are_not_a_callers(tmp_path: Path) -> None:
    """Every live row counts, whatever it is called; a row that waits is explained, and a clean stop leaves none."""
    opened = open_project(project(tmp_path))
    callers = "r0000"  # as a stream names its first row
    assert opened.history().names(slice(0, 1)) == ["history:r0000"]
    with served(tmp_path) as client:
        client.clock(NOW)
        client.predict(ROW, id=callers, time=NOW)
        assert client.outcome(callers, 1, time=NOW).unknown == 0
        told = client.explain(callers)
        assert "It was accepted and is safe on disk, not yet in the lake: about 30 s" in told["sentence"]
        assert "its outcome was 1" in told["evidence"]
        waits = opened.status()["incoming"]
        assert (waits["waiting"], waits["waiting_outcomes"], waits["doubled"]) == (1, 1, 0)
        assert waits["open_window"]["closes"] == "after 99 more rows"
    came = opened.status()["incoming"]
    assert (came["waiting"], came["predictions"], came["doubled"], came["unknown"]) == (0, ROWS + 1, 0, 0)
    assert (came["open_window"]["rows"], came["open_window"]["labelled"]) == (1, 1)
    assert came["sentence"].startswith("window 13 is open: 1 row, 1 with a label; closes after 99 more rows")
    assert "lake" not in opened.explain(callers)["sentence"]
    kept = open_log(opened.home, opened.policy)
    assert kept.find(callers)["_time"] == NOW
    assert kept.find(f"history:{callers}")["_time"] == 0.0


def test_a_row_is_corrected_through_the_door(tmp_path: Path) -> None:
    """A live row and one of the project's own: accepted, drained, explained, and read as it should have been."""
    opened = open_project(project(tmp_path))
    mine = opened.history().names(slice(0, 1))[0]
    with served(tmp_path) as client:
        client.clock(NOW)
        client.predict(ROW, id="live", time=NOW)
        client.clock(NOW + 1)
        assert client.correct([{"id": "live", "features": {"x": 2.5}, "label": 1}, {"id": mine}]) == 2
        client.clock(NOW + 2)
        assert any("corrected or confirmed since" in one for one in client.explain("live")["evidence"])
    log = open_log(opened.home, opened.policy)
    live, confirmed = log.find("live"), log.find(mine)
    assert (live["x"], live["kind"], live["_label"], live["_corrected"]) == (2.5, "a", "1", NOW + 1)
    assert confirmed["_corrected"] == NOW + 1


def test_a_missing_bundle_names_its_version_and_the_mend(tmp_path: Path) -> None:
    """A start without it is refused before anything is served."""
    opened = open_project(project(tmp_path))
    opened.train()
    shutil.rmtree(opened.home / "bundles")
    said = refused("up", "-p", tmp_path, "--port", "0")
    assert "v1 cannot answer, its bundle is gone" in said
    assert "put it back from a copy" in said
