"""What is wrong with a project file, in sentences: place, fact, mend."""

from __future__ import annotations

from difflib import get_close_matches
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args

from pydantic import ValidationError

from trueup.errors import BadQuantity, BadSettings, UnknownName
from trueup.settings.quantity import plain
from trueup.settings.section import Section
from trueup.settings.sections import ProjectFile, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from pydantic_core import ErrorDetails

    from trueup.settings.places import Document, Key

T = TypeVar("T")

NEAR: Final = 0.65  # as alike as a slip of the fingers leaves two words

EXAMPLES: Final = {
    "trueup": "trueup: 1",
    "model": "model: bank",
    "data": "data: calls.parquet",
    "time": "time: timestamp",
    "label": "label: subscribed",
    "metric": "metric: average_precision",
    "expect": 'expect: "score BETWEEN 0 AND 1"',
    "column": "column: balance",
    "every": "every: 90 days",
    "canary": "canary: 20 %",
    "above": "above: 0.25",
    "code": "code: model.py:build",
    "name": "name: is_probability",
}
PATTERNS: Final = {
    "model": "write letters, digits, dots, dashes and underscores, a letter or digit first",
    "code": "write a Python file beside this one and the function in it",
}
EXPECTED: Final = {
    "string_type": "write text, in quotes where it looks like a number",
    "int_type": "write a whole number",
    "int_parsing": "write a whole number",
    "int_from_float": "write a whole number",
    "float_type": "write a number",
    "float_parsing": "write a number",
    "bool_type": "write true or false",
    "tuple_type": "write a list, like [a, b]",
    "model_type": "write keys below it",
    "dict_type": "write keys below it",
}


class Problems:
    """Collects what does not fit, so that the owner reads all of it in one go."""

    def __init__(self, document: Document) -> None:
        """Start with none."""
        self._document = document
        self._found: list[tuple[tuple[int, int], BadSettings]] = []  # with line and column

    def attempt(self, path: tuple[Key, ...], make: Callable[[], T], otherwise: T) -> T:
        """What `make` gives, or a noted problem at this path and a stand-in that is never used."""
        title = ".".join(key for key in path if isinstance(key, str))
        try:
            return make()
        except BadQuantity as error:
            self.add(path, f"{title}: {error.what}", error.mend)
        except UnknownName as error:
            what, _, mend = str(error).partition("; ")
            self.add(path, f"{title}: {what}", mend)
        return otherwise

    def add(self, path: tuple[Key, ...], what: str, mend: str) -> None:
        """Note a problem at this path."""
        self._found.append((self._document.position(path), BadSettings(self._document.place(path), what, mend)))

    def together(self) -> BadSettings:
        """All problems as one, in the order of the file."""
        return BadSettings.together([problem for _, problem in sorted(self._found, key=itemgetter(0))])

    def stop(self) -> None:
        """Tell all problems, if there are any."""
        if self._found:
            raise self.together()


def checked(document: Document) -> ProjectFile:
    """The project file a document holds, or all its problems in the order of the file."""
    try:
        return settled(ProjectFile.model_validate(document.plain()))
    except ValidationError as error:
        raise _told(document, error) from None


def _told(document: Document, error: ValidationError) -> BadSettings:
    """All problems of one file."""
    # a list whose items were refused counts as empty too: one problem, not two
    real = (one for one in error.errors() if one["type"] != "too_short" or not one["input"])
    found = sorted(real, key=lambda one: document.position(one["loc"]))
    return BadSettings.together([_problem(document, detail["loc"], detail) for detail in found])


def keys_of(section: type[Section]) -> tuple[str, ...]:
    """A section's keys as they are written."""
    return tuple(field.alias or name for name, field in section.model_fields.items())


