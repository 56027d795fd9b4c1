"""Does what we print of a project file say everything, and mean the same when read again?"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pytest

from trueup.errors import BadSettings
from trueup.runtime.features import infer_schema
from trueup.settings import load
from trueup.settings.guess import guess
from trueup.settings.problems import all_keys
from trueup.settings.resolved import json_schema, words
from trueup.settings.template import Said, draft, template, write_new

if TYPE_CHECKING:
    from trueup.settings import Settings
    from trueup.settings.sections import ProjectFile

DOCS: Final = Path(__file__).resolve().parents[2] / "docs" / "settings.md"
TABLE: Final = pa.table({"order": list(range(500)), "age": [20 + n % 40 for n in range(500)], "bought": [0, 1] * 250})


def made(folder: Path, model: str | None = "bank") -> ProjectFile:
    """The project file that `init` would write for a small table."""
    schema = infer_schema(TABLE, label="bought", time="order")
    target = folder / "trueup.yaml"
    found = guess(TABLE, where="calls.csv")
    return draft(target, folder / "calls.csv", found, schema, Said(model=model, metric="acc"))


def read(folder: Path, text: str) -> Settings:
    """A project file from its text."""
    (folder / "trueup.yaml").write_text(text, encoding="utf-8")
    return load(folder)


def test_the_resolved_file_says_every_key(tmp_path: Path) -> None:
    """Nothing is left to a default that the reader would have to know."""
    text = read(tmp_path, template(made(tmp_path))).resolved_yaml()
    top = {key[0] for key in all_keys() if len(key) == 1}
    assert {line.partition(":")[0] for line in text.splitlines() if re.match(r"[a-z_]+:", line)} == top
    for key in all_keys():
        if len(key) == 2 and key[0] not in {"monitor", "decide"}:
            assert re.search(rf"^  {key[1]}:", text, re.MULTILINE), key


def test_the_resolved_file_reads_back_as_itself(tmp_path: Path) -> None:
    """What is printed is a project file, and the same one."""
    first = read(tmp_path, template(made(tmp_path)))
    second = read(tmp_path, first.resolved_yaml())
    assert words(second.file) == words(first.file)
    assert second.resolved_yaml() == first.resolved_yaml()


def test_the_resolved_file_prints_the_constants_that_are_no_settings(tmp_path: Path) -> None:
    """What nobody can set is still said."""
    text = read(tmp_path, template(made(tmp_path))).resolved_yaml()
    assert "#   surely_useless: 0.003\n" in text


def test_a_new_file_reads_as_what_was_chosen(tmp_path: Path) -> None:
    """What `init` writes is valid and changes nothing but the choices."""
    file = made(tmp_path)
    assert words(read(tmp_path, template(file)).file) == words(file)
    assert (file.time, file.label, file.metric, str(file.window)) == ("order", "bought", "accuracy", "200 rows")


def test_every_default_of_a_new_file_can_be_uncommented(tmp_path: Path) -> None:
    """The comments are the defaults themselves, one `# ` away."""
    text = template(made(tmp_path))
    head = text.index("trueup: 1")
    bare = re.sub(r"^# ", "", text[head:], flags=re.MULTILINE)
    assert words(read(tmp_path, bare).file) == words(read(tmp_path, text).file)


def test_a_name_that_looks_like_a_number_stays_text(tmp_path: Path) -> None:
    """A model called 2024 is a text in YAML too."""
    assert read(tmp_path, template(made(tmp_path, "2024"))).file.model == "2024"


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    """Only a plain wish overwrites an owner's work."""
    target = tmp_path / "trueup.yaml"
    target.write_text("mine", encoding="utf-8")
    with pytest.raises(BadSettings, match="--force"):
        write_new(target, template(made(tmp_path)), force=False)
    assert target.read_text(encoding="utf-8") == "mine"
    write_new(target, template(made(tmp_path)), force=True)
    assert load(target).file.model == "bank"


def test_the_json_schema_knows_every_key_and_refuses_others() -> None:
    """An editor completes and marks the same keys that `check` knows."""
    schema = json_schema()
    assert json.loads(json.dumps(schema)) == schema
    sections = {name: part for name, part in schema["$defs"].items() if "properties" in part}
    known = set(schema["properties"]) | {key for part in sections.values() for key in part["properties"]}
    assert known == {key[-1] for key in all_keys()}
    assert all(part["additionalProperties"] is False for part in (schema, *sections.values()))
    assert schema["properties"]["window"]["default"] == "1 day"


def test_the_reference_names_every_key() -> None:
    """docs/settings.md explains each key with its section, and no key that does not exist."""
    said = re.findall(
        r"^\| `([a-z0-9_.]+)` \|", DOCS.read_text(encoding="utf-8").split("## Every key")[1], re.MULTILINE
    )
    assert sorted(said) == sorted({".".join(key) for key in all_keys()})
