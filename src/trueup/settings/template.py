"""What does a new project file say?"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from trueup.errors import BadSettings
from trueup.settings.names import usual_metric
from trueup.settings.places import parse_document
from trueup.settings.problems import checked
from trueup.settings.resolved import explained

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from trueup.loop.schema import Schema
    from trueup.settings.guess import Guess
    from trueup.settings.sections import ProjectFile

HEAD: Final = """\
# trueup.yaml: what trueup shall keep true, and how. A commented line with a key shows a default: take its "# " away
# to change it, and the "# " of the section above it. Check this file with: trueup check
"""
CHOSEN: Final = ("trueup", "model", "data", "time", "label", "metric", "window")


def template(file: ProjectFile, unfit: Mapping[str, str] = MappingProxyType({})) -> str:
    """A project file in which what was chosen stands, and every default is explained beside it as a comment.

    `unfit`: why columns are ignored, which is written above them.
    """
    lines: list[str] = []
    chosen = True
    for line in explained(file).splitlines():
        if not line.startswith(" "):
            key = line.partition(":")[0]
            chosen = key in CHOSEN or key in file.model_fields_set
            if key == "ignore":
                lines += [f"# ignored: {_one_line(name)} {_one_line(why)}" for name, why in unfit.items()]
        lines.append(line if chosen else "# " + line.replace("   #", " #", 1))
    return HEAD + "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the owner has said of a new project, and what has to be."""

    model: str | None = None
    metric: str | None = None
    ignore: tuple[str, ...] = ()  # columns


def draft(path: Path, data: Path, guess: Guess, schema: Schema, chosen: Said) -> ProjectFile:
    """The project file for a table that was looked at."""
    model, metric = chosen.model, chosen.metric
    said = {
        "trueup": "1",
        "model": _quoted(model or re.sub(r"[^A-Za-z0-9_.-]+", "_", data.stem).strip("_.-") or "model"),
        "data": _quoted(os.path.relpath(data, path.absolute().parent)),
        "time": _quoted(guess.time),
        "label": _quoted(guess.label),
        "metric": _quoted(metric or usual_metric(schema.task)),
        "window": guess.window,
    }
    if chosen.ignore:
        said["ignore"] = f"[{', '.join(map(_quoted, chosen.ignore))}]"
    return checked(parse_document(path.name, "".join(f"{key}: {value}\n" for key, value in said.items())))


def write_new(path: Path, text: str, *, force: bool) -> None:
    """Write a new project file; one that is there is kept unless `force`."""
    try:
        with path.open("w" if force else "x", encoding="utf-8") as out:
            out.write(text)
    except FileExistsError:
        raise BadSettings(str(path), "is there already", "keep it, or overwrite it with --force") from None
    except OSError as error:
        raise BadSettings(
            str(path), f"cannot be written ({error.strerror})", "choose another with --project"
        ) from error


def _one_line(text: str) -> str:
    """Text as it may stand in a comment."""
    return " ".join(text.split()) if text.isprintable() else repr(text)


def _quoted(text: str) -> str:
    """Text as YAML in which nothing is special."""
    return "'" + text.replace("'", "''") + "'"
