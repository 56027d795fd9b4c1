"""Does `trueup skew` compare what was served with a table, and is the loop told?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from sdk.shop import open_shop
from trueup.assembly import open_log, read_journal
from trueup.cli.app import app
from trueup.loop.actions import Notify
from trueup.runtime import codec
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from typer.testing import Result

COMMANDS = Path(__file__).parents[2] / "docs" / "commands.md"


def run(*words: str) -> Result:
    """What the command line answers."""
    return CliRunner().invoke(app, list(words))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trained shop, and its rows worked out again: a quarter of them in another unit."""
    found = tmp_path_factory.mktemp("shop")
    open_shop(found, rows=1200)
    project = open_project(found)
    project.train()
    rows = open_log(project.home, project.policy).rows(0.0, 400.0, known_at=None)
    unit = pa.array([1000.0 if place % 4 == 0 else 1.0 for place in range(rows.num_rows)])
    again = pa.Table.from_arrays([rows.column("_id"), pc.multiply(rows.column("x"), unit)], ["id", "x"])
    pq.write_table(again, found / "again.parquet")
    return found


def test_what_differs_is_shown_and_told(folder: Path) -> None:
    """The verdict first, the column with its share, what to do next; the journal has the alert."""
    dry = run("skew", str(folder / "again.parquet"), "-p", str(folder), "--dry-run", "--fail")
    assert dry.exit_code == 1
    assert dry.stdout.startswith("1 column skewed: 400 rows compared, 100 differ in some column")
    assert "25 %" in dry.stdout
    assert "Next: trueup explain history:" in dry.stdout
    before = len(list(read_journal(folder / ".trueup").read()))
    assert run("skew", str(folder / "again.parquet"), "-p", str(folder)).exit_code == 0
    entries = list(read_journal(folder / ".trueup").read())
    assert len(entries) == before + 1
    (notice,) = codec.decode(entries[-1].payload).actions
    assert isinstance(notice, Notify)
    assert (notice.kind, notice.subject, notice.severity) == ("skew", "x", "major")


def test_every_key_of_the_json_is_documented(folder: Path) -> None:
    """A program reads only nouns that docs/commands.md names."""
    words = ("skew", str(folder / "again.parquet"), "-p", str(folder), "--dry-run", "--json")
    told = json.loads(run(*words).stdout)
    section = COMMANDS.read_text(encoding="utf-8").split("\n## trueup skew")[1].split("\n## ")[0]
    assert [key for key in (*told, *told["columns"][0]) if f"`{key}`" not in section] == []


def test_equal_rows_are_served_as_in_the_table(folder: Path) -> None:
    """Nothing differs: one line, and exit 0 even when asked to fail."""
    project = open_project(folder)
    rows = open_log(project.home, project.policy).rows(0.0, 400.0, known_at=None)
    pq.write_table(rows.select(["_id", "x"]).rename_columns(["key", "x"]), folder / "same.parquet")
    answer = run("skew", str(folder / "same.parquet"), "--id", "key", "-p", str(folder), "--dry-run", "--fail")
    assert answer.exit_code == 0
    assert answer.stdout.startswith("served as in the table: 400 rows compared, 0 differ")
