"""trueup from Python: a project to open, a client to send predictions with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trueup.sdk.client import Client, Unanswered
    from trueup.sdk.project import Project, open_project

__all__ = ["Client", "Project", "Unanswered", "open_project"]

_PLACES = {
    "Client": "trueup.sdk.client",
    "Project": "trueup.sdk.project",
    "Unanswered": "trueup.sdk.client",
    "open_project": "trueup.sdk.project",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - each name's own type, told to checkers above
    """Import a part when it is asked for: a client needs none of the loop."""
    if name not in _PLACES:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    from importlib import import_module

    return getattr(import_module(_PLACES[name]), name)
