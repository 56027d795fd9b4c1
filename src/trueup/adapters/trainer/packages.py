"""Which installed packages may change what a model answers?"""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def installed(names: Iterable[str]) -> tuple[str, ...]:
    """Python and these packages with their versions, as they are here.

    >>> installed(["no-such-package"])[1:]
    ('no-such-package none',)
    """
    return (f"python {platform.python_version()}", *(f"{name} {_version(name)}" for name in sorted(set(names))))


def unlike(packages: tuple[str, ...]) -> tuple[str, ...]:
    """Of packages with their versions, those that are otherwise here, and how.

    >>> unlike(("no-such-package 1.0",))
    ('no-such-package 1.0 (here none)',)
    """
    here = dict(one.split(" ", 1) for one in installed(one.split(" ", 1)[0] for one in packages))
    pairs = (one.split(" ", 1) for one in packages)
    return tuple(f"{name} {there} (here {here[name]})" for name, there in pairs if here[name] != there)


def _version(name: str) -> str:
    if name == "python":
        return platform.python_version()
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"
