"""Does every file and function still fit into one head?"""

from __future__ import annotations

import ast
from typing import Final

from architecture.sources import Function, Source, sources

FILE_LINES: Final = 300
FUNCTION_LINES: Final = 40  # the docstring is not counted
BRANCHES: Final = 8  # a `match` is one, however many arms a closed union has
PARAMETERS: Final = 6  # self and cls are not counted

BRANCHING: Final = (ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.Match)


def everything() -> tuple[Source, ...]:
    """What the budget holds for: the package and its tests."""
    return sources("src", "tests")


def lines(function: Function) -> int:
    """How many lines a function takes without its docstring."""
    whole = (function.end_lineno or function.lineno) - function.lineno + 1
    first = function.body[0]
    documented = ast.get_docstring(function, clean=False) is not None
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0)


def branches(function: Function) -> int:
    """How many times a function branches, functions inside it left out."""
    count, stack = 0, list[ast.AST](function.body)
    while stack:
        node = stack.pop()
        count += isinstance(node, BRANCHING)
        inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        stack.extend([] if inner else ast.iter_child_nodes(node))
    return count


def parameters(function: Function) -> int:
    """How many parameters a caller has to know."""
    arguments = function.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    starred = [one for one in (arguments.vararg, arguments.kwarg) if one]
    return len([one for one in [*named, *starred] if one.arg not in {"self", "cls"}])


def test_a_file_has_at_most_300_lines() -> None:
    """A file that has grown past 300 lines is cut at its seam."""
    long = [f"{one.name}: {len(one.text.splitlines())}" for one in everything()]
    assert not [line for line in long if int(line.rsplit(" ", 1)[1]) > FILE_LINES]


def test_a_function_has_at_most_40_lines() -> None:
    """A function says one thing, in at most 40 lines beside its docstring."""
    found = [(one.at(node), node.name, lines(node)) for one in everything() for node in one.functions()]
    assert not [one for one in found if one[2] > FUNCTION_LINES]


def test_a_function_branches_at_most_8_times() -> None:
    """The ways through a function can be counted on two hands."""
    found = [(one.at(node), node.name, branches(node)) for one in everything() for node in one.functions()]
    assert not [one for one in found if one[2] > BRANCHES]


def test_a_function_has_at_most_6_parameters() -> None:
    """More than six things to say at once are a record with a name."""
    found = [(one.at(node), node.name, parameters(node)) for one in everything() for node in one.functions()]
    assert not [one for one in found if one[2] > PARAMETERS]


def test_the_budget_counts_what_it_says() -> None:
    """Docstrings, self and inner functions are left out; a match counts once."""
    text = '''
class A:
    def f(self, a, /, b, *rest, c, **more):
        """Two lines
        of docstring."""
        match a:
            case 1:
                return [x if x else 0 for x in b]
            case _:
                pass
        def g():
            if a: pass
'''
    method = next(node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
    assert (lines(method), branches(method), parameters(method)) == (8, 2, 5)
