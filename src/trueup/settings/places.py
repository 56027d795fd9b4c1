"""Where in the project file does a value stand?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.constructor import DuplicateKeyError, RoundTripConstructor
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from trueup.errors import BadSettings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

Key = str | int


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file as read, with the place of every key."""

    file: str  # what messages call it
    tree: CommentedMap

    def plain(self) -> dict[str, Any]:  # Any: YAML holds what people write; pydantic checks it
        """The values without their places."""
        values: dict[str, Any] = _plain(self.tree)
        return values

    def place(self, path: Sequence[Key]) -> str:
        """File, line and column of the deepest key of the path that stands in the file."""
        line, col = self.position(path)
        return f"{self.file}:{line}:{col}"

    def position(self, path: Sequence[Key]) -> tuple[int, int]:
        """Line and column, counted from 1; keys that are not in the file are passed over."""
        line, col = 0, 0
        node: object = self.tree
        for key in path:
            found = _step(node, key)
            if found is not None:
                (line, col), node = found
        return line + 1, col + 1

    def keys(self, path: Sequence[Key]) -> tuple[str, ...]:
        """The keys that stand at a path."""
        node: object = self.tree
        for key in path:
            found = _step(node, key)
            node = node if found is None else found[1]
        return tuple(str(key) for key in node) if isinstance(node, CommentedMap) else ()


def read_document(path: Path) -> Document:
    """Read a YAML mapping, or say where it is broken."""
    file = path.name
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise BadSettings(str(path), "there is no such file", "make one with: trueup init FILE") from None
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(str(path), f"cannot be read ({error})", "make it a readable text file") from error
    return parse_document(file, text)


def parse_document(file: str, text: str) -> Document:
    """A YAML mapping from its text; `file` is what messages call it."""
    try:
        tree = _reader().load(text)
    except DuplicateKeyError as error:
        raise BadSettings(_mark(file, error), "the same key stands twice", "keep one of the two lines") from error
    except MarkedYAMLError as error:
        what = f"this is no YAML ({error.problem or error.context})"
        raise BadSettings(_mark(file, error), what, "look at indent, colons and quotes here and just above") from error
    except YAMLError as error:
        raise BadSettings(file, f"this is no YAML ({error})", "take out what is no plain text") from error
    if not isinstance(tree, CommentedMap):
        raise BadSettings(f"{file}:1:1", "the file holds no keys", "begin with: trueup: 1")
    return Document(file=file, tree=tree)


class _AsWritten(RoundTripConstructor):
    """Dates stay the text that people wrote: what is no date is told where it is used."""


_AsWritten.add_constructor("tag:yaml.org,2002:timestamp", RoundTripConstructor.construct_yaml_str)


def _reader() -> YAML:
    """A reader that keeps places."""
    yaml = YAML(typ="rt")
    yaml.Constructor = _AsWritten
    return yaml


def _step(node: object, key: Key) -> tuple[tuple[int, int], object] | None:
    """One key down: where it stands, and what is below it; nothing where the key is not in the file."""
    if isinstance(node, CommentedMap) and key in node:
        return node.lc.key(key), node[key]
    if isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
        return node.lc.item(key), node[key]
    return None


def _plain(node: object) -> Any:  # noqa: ANN401 - YAML holds what people write; pydantic checks it
    """A tree of plain Python values."""
    match node:
        case CommentedMap():
            return {str(key): _plain(value) for key, value in node.items()}
        case CommentedSeq():
            return [_plain(item) for item in node]
        case bool() | None:
            return node
        case int():
            return int(node)
        case float():
            return float(node)
        case _:
            return str(node)


def _mark(file: str, error: MarkedYAMLError) -> str:
    """The place a YAML error points at."""
    mark = error.problem_mark or error.context_mark
    return file if mark is None else f"{file}:{mark.line + 1}:{mark.column + 1}"
