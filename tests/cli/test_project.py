"""Do the commands of a project answer, from its first training to the question why?"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from trueup.cli.app import app

if TYPE_CHECKING:
    from typer.testing import Result


COMMANDS = Path(__file__).parents[2] / "docs" / "commands.md"


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


def stamps(folder: Path) -> dict[Path, int]:
    """Every file and when it was written; SQLite's shared memory left out, which an administrator's reading marks."""
    return {path: path.stat().st_mtime_ns for path in folder.rglob("*") if not path.name.endswith("-shm")}


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


def test_audit_of_a_version_or_decision_says_what_it_looked_at(project: str) -> None:
    """Its record first, check by check; then the whole journal."""
    for what, name in (("v1", "v1"), ("2", "decision 2"), ("decision 2", "decision 2")):
        answer = run("audit", what, "-p", project)
        assert answer.exit_code == 0
        first, *others = answer.stdout.splitlines()
        assert first == f"the record of {name} holds: decisions, training order, bundle, snapshot"
        assert any(line.startswith("the whole journal: equal: ") for line in others)
    told = json.loads(run("audit", "v1", "-p", project, "--json").stdout)["about"]
    assert (told["what"], told["holds"]) == ("v1", True)
    assert told["entries"]
    assert all(check["holds"] for check in told["checks"])


def test_audit_of_a_version_fails_where_its_model_was_changed(project: str, tmp_path: Path) -> None:
    """One byte of its bundle, or a snapshot that is gone, and the exit code is 1; the journal itself is equal."""
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    [bundle] = (copy / ".trueup" / "bundles").iterdir()
    manifest = bundle / "manifest.json"
    manifest.write_bytes(manifest.read_bytes() + b" ")
    answer = run("audit", "v1", "-p", str(copy))
    assert answer.exit_code == 1
    assert answer.stdout.startswith("the record of v1 does NOT hold: training order, bundle\n")
    assert run("audit", "-p", str(copy)).exit_code == 0

    [snapshot] = (copy / ".trueup" / "snapshots").glob("*.parquet")
    snapshot.unlink()
    assert "training order, bundle, snapshot" in run("audit", "1", "-p", str(copy)).stdout


@pytest.mark.parametrize(
    "words", [("status",), ("decisions",), ("explain", "v1"), ("audit",), ("audit", "v1"), ("check",), ("train",)]
)
def test_every_key_of_the_json_is_documented(project: str, tmp_path: Path, words: tuple[str, ...]) -> None:
    """A program reads only nouns that docs/commands.md names in the command's own section."""
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    told = json.loads(run(*words, "-p", str(copy), "--json").stdout)
    sections = COMMANDS.read_text(encoding="utf-8").split("\n## ")
    section = next(one for one in sections if one.startswith(f"trueup {words[0]}"))
    assert [key for key in (told[0] if isinstance(told, list) else told) if f"`{key}`" not in section] == []


def test_what_is_there_can_be_read_where_nothing_may_be_written(
    project: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Looking leaves no file behind and takes no lock; only what changes something needs a folder to write in."""
    copy = tmp_path / "copy"
    shutil.copytree(project, copy)
    before = stamps(copy)
    for path in before:
        path.chmod(0o555 if path.is_dir() else 0o444)
    monkeypatch.setattr("os.access", lambda _, mode: mode != os.W_OK)  # rights do not bind an administrator
    try:
        for words in (("status",), ("decisions",), ("audit", "v1"), ("explain", "v1"), ("explain", "1")):
            assert run(*words, "-p", str(copy)).exit_code == 0
        assert stamps(copy) == before
    finally:
        for path in before:
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_looking_before_anything_happened_makes_no_folder(tmp_path: Path) -> None:
    """Without a journal there is nothing to show, and what comes next is the same word everywhere."""
    assert run("init", str(rows(tmp_path / "rows.parquet")), "-p", str(tmp_path)).exit_code == 0
    shown = [run(word, "-p", str(tmp_path)) for word in ("status", "decisions")]
    assert [one.exit_code for one in shown] == [0, 0]
    assert [one.stdout.splitlines()[-1] for one in shown] == ["Next: trueup train", "Next: trueup train"]
    assert not (tmp_path / ".trueup" / "journal.db").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("audit", "nope"), "there is no version or decision 'nope'; versions: v1; decisions: 1 to 2"),
        (("audit", "v99"), "there is no version or decision 'v99'"),
        (("audit", "3"), "there is no version or decision '3'"),
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
    assert {*wanted, "closed", "not_promoted", "taken_back", "interval", "table", "audit"} <= set(told)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["rows.backtest.html", "rows.parquet"]
    assert answer.exit_code == 0
    assert [row["policy"] for row in told["table"]][-2:] == ["psi > 0.2", "trueup.yaml"]
    assert told["reference_windows"] >= 0


def test_a_backtest_leaves_out_what_init_would_ignore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line says which columns no model reads, and why; the others are played."""
    monkeypatch.chdir(tmp_path)
    file = rows(tmp_path / "rows.parquet")
    table = pq.read_table(file)
    lists, nothing = pa.array([[1]] * table.num_rows), pa.nulls(table.num_rows)
    pq.write_table(table.append_column("tags", lists).append_column("empty", nothing), file)
    answer = run("backtest", str(file), "--time", "order", "--label", "bought", "--windows", "4")
    why = "tags holds list<element: int64>, which no model here reads; empty holds no value at all"
    assert answer.exit_code == 0
    assert f"ignored: {why}" in answer.stdout.splitlines()
