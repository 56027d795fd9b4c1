"""Which options do several commands share?"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_type_hints

import typer

Project = Annotated[
    Path, typer.Option("--project", "-p", metavar="FILE", help="The project file, or its folder.", show_default=True)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON; the keys are stable and documented.")]
HERE = Path("trueup.yaml")

Said = TypeVar("Said")


def takes(record: type[Said]) -> Callable[[Callable[[Said], None]], Callable[..., None]]:
    """Make the fields of a record the arguments and options of a command."""
    hints = get_type_hints(record, include_extras=True)
    fields = inspect.signature(record).parameters.values()

    def made(command: Callable[[Said], None]) -> Callable[..., None]:
        def called(**said: Any) -> None:  # noqa: ANN401 - Typer has checked each by its annotation
            command(record(**said))

        signature = inspect.Signature([field.replace(annotation=hints[field.name]) for field in fields])
        for name, value in (
            ("__name__", command.__name__),
            ("__doc__", command.__doc__),
            ("__annotations__", hints),
            ("__signature__", signature),
        ):
            setattr(called, name, value)
        return called

    return made
