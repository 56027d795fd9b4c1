"""Is what a project file gets wrong about its data and folder told in one go?"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pytest

from settings.shortest import SHORT
from trueup.errors import BadSettings
from trueup.settings import load

if TYPE_CHECKING:
    from pathlib import Path

RULES: Final = """\
ignore: [subscribed, nr]
sensitive: [aeg]
monitor:
  rules:
    - {name: a, expect: "nope > 1"}
    - {name: a, expect: "age + 1"}
decide: {triggers: [{rule: polite}]}
train: {code: model.py:build}
"""


def test_what_the_data_and_the_folder_contradict_is_told_together(tmp_path: Path) -> None:
    """Columns, rules, names and the recipe are looked at in one go, in the order of the file."""
    (tmp_path / "trueup.yaml").write_text(SHORT + RULES, encoding="utf-8")
    when = [datetime(2024, 3, 1) + timedelta(hours=n) for n in range(4)]  # noqa: DTZ001 - as files hold it
    lists = pa.array([[1]] * 4)
    table = pa.table({"timestamp": when, "age": [1.0] * 4, "nr": lists, "more": lists, "subscribed": [0, 1] * 2})
    with pytest.raises(BadSettings) as raised:
        load(tmp_path).check(table)
    assert [line.partition(";")[0] for line in str(raised.value).splitlines()] == [
        (
            "trueup.yaml:3:1: calls.parquet has columns that can be no features: "
            "'more' holds list<item: int64>, which no model here reads"
        ),
        "trueup.yaml:7:10: ignore: 'subscribed' is the label column",
        "trueup.yaml:8:13: sensitive: no feature is called 'aeg'",
        "trueup.yaml:11:17: monitor.rules.expect: cannot work out 'nope > 1' (unable to find column \"nope\")",
        "trueup.yaml:12:8: two rules are called 'a'",
        "trueup.yaml:12:17: monitor.rules.expect: 'age + 1' is no condition, it gives Float64",
        "trueup.yaml:13:22: decide.triggers.rule: no rule is called 'polite'",
        "trueup.yaml:14:9: train.code: there is no file model.py beside trueup.yaml",
    ]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("def build(:\n", "model.py is no Python in line 1"),
        ("def fit(): ...\n", "model.py defines no build"),
    ],
)
def test_a_recipe_must_be_python_and_define_what_is_named(tmp_path: Path, source: str, words: str) -> None:
    """It is read first, and run once where nothing is wrong so far."""
    (tmp_path / "trueup.yaml").write_text(SHORT + "train: {code: model.py:build}\n", encoding="utf-8")
    (tmp_path / "model.py").write_text(source, encoding="utf-8")
    when = [datetime(2024, 3, 1) + timedelta(hours=n) for n in range(4)]  # noqa: DTZ001 - as files hold it
    table = pa.table({"timestamp": when, "age": [1.0] * 4, "subscribed": [0, 1] * 2})
    with pytest.raises(BadSettings, match=words):
        load(tmp_path).check(table)
    (tmp_path / "model.py").write_text("from .own import build\n", encoding="utf-8")
    with pytest.raises(BadSettings, match="ModuleNotFoundError"):
        load(tmp_path).check(table)
    own = "class build:\n    def fit(self, X, y): ...\n    def predict(self, X): ...\n"
    (tmp_path / "own.py").write_text(own, encoding="utf-8")
    assert load(tmp_path).check(table).train.code == "model.py:build"


def test_a_trigger_on_far_rows_needs_somebody_who_counts_them(tmp_path: Path) -> None:
    """`outliers: none` and `ood` contradict each other; each alone is fine, and `ood: {}` has its defaults."""
    rows = [1.0, 2.0, 3.0, 4.0]
    table = pa.table({"timestamp": rows, "age": rows, "subscribed": [0, 1] * 2})
    ood, none = "window: 2 rows\ndecide: {triggers: [{ood: {}}]}\n", "monitor: {outliers: none}\n"
    (tmp_path / "trueup.yaml").write_text(SHORT + none + ood, encoding="utf-8")
    with pytest.raises(BadSettings, match="ood needs rows that are measured"):
        load(tmp_path).policy_for(table)
    (tmp_path / "trueup.yaml").write_text(SHORT + ood, encoding="utf-8")
    (trigger,) = load(tmp_path).policy_for(table).decide.triggers
    assert (trigger.name, dict(trigger.settings)) == ("ood", {"above": 0.15, "windows": 2.0})
