"""Does `drift` in its plain form do without a parser, and say what it says with one?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from trueup.cli.app import app
from trueup.cli.quick import plain, run

if TYPE_CHECKING:
    from pathlib import Path

HEAVY = ("typer", "pydantic", "pandas", "polars", "scipy", "pyarrow.compute", "rich")


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    """Two files, one column of which is a thousand times as large in the second."""
    for name, factor in (("before", 1.0), ("after", 1000.0)):
        values = factor * np.random.default_rng(len(name)).lognormal(size=500)
        pq.write_table(pa.table({"x": pa.array(values), "y": ["a", "b"] * 250}), tmp_path / f"{name}.parquet")
    return str(tmp_path / "before.parquet"), str(tmp_path / "after.parquet")


@pytest.mark.parametrize("options", [(), ("--json",), ("--fail-on", "broken"), ("--fail-on", "changed", "--json")])
def test_with_and_without_a_parser_the_answer_is_the_same(
    files: tuple[str, str], options: tuple[str, ...], capsys: pytest.CaptureFixture[str], monkeypatch: Any
) -> None:
    """Words, JSON and exit code."""
    monkeypatch.setattr("trueup.runtime.drift.perf_counter", lambda: 0.0)
    parsed = CliRunner().invoke(app, ["drift", *files, *options])
    said = plain(["drift", *files, *options])
    assert said is not None
    assert (run(said), capsys.readouterr().out) == (parsed.exit_code, parsed.output)


@pytest.mark.parametrize(
    "words",
    [
        (),
        ("drift",),
        ("drift", "a"),
        ("drift", "a", "b", "c"),
        ("drift", "a", "b", "--help"),
        ("drift", "a", "b", "--fail-on"),
        ("drift", "a", "b", "--fail-on", "moved"),
        ("drift", "a", "b", "--fail-on=broken"),
        ("drift", "--", "a", "b"),
        ("drft", "a", "b"),
        ("--debug", "drift", "a", "b"),
        ("backtest", "a"),
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(words: tuple[str, ...]) -> None:
    """Which knows its help, and what to say to a slip of the fingers."""
    assert plain(words) is None


def test_a_wrong_file_is_told_as_ever(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One sentence, exit 2; and the word that fails is no traceback."""
    said = plain(["drift", str(tmp_path / "no.csv"), str(tmp_path / "no.csv")])
    assert said is not None
    assert run(said) == 2
    assert "no.csv: there is no such file; give the path" in capsys.readouterr().err


def test_nothing_heavy_is_loaded(files: tuple[str, str]) -> None:
    """Numbers and levels of Parquet files need numpy and pyarrow, and no more."""
    program = (
        f"import sys; sys.argv[1:] = ['drift', {files[0]!r}, {files[1]!r}, '--json']; from trueup.cli import main\n"
        f"try: main()\nexcept SystemExit: print([name for name in {HEAVY!r} if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.splitlines()[-1] == "[]"
