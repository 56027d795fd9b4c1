"""Does a command start at once? Nothing heavy is loaded before it is used."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

import trueup

HEAVY: Final = frozenset(
    {"altair", "deltalake", "httpx", "lightgbm", "numpy", "pandas", "polars", "pyarrow", "pydantic", "scipy"}
    | {"sklearn", "sqlalchemy", "starlette", "uvicorn"}
)


def loaded_by(statement: str) -> frozenset[str]:
    """The top-level modules that a fresh process holds after one statement."""
    code = f"{statement}; import sys; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return frozenset(done.stdout.split())


@pytest.mark.parametrize("statement", ["import trueup", "from trueup.cli import main"])
def test_nothing_heavy_is_loaded_before_it_is_used(statement: str) -> None:
    """Importing the package, or its command line, loads no engine: `trueup --help` answers at once."""
    assert not loaded_by(statement) & HEAVY


def test_the_lazy_names_are_the_sdks() -> None:
    """`trueup.open` and `trueup.Client` are what `trueup.sdk` offers under those names."""
    from trueup import sdk

    assert trueup.open is sdk.open_project
    assert trueup.Client is sdk.Client
    assert set(dir(trueup)) >= {"Client", "open", "__version__"}


def test_a_wrong_name_lists_the_right_ones() -> None:
    """Asking the package for a name it lacks says which it has."""
    with pytest.raises(AttributeError, match="it has Client, Unanswered, __version__, open"):
        getattr(trueup, "opne")  # noqa: B009 - a plain attribute would not type-check, and must not
