"""Is a logged row that does not fit told to the owner, though nothing fails?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from badinput.world import ROWS, project, served
from trueup.assembly import read_journal
from trueup.loop.actions import Notify
from trueup.runtime import codec
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from pathlib import Path


def test_a_column_that_is_gone_is_an_alert_and_no_failure(tmp_path: Path) -> None:
    """The row is in the log, the caller is warned, and the owner is told once, with the column's name."""
    opened = open_project(project(tmp_path))
    with served(tmp_path) as client:
        client.clock(float(ROWS))
        with pytest.warns(UserWarning, match="'a-1': feature 'kind' vanished; the row is kept"):
            client.log(id="a-1", features={"x": 0.5}, prediction=0.3, version="legacy", time=float(ROWS))
        with pytest.warns(UserWarning, match="'a-2': feature 'kind' vanished"):
            client.log(id="a-2", features={"x": 0.7}, prediction=0.3, version="legacy", time=float(ROWS))
        client.clock(ROWS + 1.0)
        client.clock(ROWS + 2.0)
        assert client.explain("a-1")["sentence"].startswith("a-1 got 0.3")
    entries = (codec.decode(entry.payload) for entry in read_journal(opened.home).read())
    told = [one for entry in entries for one in entry.actions if isinstance(one, Notify) and one.kind == "quality"]
    assert [(one.subject, one.severity) for one in told] == [("kind", "major")]
    assert told[0].sentence.startswith("column 'kind' is gone: 2 logged rows came without it")
