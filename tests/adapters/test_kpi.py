"""Is the owner's KPI asked as its documentation says, and is nonsense told?"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pyarrow as pa
import pytest

from trueup.adapters.models.kpi import MOST_SUMS, CodedKpi
from trueup.errors import BadAnswer, NotFound, UsageError

DOCS: Final = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
PROFIT: Final = """
class Profit:
    def observe(self, rows):
        sent = rows["score"] > 0.5
        return {"sent": sent.sum(), "won": (sent & (rows["label"] == 1)).sum()}

    def value(self, sums):
        return (40.0 * sums["won"] - 1.5 * sums["sent"]) / sums["sent"] if sums["sent"] else None
"""
TABLE: Final = pa.table({"score": [0.9, 0.8, 0.1], "label": [1.0, 0.0, 1.0]})


def kpi(folder: Path, text: str, name: str = "Profit") -> CodedKpi:
    """The KPI that a file defines."""
    (folder / "kpi.py").write_text(text, encoding="utf-8")
    return CodedKpi(folder, "profit", f"kpi.py:{name}")


def test_the_example_of_the_documentation_observes_and_values(tmp_path: Path) -> None:
    """Sums by name, the value of them, and no error where the owner gives none."""
    code = re.search(r"```python\n(class Profit:.*?)```", DOCS.read_text(encoding="utf-8"), re.DOTALL)
    assert code is not None
    profit = kpi(tmp_path, code[1])
    sums = profit.observe(TABLE)
    assert sums == {"sent": 2.0, "won": 1.0}
    assert profit.value(sums) == pytest.approx(18.5)
    assert profit.value({"sent": 0.0, "won": 0.0}) is None
    assert profit.standard_error(sums) is None
    assert len(profit.code_hash) == 64


def test_a_function_may_give_the_object_and_sums_may_be_a_list(tmp_path: Path) -> None:
    """What train.code does works here too; an error that the owner gives is taken."""
    text = """
class Mean:
    def observe(self, rows):
        return [len(rows), rows["score"].sum()]

    def value(self, sums):
        return sums["1"] / sums["0"]

    def standard_error(self, sums):
        return 0.25

def make():
    return Mean()
"""
    mean = kpi(tmp_path, text, "make")
    assert mean.value(mean.observe(TABLE)) == pytest.approx(0.6)
    assert mean.standard_error({}) == 0.25


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("        return {'a': rows['nope'].sum()}", "KeyError"),
        ("        return {'a': float('inf')}", "not finite"),
        (f"        return [1.0] * {MOST_SUMS + 1}", f"{MOST_SUMS + 1} sums"),
        ("        return 'a'", "ValueError"),
    ],
)
def test_what_the_code_gets_wrong_is_told(tmp_path: Path, body: str, said: str) -> None:
    """It never stops the loop: BadAnswer, with the KPI's name."""
    broken = kpi(
        tmp_path, f"class Profit:\n    def observe(self, rows):\n{body}\n    def value(self, sums):\n        1 / 0\n"
    )
    with pytest.raises(BadAnswer, match=said):
        broken.observe(TABLE)
    with pytest.raises(BadAnswer, match=r"KPI profit: value\(\) raised ZeroDivisionError"):
        broken.value({})


def test_an_object_without_the_pair_is_refused_at_the_start(tmp_path: Path) -> None:
    """Before any row is looked at."""
    with pytest.raises(UsageError, match=r"without observe\(\)"):
        kpi(tmp_path, "class Profit:\n    def value(self, sums):\n        return 1.0\n")
    with pytest.raises(NotFound, match=r"Loss in kpi\.py"):
        kpi(tmp_path, PROFIT, "Loss")
