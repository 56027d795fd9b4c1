"""Which tokens open this project's server, and what does each open?"""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Final

from trueup.errors import BadSettings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VARIABLE: Final = "TRUEUP_TOKEN"
OWNER_ONLY: Final = 0o600


@dataclass(frozen=True, slots=True, kw_only=True)
class Tokens:
    """The project's own token opens all; three narrower ones are for handing out."""

    project: str = field(repr=False)
    predict: str = field(repr=False)  # asks, and posts predictions
    outcomes: str = field(repr=False)  # posts outcomes
    corrections: str = field(repr=False)  # corrects rows


def server_token(home: Path, environ: Mapping[str, str] = os.environ) -> str:
    """The project's own token: of the environment, else of the project's home, made there at the first start."""
    given = environ.get(VARIABLE, "").strip()
    return given or _kept(home / "token")


def server_tokens(home: Path, environ: Mapping[str, str] = os.environ) -> Tokens:
    """The project's own token and the narrower ones, which are always files of its home."""
    found = Tokens(
        project=server_token(home, environ),
        predict=_kept(home / "token.predict"),
        outcomes=_kept(home / "token.outcomes"),
        corrections=_kept(home / "token.corrections"),
    )
    if len({found.project, found.predict, found.outcomes, found.corrections}) < len(fields(found)):
        where = f"{VARIABLE} and the files {home / 'token'}*"
        raise BadSettings(where, "say one token for two scopes", "give the server a token that was handed to nobody")
    return found


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
