"""Do the commands of a project answer, from its first training to the question why?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from trueup.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


def run(*words: str) -> Result:
    """What the command line answers."""
    return CliRunner().invoke(app, list(words))


def rows(path: Path) -> Path:
    """A small stream whose label follows one column."""
    dice = np.random.default_rng(3)
    x = dice.normal(size=1200)
    bought = (x + dice.normal(size=1200) > 0).astype(int)
    columns = {"order": pa.array(np.arange(1200)), "x": pa.array(x), "bought": pa.array(bought)}
    pq.write_table(pa.table(columns), path)
    return path


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A project with its first version."""
    folder = tmp_path_factory.mktemp("shop")
    assert run("init", str(rows(folder / "rows.parquet")), "--model", "shop", "-p", str(folder)).exit_code == 0
    trained = run("train", "-p", str(folder), "--json")
    assert json.loads(trained.stdout)["champion"] == "v1"
    return str(folder)


def test_status_says_who_answers(project: str) -> None:
    """One row with the documented keys, and what to do next."""
    assert "v1" in run("status", "-p", project).stdout
    told = json.loads(run("status", "-p", project, "--json").stdout)
    wanted = {"model", "champion", "health", "labels_in", "working_on", "false_alerts", "waiting", "rollback", "next"}
    assert wanted <= set(told)


def test_decisions_are_listed_newest_first(project: str) -> None:
    """Each has its number, kind and headline; the newest is what `explain` is offered for."""
    told = json.loads(run("decisions", "-p", project, "--json").stdout)
    assert [one["number"] for one in told] == [2, 1]
    assert {"kind", "headline", "reasons", "held", "otherwise"} <= set(told[0])
    shown = run("decisions", "-p", project, "--limit", "1").stdout
    assert "train the first version" not in shown
    assert shown.endswith("Next: trueup explain 2\n")


def test_explain_says_one_sentence_first(project: str) -> None:
    """A decision and a version are both explained, by number and by name."""
    assert run("explain", "1", "-p", project).stdout.startswith("decision 1 after window")
    told = json.loads(run("explain", "v1", "-p", project, "--json").stdout)
    assert {"sentence", "evidence", "otherwise", "check", "undo"} <= set(told)


def test_audit_finds_the_journal_equal(project: str) -> None:
    """The recorded decisions come out again, and the exit code says so."""
    answer = run("audit", "-p", project, "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.stdout)["equal"] is True
    assert run("audit", "-p", project).stdout.startswith("equal: ")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("explain", "nosuch"), "there is no prediction 'nosuch'"),
        (("explain", "99"), "there is no decision '99'"),
        (("approve", "99"), "there is no waiting decision '99'"),
        (("rollback",), "nothing to roll back to"),
        (("rollback", "bank"), "there is no model 'bank'; this project's model is 'shop'"),
    ],
)
def test_what_is_not_there_is_one_sentence(project: str, words: tuple[str, ...], said: str) -> None:
    """Wrong input changes nothing and says what there is."""
    before = run("status", "-p", project, "--json").stdout
    answer = run(*words, "-p", project)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1
    assert run("status", "-p", project, "--json").stdout == before


def test_a_backtest_needs_no_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file, its time and its label give the documented keys, a report, and a judgement."""
    monkeypatch.chdir(tmp_path)
    words = ("backtest", str(rows(tmp_path / "rows.parquet")), "--time", "order", "--label", "bought")
    answer = run(*words, "--windows", "6", "--metric", "auc", "--fail-on", "worse", "--json")
    told = json.loads(answer.stdout)
    assert set(told["metric"]) == {"name", "direction", "trueup", "never", "every_recent", "every_all"}
    assert told["metric"]["name"] == "roc_auc"
    wanted = {"windows", "trainings", "fits", "promotions", "alerts", "quarantined_windows", "refused", "decisions"}
    assert wanted <= set(told)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["rows.backtest.html", "rows.parquet"]
    assert answer.exit_code == 0
    assert [row["policy"] for row in told["table"]][-2:] == ["psi > 0.2", "trueup.yaml"]
    assert told["reference_windows"] >= 0
