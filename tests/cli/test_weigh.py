"""Does the command line judge two files as it was asked to?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from trueup.cli.app import app
from trueup.cli.weigh import worse

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*words: str) -> Result:
    """What the command line answers."""
    return CliRunner().invoke(app, list(words))


@pytest.fixture
def march(tmp_path: Path) -> Path:
    """A month of calm rows."""
    return written(tmp_path / "march.parquet", seed=1)


def written(path: Path, *, seed: int, factor: float = 1.0, phones: float = 0.3) -> Path:
    """A file of two columns: an amount in some unit, and how people were called."""
    dice = np.random.default_rng(seed)
    balance = factor * dice.lognormal(5.0, 1.0, 4000)
    contact = np.where(dice.random(4000) < phones, "phone", "cell")
    pq.write_table(pa.table({"balance": pa.array(balance), "contact": pa.array(contact)}), path)
    return path


def test_two_calm_files_are_as_before(march: Path, tmp_path: Path) -> None:
    """Sampling noise is no change, and no failure."""
    answer = run("drift", str(march), str(written(tmp_path / "april.parquet", seed=2)), "--fail-on", "changed")
    assert answer.exit_code == 0
    assert answer.output.startswith("2 columns, 4,000 -> 4,000 rows     0 changed, 0 look broken, 2 as before")


def test_a_unit_change_looks_broken(march: Path, tmp_path: Path) -> None:
    """The screen names the column and says not to train on it; the exit code is what was asked for."""
    april = str(written(tmp_path / "april.parquet", seed=2, factor=1000.0))
    answer = run("drift", str(march), april)
    assert answer.exit_code == 0
    assert "1 looks broken" in answer.output
    [line] = [line for line in answer.output.splitlines() if line.startswith("balance")]
    assert "broken" in line
    assert "do not train on it" in line
    assert run("drift", str(march), april, "--fail-on", "broken").exit_code == 1
    assert run("drift", str(march), april, "--fail-on", "changed").exit_code == 1


def test_a_changed_column_is_not_a_broken_one(march: Path, tmp_path: Path) -> None:
    """`--fail-on broken` lets the world change."""
    april = str(written(tmp_path / "april.parquet", seed=2, phones=0.8))
    assert run("drift", str(march), april, "--fail-on", "broken").exit_code == 0
    assert run("drift", str(march), april, "--fail-on", "changed").exit_code == 1


def test_a_missing_column_fails_a_gate(march: Path, tmp_path: Path) -> None:
    """The first line counts it, its line says what is missing, and both judgements fail."""
    april = tmp_path / "april.parquet"
    pq.write_table(pq.read_table(march).drop_columns(["contact"]), april)
    answer = run("drift", str(march), str(april), "--fail-on", "broken")
    assert answer.exit_code == 1
    assert answer.output.startswith("2 columns, 4,000 -> 4,000 rows     0 changed, 1 looks broken, 1 as before")
    assert "broken: the column is missing" in answer.output
    assert run("drift", str(march), str(april), "--fail-on", "changed").exit_code == 1


def test_a_new_column_is_a_change(march: Path, tmp_path: Path) -> None:
    """`--fail-on broken` lets it pass, `--fail-on changed` does not."""
    april = tmp_path / "april.parquet"
    pq.write_table(pq.read_table(march).append_column("more", pa.array([1] * 4000)), april)
    assert run("drift", str(march), str(april), "--fail-on", "broken").exit_code == 0
    assert run("drift", str(march), str(april), "--fail-on", "changed").exit_code == 1


def test_one_row_is_too_few_to_tell(march: Path, tmp_path: Path) -> None:
    """The first line says so, and a gate that was asked for is not passed on it."""
    one = tmp_path / "one.parquet"
    pq.write_table(pq.read_table(march).slice(0, 1), one)
    answer = run("drift", str(one), str(march), "--fail-on", "changed")
    assert answer.exit_code == 1
    assert "0 changed, 0 look broken, 0 as before, 2 with too few rows to tell" in answer.output


def test_the_json_of_drift_has_the_documented_keys(march: Path) -> None:
    """A program reads the same nouns."""
    told = json.loads(run("drift", str(march), str(march), "--json").output)
    counts = {"rows", "changed", "broken", "insufficient"}
    assert {"columns", *counts, "only_reference", "only_current", "not_compared", "wide", "noise", "seconds"} == set(
        told
    )
    assert {"column", "kind", "psi", "moved", "result", "cause"} <= set(told["columns"][0])


def test_a_file_that_is_not_there_is_wrong_input(march: Path) -> None:
    """Exit 2, and the path named."""
    answer = run("drift", str(march), "nothing.parquet")
    assert answer.exit_code == 2
    assert "nothing.parquet: there is no such file" in answer.stderr


@pytest.mark.parametrize(
    ("direction", "trueup", "never", "failed"),
    [
        ("higher", 0.18, 0.14, False),
        ("higher", 0.1390, 0.14, False),
        ("higher", 0.13, 0.14, True),
        ("lower", 140.0, 147.0, False),
        ("lower", 150.0, 147.0, True),
        ("higher", None, 0.14, True),
    ],
)
def test_worse_is_worse_than_never_by_more_than_a_hundredth(
    direction: str, trueup: float | None, never: float, failed: bool
) -> None:
    """Nearer than 1 % of the metric is not worse; what was not measured is not shown to be no worse."""
    assert worse({"direction": direction, "trueup": trueup, "never": never}) is failed


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("backtest", "--time", "t", "--label", "y"), "without a project"),
        (("backtest", "rows.csv", "--time", "t"), "without a project"),
        (("backtest", "--windows", "20"), "--windows is for a file without a project"),
        (("backtest", "rows.csv", "--time", "t", "--label", "y", "--windows", "1"), "--windows"),
    ],
)
def test_options_that_do_not_fit_are_wrong_usage(words: tuple[str, ...], said: str) -> None:
    """A half-told backtest is not guessed."""
    answer = run(*words)
    assert answer.exit_code == 2
    assert said in " ".join(answer.output.replace("│", " ").split())
