"""Does a project begin without a question?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from trueup.cli.app import app

if TYPE_CHECKING:
    from pathlib import Path

    from typer.testing import Result


@pytest.fixture
def calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small file in a folder that is the current one."""
    monkeypatch.chdir(tmp_path)
    ages = [20 + n % 40 for n in range(800)]
    pc.write_csv(pa.table({"order": list(range(800)), "age": ages, "bought": [0, 1] * 400}), tmp_path / "calls.csv")
    return tmp_path / "calls.csv"


def run(*words: str) -> Result:
    """What the command line answers."""
    return CliRunner().invoke(app, list(words))


def test_init_says_what_it_saw_and_guessed(calls: Path) -> None:
    """The owner reads label, features and span, and by what each was told."""
    answer = run("init", calls.name)
    assert answer.exit_code == 0
    assert answer.output.splitlines() == [
        "time order · label bought (binary, 50.0 %) · 1 feature · order 0 to 799",
        "guessed: time is order (by its name)",
        "guessed: label is bought (the last column)",
        "guessed: window is 200 rows (the time column counts, it holds no moments)",
        "-> wrote trueup.yaml, every default explained. Next: trueup backtest",
    ]


def test_what_init_writes_passes_check(calls: Path) -> None:
    """The first two commands fit together."""
    assert run("init", calls.name, "--model", "shop", "--metric", "acc").exit_code == 0
    answer = run("check", "--json")
    assert answer.exit_code == 0
    assert json.loads(answer.output) == {
        "valid": True,
        "model": "shop",
        "label": "bought",
        "task": "binary",
        "metric": "accuracy",
        "features": 1,
        "wide": [],
        "window": "200 rows",
        "mode": "suggest",
        "limits": [],
    }


def test_init_answers_a_program_too(calls: Path) -> None:
    """The keys of `init --json` are the documented ones."""
    told = json.loads(run("init", calls.name, "--json").output)
    assert sorted(told) == sorted(
        ["file", "model", "time", "label", "task", "metric", "window", "features", "rows", "guessed", "ignored"]
    )


def test_init_keeps_a_file_that_is_there(calls: Path) -> None:
    """Only --force overwrites."""
    (calls.parent / "trueup.yaml").write_text("mine", encoding="utf-8")
    answer = run("init", calls.name)
    assert answer.exit_code == 2
    assert answer.stderr == "trueup: trueup.yaml: is there already; keep it, or overwrite it with --force\n"
    assert (calls.parent / "trueup.yaml").read_text(encoding="utf-8") == "mine"
    assert run("init", calls.name, "--force").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("init", "nothing.csv"), "nothing.csv: there is no such file; give the path of a Parquet, Arrow or CSV file"),
        (("init", "calls.csv", "--label", "bougth"), "no column is called 'bougth'; did you mean 'bought'?"),
        (("init", "calls.csv", "--metric", "acuracy"), "no metric is called 'acuracy'; did you mean 'accuracy'?"),
        (
            ("init", "calls.csv", "--model", "a b"),
            "model is 'a b'; write letters, digits, dots, dashes and underscores, a letter or digit first, like model:",
        ),
        (("init", "calls.csv", "-p", "no/where.yaml"), "no/where.yaml: cannot be written (No such file or directory)"),
        (("check",), "trueup.yaml: there is no such file; make one with: trueup init FILE"),
    ],
)
def test_wrong_input_is_one_sentence_with_its_mend(calls: Path, words: tuple[str, ...], said: str) -> None:
    """Exit 2, no traceback, the thing named."""
    assert calls.exists()
    answer = run(*words)
    assert answer.exit_code == 2
    assert said in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_check_names_place_and_nearest_key(calls: Path) -> None:
    """Every problem of the file comes in one go."""
    assert run("init", calls.name).exit_code == 0
    path = calls.parent / "trueup.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("window:", "windwo:") + "fedback: {}\n", encoding="utf-8")
    answer = run("check")
    assert answer.exit_code == 2
    assert "no key is called 'windwo'; did you mean 'window'?" in answer.stderr
    assert "no key is called 'fedback'; did you mean 'feedback'?" in answer.stderr


