"""Does every exception to a rule give its reason?"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from typing import TYPE_CHECKING, Final

import pytest

from architecture.sources import ROOT, sources

if TYPE_CHECKING:
    from collections.abc import Iterator

# Each kind of exception, and how it looks with its reason.
ARGUED: Final = {
    "noqa": re.compile(r"#\s*noqa: [A-Z]+[0-9]+(?:, ?[A-Z]+[0-9]+)* - \S+"),
    "type: ignore": re.compile(r"#\s*type: ignore\[[a-z0-9, -]+\]\s+# \S+"),
    "pragma: no cover": re.compile(r"#\s*pragma: no cover - \S+"),
    "fmt: off": re.compile(r"#\s*fmt: off - \S+"),
}
SKIPS: Final = frozenset({"skip", "skipif", "xfail", "importorskip"})


def unargued(text: str) -> Iterator[str]:
    """The comments that switch a rule off and do not say why."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        for kind, argued in ARGUED.items():
            if re.match(rf"#+\s*{kind}", token.string.strip()) and not argued.search(token.string):
                yield f"{token.start[0]} {token.string}"


def unargued_skips(tree: ast.AST) -> Iterator[int]:
    """The lines that skip a test, or expect it to fail, and do not say why."""
    marks = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call) and says_why(node)}
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id="pytest") | ast.Attribute(attr="mark"), attr=name) if name in SKIPS:
                if id(node) not in marks:
                    yield node.lineno
            case _:
                continue


def says_why(call: ast.Call) -> bool:
    """Whether a call gives a reason, by keyword or, for pytest.skip, as its first words."""
    by_keyword = any(word.arg == "reason" for word in call.keywords)
    is_skip = isinstance(call.func, ast.Attribute) and call.func.attr == "skip"
    return by_keyword or (is_skip and bool(call.args))


def test_every_switched_off_rule_says_why() -> None:
    """A linter or type checker is overruled only with a reason on the same line."""
    assert not [f"{one.name}:{found}" for one in sources("src", "tests") for found in unargued(one.text)]


def test_every_skipped_test_says_why() -> None:
    """A test is skipped, or expected to fail, only with a reason."""
    assert not [f"{one.name}:{line}" for one in sources("tests") for line in unargued_skips(one.tree)]


def test_every_rule_left_out_is_argued_on_its_line() -> None:
    """The settings switch no rule off without a comment beside it."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    lint = text.split("[tool.ruff.lint]", 1)[1].split("[tool.ruff.lint.flake8-tidy-imports", 1)[0]
    codes = [line for line in lint.splitlines() if re.match(r'\s+"[A-Z]+[0-9]*",', line)]
    assert codes
    assert not [line for line in codes if not re.search(r",\s+# \S+", line)]


@pytest.mark.parametrize("text", ["x = 1  # noqa", "x = 1  # noqa: E501", "x = 1  # type: ignore[misc]"])
def test_a_bare_ignore_is_seen(text: str) -> None:
    """An ignore without a reason is found, so a clean result means something."""
    assert list(unargued(text + "\n"))


@pytest.mark.parametrize("text", ["@pytest.mark.skip\ndef f(): ...", "pytest.mark.xfail(strict=True)", "pytest.skip()"])
def test_a_bare_skip_is_seen(text: str) -> None:
    """A skip without a reason is found."""
    assert list(unargued_skips(ast.parse(text)))


def test_an_argued_ignore_passes() -> None:
    """The forms that the house asks for are the forms that pass."""
    text = "a = 1  # noqa: E501, S101 - shown as printed\nb = 2  # type: ignore[misc]  # the stub is wrong\n"
    assert not list(unargued(text))
    assert not list(unargued_skips(ast.parse("pytest.mark.skipif(True, reason='needs two cores')")))