def all_keys(section: type[Section] = ProjectFile, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every key of the project file with the path to it."""
    below = _sections(section)
    for key in keys_of(section):
        yield (*above, key)
        if key in below:
            yield from all_keys(below[key], (*above, key))


def _problem(document: Document, path: tuple[Key, ...], detail: ErrorDetails) -> BadSettings:
    """One problem, told with its place."""
    unknown = detail["type"] == "extra_forbidden"
    what, mend = _unknown(path, document) if unknown else _sentence(path, detail)
    return BadSettings(document.place(path), what, mend)


def _sentence(path: tuple[Key, ...], detail: ErrorDetails) -> tuple[str, str]:
    """What is wrong, and the mend."""
    name = str(path[-1]) if path else "the file"
    match detail["type"]:
        case "trueup":
            what, _, mend = detail["msg"].partition("; ")
            return (f"{_title(path)}: {what}" if path else what), mend
        case "missing":
            return f"{name} is missing{_in(path[:-1])}", f"add a line, like {EXAMPLES.get(name, name + ': ...')}"
        case "literal_error":
            return _not_one_of(path, detail)
        case "string_pattern_mismatch":
            return f"{_title(path)} is {_shown(detail['input'])}", f"{PATTERNS[name]}, like {EXAMPLES[name]}"
        case kind:
            mend = EXPECTED.get(kind) or _bound(detail.get("ctx", {}), detail["msg"])
            return f"{_title(path)} is {_shown(detail['input'])}", mend


def _unknown(path: tuple[Key, ...], document: Document) -> tuple[str, str]:
    """An unknown key, with the section where it would be known or the nearest known one here."""
    name, above = str(path[-1]), path[:-1]
    section = _section_at(above)
    known = keys_of(section)
    elsewhere = next((place for place in all_keys() if place[-1] == name), None)
    near = get_close_matches(name, known, n=3, cutoff=NEAR)
    if elsewhere is not None:
        mend = f"it belongs {_under(elsewhere[:-1])}"
    elif near:
        there = document.keys(above)
        # of several near ones: first what the file does not have yet, then what it must have
        best = min(near, key=lambda key: (key in there, key not in _required(section)))
        mend = f"did you mean {best!r}?"
    else:
        mend = f"known here: {', '.join(known)}"
    return f"no key is called {name!r}{_in(above)}", mend


def _section_at(path: Sequence[Key]) -> type[Section]:
    """The section at a path of the project file."""
    section: type[Section] = ProjectFile
    for key in path:
        section = _sections(section).get(str(key), section)
    return section


def _required(section: type[Section]) -> frozenset[str]:
    """The keys without a default."""
    return frozenset(field.alias or name for name, field in section.model_fields.items() if field.is_required())


def _not_one_of(path: tuple[Key, ...], detail: ErrorDetails) -> tuple[str, str]:
    """A word that is none of the allowed ones."""
    allowed = str(detail.get("ctx", {}).get("expected", ""))
    words = allowed.replace(" or ", ", ").replace("'", "").split(", ")
    near = get_close_matches(str(detail["input"]), words, n=1, cutoff=NEAR)
    mend = f"did you mean {near[0]!r}?" if near else f"write {allowed.replace(chr(39), '')}"
    return f"{_title(path)} is {_shown(detail['input'])}", mend


def _bound(context: Mapping[str, Any], message: str) -> str:  # Any: pydantic's own
    """A bound that was passed, in words."""
    for key, words in (("ge", "at least"), ("le", "at most"), ("gt", "more than"), ("lt", "less than")):
        if key in context:
            return f"write {words} {plain(context[key])}"
    for key, words in (("min_length", "at least"), ("max_length", "at most")):
        if key in context:
            return f"write {words} {context[key]}"
    return f"write another one ({message[:1].lower()}{message[1:]})"


def _sections(section: type[Section]) -> dict[str, type[Section]]:
    """The sections below the keys of a section."""
    return {
        field.alias or name: below
        for name, field in section.model_fields.items()
        for below in _section_types(field.annotation)
    }


def _section_types(annotation: object) -> Iterator[type[Section]]:
    """The sections a type speaks of, however deep in lists and unions."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for part in get_args(annotation):
        yield from _section_types(part)


def _title(path: Sequence[Key]) -> str:
    """A key with the sections above it, without the numbers of list items and the tags of unions."""
    return ".".join(str(key) for key in path if isinstance(key, str) and key not in {"calibrated", "limit"})


def _in(path: Sequence[Key]) -> str:
    """Where, unless it is the top."""
    title = _title(path)
    return f" in {title}" if title else ""


def _under(path: Sequence[str]) -> str:
    """Which section a key belongs to."""
    return f"under {'.'.join(path)}:" if path else "at the top, without indent"


def _shown(value: object) -> str:
    """A value as people wrote it, in short."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return f"a list of {len(value)}"
    return "empty" if value is None else repr(value)
