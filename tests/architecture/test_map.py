"""Is the folder listing still the loop, and does every room say what it is for?"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from architecture.sources import ROOT, sources

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE: Final = ROOT / "src" / "trueup"
LOOP: Final = PACKAGE / "loop"
ROOMS: Final = ("feedback", "monitor", "decide", "train", "validate", "deploy")  # in the order of the loop


def folders(top: Path) -> list[Path]:
    """The package folders below one, caches and data left out."""
    below = [path for path in top.rglob("*") if path.is_dir()]
    return [path for path in below if "__pycache__" not in path.parts and PACKAGE / "data" not in (path, *path.parents)]


def says_something(path: Path) -> bool:
    """Whether a file holds more than a docstring and imports."""
    body = ast.parse(path.read_text(encoding="utf-8")).body
    return any(not isinstance(node, ast.Expr | ast.Import | ast.ImportFrom) for node in body)


def test_the_loop_has_the_rooms_of_the_design_and_no_other() -> None:
    """A folder directly in the loop is one of its six rooms, or the heart that drives them."""
    assert {path.name for path in folders(LOOP) if path.parent == LOOP} <= {*ROOMS, "advance"}


def test_a_folder_exists_only_with_content() -> None:
    """No folder of the package waits empty for code to come."""
    empty = [
        path.relative_to(ROOT).as_posix()
        for path in folders(PACKAGE)
        if not any(says_something(file) for file in path.rglob("*.py"))
    ]
    assert not empty


def test_every_folder_is_a_package() -> None:
    """A folder without `__init__.py` would be seen by Python and missed by the import contracts."""
    bare = [path.relative_to(ROOT).as_posix() for path in folders(PACKAGE) if not (path / "__init__.py").is_file()]
    assert not bare


def test_the_map_names_every_room() -> None:
    """The docstring of `trueup.loop` names each room that exists."""
    text = ast.get_docstring(ast.parse((LOOP / "__init__.py").read_text(encoding="utf-8"))) or ""
    assert not [room for room in ROOMS if (LOOP / room).is_dir() and room not in text]


def test_every_module_says_what_it_is_for() -> None:
    """Each module opens with a docstring, in the package and in its tests."""
    assert not [one.name for one in sources("src", "tests") if not ast.get_docstring(one.tree)]


def test_every_test_is_a_promise() -> None:
    """Each test function has a docstring: the promise it keeps."""
    silent = [
        f"{one.at(node)} {node.name}"
        for one in sources("tests")
        for node in one.functions()
        if node.name.startswith("test_") and not ast.get_docstring(node)
    ]
    assert not silent
