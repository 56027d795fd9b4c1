"""Does `check` try what the owner wrote on the rows that are there?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest

from trueup.errors import BadSettings
from trueup.settings import load

if TYPE_CHECKING:
    from pathlib import Path

HEAD: Final = (
    "trueup: 1\nmodel: shop\ndata: rows.parquet\ntime: order\nlabel: bought\nmetric: accuracy\nwindow: 100 rows\n"
)
KPI: Final = "monitor: {kpis: [{name: profit, code: kpi.py:Profit}]}\n"
SUMS: Final = "{'rows': len(rows), 'paid': float(rows['price'].sum())}"
CODE: Final = """\
class Profit:
    def observe(self, rows):
        return OBSERVED

    def value(self, sums):
        return sums['paid'] / sums['rows']
"""


def check(folder: Path, text: str, *, rows: int = 500, **files: str) -> None:
    """What `trueup check` looks at."""
    (folder / "trueup.yaml").write_text(HEAD + text, encoding="utf-8")
    for name, content in files.items():
        (folder / f"{name}.py").write_text(content, encoding="utf-8")
    dice = np.random.default_rng(1)
    columns = {
        "order": pa.array(range(rows)),
        "price": pa.array(dice.lognormal(size=rows).tolist()),
        "contact": pa.array(["north" if row % 3 else "south" for row in range(rows)]),
        "bought": pa.array([row % 2 for row in range(rows)]),
    }
    load(folder).check(pa.table(columns))


@pytest.mark.parametrize(
    ("observed", "words"),
    [
        ("{'paid': rows['prize'].sum(), 'rows': 1}", "observe() raised KeyError ('prize')"),
        ("{'rows': 1, 'paid': rows['price'].mean()}", "observe() of all rows is not the sum of observe() of their"),
        ("{'rows': float('nan'), 'paid': 1}", "or one that is not finite"),
        ("{'sold': len(rows)}", "value() raised KeyError ('paid')"),
    ],
)
def test_a_kpi_that_fails_is_told_with_file_and_mend(tmp_path: Path, observed: str, words: str) -> None:
    """Before it leaves a hole in the first live window."""
    with pytest.raises(BadSettings) as raised:
        check(tmp_path, KPI, kpi=CODE.replace("OBSERVED", observed))
    assert "trueup.yaml:8:" in str(raised.value)
    assert "kpi.py:Profit, tried on 300 rows of rows.parquet" in str(raised.value)
    assert words in str(raised.value)


def test_code_that_cannot_be_loaded_is_told(tmp_path: Path) -> None:
    """A KPI's and a recipe's, both in one go."""
    with pytest.raises(BadSettings) as raised:
        check(
            tmp_path,
            f"{KPI}train: {{code: model.py:build}}\n",
            kpi="import nowhere\nProfit = 1",
            model="def build():\n    return {}",
        )
    kpi, recipe = str(raised.value).splitlines()
    assert "No module named 'nowhere'" in kpi
    assert kpi.endswith("mend kpi.py")
    assert "model.py:build returned dict; return an object with fit and predict" in recipe


def test_code_that_works_is_valid(tmp_path: Path) -> None:
    """Sums that add up, and a number from them; also on few rows."""
    check(tmp_path, KPI, kpi=CODE.replace("OBSERVED", SUMS))
    check(tmp_path, KPI, rows=120, kpi=CODE.replace("OBSERVED", SUMS))


def test_a_level_that_no_row_has_is_refused(tmp_path: Path) -> None:
    """With the nearest one; of a sensitive column none is named."""
    slo = 'decide: {triggers: [{slo: {slice: "contact = LEVEL", at_least: 0.5}}]}'
    text = f"monitor: {{slices: [{{column: contact}}]}}\n{slo}\n"
    check(tmp_path, text.replace("LEVEL", "north"))
    with pytest.raises(BadSettings, match="did you mean 'contact = north'"):
        check(tmp_path, text.replace("LEVEL", "nortth"))
    hidden = f"sensitive: [contact]\n{text}"
    check(tmp_path, hidden.replace("LEVEL", "north"))
    with pytest.raises(BadSettings, match="no row has 'contact = nortth'; write a level of contact as the data has it"):
        check(tmp_path, hidden.replace("LEVEL", "nortth"))
