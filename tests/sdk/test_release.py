"""Does a release say how much of a window was put right?"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from typer.testing import CliRunner

from sdk.shop import open_shop
from trueup.assembly import open_journal, open_log
from trueup.cli.app import app
from trueup.loop.events import WindowClosed
from trueup.loop.window import Window
from trueup.ports.prediction_log import correction_columns, fill, prediction_columns
from trueup.profiling import profile
from trueup.runtime.driver import Driver
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.sdk.project import Project

ROWS = 400


def broken_window(folder: Path) -> Project:
    """A project whose newest window lost all its values; one row was corrected since."""
    open_shop(folder, rows=1200)
    project = open_project(folder)
    project.train()
    driver = Driver(open_journal(project.home))
    watch, schema = driver.state.watch, project.policy.schema
    assert watch is not None
    lost = pa.table({"x": pa.nulls(ROWS, pa.float64())})
    own: dict[str, list[object]] = {
        "_id": [f"call {row}" for row in range(ROWS)],
        "_time": list(np.arange(1200.0, 1200 + ROWS)),
    }
    mended: dict[str, list[object]] = {"_id": ["call 7"], "_known": [1700.0], "_fixed": [["x"]]}
    corrections = fill(correction_columns(schema), mended, pa.table({"x": [0.5]}))
    log = open_log(project.home, project.policy)
    log.append("test", 1, fill(prediction_columns(schema), own, lost), None, corrections)
    window = Window(number=driver.state.closed + 1, start=1200.0, end=1200.0 + ROWS, name="lost")
    driver.take(WindowClosed(time=1650.0, window=window, profile=profile(lost, watch.edges), fine=""))
    return project


def test_a_release_says_how_many_rows_were_corrected(tmp_path: Path) -> None:
    """On the screen and in --json: what was not trains as it came, so whoever releases must know."""
    home = str(broken_window(tmp_path).settings.folder)
    copy = tmp_path.with_name("copy")
    shutil.copytree(home, copy)
    shown = CliRunner().invoke(app, ["release", "lost", "-p", home]).stdout
    assert "1 of 400 rows of the window were corrected." in shown.splitlines()
    answer = json.loads(CliRunner().invoke(app, ["release", "lost", "-p", str(copy), "--json"]).stdout)
    assert (answer["rows"], answer["corrected"]) == (ROWS, 1)
