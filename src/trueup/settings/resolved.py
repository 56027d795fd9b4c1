"""How does a project file look with nothing left unsaid?"""

from __future__ import annotations

from dataclasses import fields
from io import StringIO
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from trueup.loop.policy import Cadence, TrainPolicy, Windowing
from trueup.settings.section import Section
from trueup.settings.sections import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WIDTH: Final = 44  # column at which explanations begin
_CONSTANTS: Final = ("blend_windows", "calibration_windows", "remedy_decay")


def words(section: Section) -> dict[str, Any]:  # Any: the values of a YAML file
    """Every key of a section with its value as people write it; keys that say nothing are left out."""
    values: dict[str, Any] = _said(section.model_dump(mode="json", by_alias=True))
    return values


def resolved_yaml(file: ProjectFile) -> str:
    """The project file with every default, and the constants that are no settings."""
    return f"{explained(file)}{_constants()}"


def explained(file: ProjectFile) -> str:
    """The project file with every default, each key with what it is for."""
    yaml = YAML(typ="rt")
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    out = StringIO()
    yaml.dump(_commented(words(file), file), out)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"


def json_schema() -> dict[str, Any]:  # Any: a JSON Schema
    """The project file's JSON Schema, for editors."""
    schema = ProjectFile.model_json_schema(by_alias=True)
    models = {model.__name__: model for model in Section.__subclasses__()}
    for name, part in (("ProjectFile", schema), *schema.get("$defs", {}).items()):
        said = _said(models[name].model_construct().model_dump(mode="json", by_alias=True, warnings=False))
        for key, entry in part["properties"].items():
            entry.pop("title", None)
            entry.pop("default", None)
            if key in said and not isinstance(said[key], dict):
                entry["default"] = said[key]
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "trueup.yaml"}


def _said(node: Any) -> Any:  # noqa: ANN401 - the values of a YAML file
    """A tree without the keys that say nothing."""
    if isinstance(node, dict):
        return {key: _said(value) for key, value in node.items() if value is not None}
    if isinstance(node, list):
        return [_said(item) for item in node]
    return node


def _commented(values: Mapping[str, Any], section: Section, depth: int = 0) -> CommentedMap:
    """A section as YAML with an explanation behind every key."""
    described = {field.alias or name: (name, field) for name, field in type(section).model_fields.items()}
    node = CommentedMap()
    for key, value in values.items():
        name, field = described[key]
        below = getattr(section, name)
        node[key] = _commented(value, below, depth + 1) if isinstance(below, Section) else _flow(value)
        node.yaml_add_eol_comment(field.description or "", key, column=max(WIDTH, _end(key, node[key], depth)))
    return node


def _flow(value: Any) -> Any:  # noqa: ANN401 - the values of a YAML file
    """Short lists stand on one line, lists of mappings have a line an item."""
    if isinstance(value, dict):
        mapping = CommentedMap({key: _flow(below) for key, below in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, list):
        sequence = CommentedSeq([_flow(item) for item in value])
        if not any(isinstance(item, dict) for item in value):
            sequence.fa.set_flow_style()
        return sequence
    return value


def _end(key: str, value: object, depth: int) -> int:
    """Where a line ends, about, so that its explanation begins after it."""
    below = isinstance(value, CommentedSeq) and isinstance(next(iter(value), None), dict)
    block = below or isinstance(value, CommentedMap)
    return 2 * depth + len(key) + 4 + (0 if block else len(str(value)))


def _constants() -> str:
    """What is measured once for every stream and no setting, as comments."""
    lines = [*_values(Cadence()), *(line for line in _values(TrainPolicy()) if line[0] in _CONSTANTS)]
    lines.append(("ticks", Windowing(unit="rows", length=1).ticks))
    return "\n# constants, one set for every stream, no settings\n" + "".join(f"#   {k}: {v}\n" for k, v in lines)


def _values(record: Cadence | TrainPolicy) -> Iterator[tuple[str, object]]:
    """A record's names and values."""
    return ((field.name, getattr(record, field.name)) for field in fields(record))
