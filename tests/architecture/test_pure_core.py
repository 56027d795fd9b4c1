"""Does the core only compute? It opens nothing, asks no clock, rolls no dice."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

import pytest

from architecture.sources import sources

if TYPE_CHECKING:
    from collections.abc import Iterator

CORE: Final = ("src/trueup/loop", "src/trueup/stats")

CALLS: Final = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"})
MODULES: Final = frozenset(
    {"asyncio", "concurrent", "ctypes", "datetime", "http", "importlib", "io", "logging", "multiprocessing", "os"}
    | {"pathlib", "pickle", "random", "secrets", "select", "shutil", "signal", "socket", "sqlite3", "ssl", "subprocess"}
    | {"sys", "tempfile", "threading", "time", "urllib", "uuid", "zoneinfo"}
)
NUMPY_IO: Final = frozenset(
    {"fromfile", "fromregex", "genfromtxt", "load", "loadtxt", "memmap", "save", "savetxt", "savez", "savez_compressed"}
)
CLOCKS: Final = frozenset({"now", "today", "utcnow", "monotonic", "perf_counter"})


def impurities(tree: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    """Every node that reaches for the world, with what it reaches for."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in CALLS:
                yield node, f"calls {name}()"
            case ast.Import(names=names):
                yield from ((node, f"imports {one.name}") for one in names if one.name.split(".")[0] in MODULES)
                yield from ((node, "imports numpy.random") for one in names if one.name == "numpy.random")
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in MODULES or module == "numpy.random":
                yield node, f"imports {module}"
            case ast.ImportFrom(module="numpy", names=names):
                yield from ((node, f"imports numpy.{one.name}") for one in names if one.name in {"random", *NUMPY_IO})
            case ast.Attribute(value=ast.Name(id="np" | "numpy"), attr=name) if name in {"random", *NUMPY_IO}:
                yield node, f"uses numpy.{name}"
            case ast.Call(func=ast.Attribute(attr=name)) if name in CLOCKS:
                yield node, f"asks a clock: {name}()"
            case _:
                continue


def test_the_core_reaches_for_nothing() -> None:
    """The same event always gives the same decision: nothing in the core depends on where or when it runs."""
    found = [f"{one.at(node)} {what}" for one in sources(*CORE) for node, what in impurities(one.tree)]
    assert not found


@pytest.mark.parametrize(
    "text",
    [
        "open('a')",
        "print(1)",
        "import os.path",
        "from time import time",
        "from pathlib import Path",
        "from numpy.random import default_rng",
        "from numpy import random",
        "import numpy as np; np.random.default_rng()",
        "import numpy as np; np.load('a')",
        "moment.now()",
    ],
)
def test_the_reader_sees_each_way_out(text: str) -> None:
    """Each kind of reaching out is recognised, so a clean result means something."""
    assert list(impurities(ast.parse(text)))
