"""Which token opens this project's server?"""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING, Final

from trueup.errors import BadSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VARIABLE: Final = "TRUEUP_TOKEN"
OWNER_ONLY: Final = 0o600


def server_token(home: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The token of the environment, else of the project's home, made there at the first start."""
    given = environ.get(VARIABLE, "").strip()
    return given or _kept(home / "token")


def _kept(path: Path) -> str:
    """The token in a file only its owner may read; whoever makes it first wins."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    except FileExistsError:
        return _read(path)
    except OSError as error:
        mend = f"give the right to, or set {VARIABLE}"
        raise BadSettings(str(path), f"cannot be written ({error.strerror})", mend) from error
    token = secrets.token_urlsafe(24)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(token + "\n")
    return token


def _read(path: Path) -> str:
    """A token made earlier."""
    try:
        token = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(str(path), f"cannot be read ({error})", f"give the right to, or set {VARIABLE}") from error
    if not token:
        raise BadSettings(str(path), "is empty", "remove it; the next start makes a new one")
    return token