def test_check_finds_a_column_that_the_data_does_not_have(calls: Path) -> None:
    """A file can be well written and still speak of another table."""
    assert run("init", calls.name).exit_code == 0
    path = calls.parent / "trueup.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("label: bought", "label: bougth"), encoding="utf-8")
    answer = run("check")
    assert answer.exit_code == 2
    assert answer.stderr.endswith("label: no column is called 'bougth'; did you mean 'bought'?\n")


def test_check_prints_the_resolved_file_and_the_schema(calls: Path) -> None:
    """Both are whole answers: a project file, and JSON."""
    assert run("init", calls.name).exit_code == 0
    resolved = run("check", "--resolved").output
    assert "keep_skill: 80 %" in resolved
    (calls.parent / "trueup.yaml").write_text(resolved, encoding="utf-8")
    assert run("check", "--resolved").output == resolved
    assert json.loads(run("check", "--schema").output)["title"] == "trueup.yaml"


def test_a_table_of_one_class_is_refused(calls: Path) -> None:
    """Nothing can be learnt where every label is the same, and the reader is told so."""
    rows = pa.table({"order": list(range(300)), "age": list(range(300)), "bought": ["no"] * 300})
    pc.write_csv(rows, calls)
    answer = run("init", calls.name)
    assert answer.exit_code == 2
    assert "bought" in answer.stderr


def test_init_ignores_what_no_model_reads_and_says_why(calls: Path) -> None:
    """Columns that are no features are all named at once, on the screen and in the file, which passes `check`."""
    count = 200
    table = pa.table(
        {
            "order": list(range(count)),
            "age": [1.5, 2.0] * 100,
            "none": pa.nulls(count),
            "more": [[1]] * count,
            "far": [float("-inf"), 1.0] * 100,
            "bought": [0, 1] * 100,
        }
    )
    pq.write_table(table, calls.with_suffix(".parquet"))
    answer = run("init", "calls.parquet")
    assert answer.exit_code == 0
    said = ["none holds no value at all", "more holds list<element: int64>, which no model here reads",
            "far is -inf in row 1 and 99 more"]  # fmt: skip
    assert [line for line in answer.output.splitlines() if "ignored" in line] == [f"ignored: {one}" for one in said]
    text = calls.with_name("trueup.yaml").read_text(encoding="utf-8")
    assert "".join(f"# ignored: {one}\n" for one in said) + "ignore: [none, more, far]" in text.replace("'", "")
    assert run("check").exit_code == 0


def test_init_tells_an_infinite_label(calls: Path) -> None:
    """What would be refused later is said at the beginning, and `check` refuses it."""
    labels = [float("inf"), *(n + 0.5 for n in range(199))]
    pq.write_table(pa.table({"order": list(range(200)), "age": [1.5] * 200, "y": labels}), calls)
    answer = run("init", calls.name)
    assert "mend first: label y is infinite in 1 row; leave these rows out" in answer.output
    refused = run("check")
    assert refused.exit_code == 2
    assert "label 'y' is infinite in 1 row" in refused.output


@pytest.mark.parametrize(
    ("rows", "words"),
    [(99, "has 99 labelled rows, too few to say anything; give 100 or more"), (100, "")],
)
def test_init_refuses_too_few_rows(calls: Path, rows: int, words: str) -> None:
    """Figures about a handful of rows would be chance."""
    pq.write_table(
        pa.table({"order": list(range(rows)), "age": [1.5] * rows, "y": [0.5 + n for n in range(rows)]}), calls
    )
    answer = run("init", calls.name)
    assert answer.exit_code == (2 if words else 0)
    assert words in answer.output
    if words:
        answer = run("backtest", calls.name, "--time", "order", "--label", "y")
        assert answer.exit_code == 2
        assert "the table: has 99 labelled rows, too few" in answer.output


def test_a_file_without_features_is_named(calls: Path) -> None:
    """The owner of several files reads which one it is."""
    pq.write_table(pa.table({"order": list(range(200)), "y": [0, 1] * 100}), calls)
    assert f"{calls.name}: no column is left as a feature" in run("init", calls.name).output
