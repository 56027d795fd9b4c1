"""trueup keeps production models true: it watches, decides with evidence, retrains, proves, releases and takes back."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from trueup.sdk import Client, Unanswered
    from trueup.sdk import open_project as open  # noqa: A004 - trueup.open reads as what it does

__version__: Final = "0.1.0"
__all__ = ["Client", "Unanswered", "__version__", "open"]

# Loaded when first used, so that `trueup --help` and `import trueup` stay quick.
_LAZY: Final[Mapping[str, tuple[str, str]]] = {
    "Client": ("trueup.sdk", "Client"),
    "Unanswered": ("trueup.sdk", "Unanswered"),
    "open": ("trueup.sdk", "open_project"),
}


def __getattr__(name: str) -> object:
    """Load a public name when it is first asked for."""
    if name not in _LAZY:
        message = f"module 'trueup' has no attribute {name!r}; it has {', '.join(__all__)}"
        raise AttributeError(message)
    module, attribute = _LAZY[name]
    return getattr(import_module(module), attribute)


def __dir__() -> list[str]:
    """The public names, whether loaded or not."""
    return sorted(__all__)
