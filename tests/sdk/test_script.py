"""Can a plain script play a backtest?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from sdk.shop import open_shop

if TYPE_CHECKING:
    from pathlib import Path

SCRIPT = """\
import trueup
print("once")
run = trueup.open("trueup.yaml").backtest("rows.parquet")
print(run.summary)
"""


def test_the_three_lines_of_the_readme_run_as_a_script_without_a_guard(tmp_path: Path) -> None:
    """The script runs once, although parts of the backtest run in processes of their own."""
    open_shop(tmp_path, rows=2000)
    (tmp_path / "script.py").write_text(SCRIPT, encoding="utf-8")

    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.count("once") == 1
    assert "8 windows" in done.stdout
