"""Which command lines need no parser? `drift` in its plain form: loading one takes a sixth of its time.

Whatever is not plain (help, a slip of the fingers, an option that is not known here) is left to the parser.
"""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from trueup.cli.ends import FAILED, ended, terminable

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILURES: Final = ("changed", "broken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What `drift` is told."""

    reference: Path
    current: Path
    fail_on: str | None
    json: bool


def plain(words: Sequence[str]) -> Drift | None:
    """The plain `drift` that these words are; None: something else.

    >>> plain(["drift", "a.csv", "b.csv", "--fail-on", "broken"]).fail_on
    'broken'
    >>> plain(["drift", "a.csv", "--help"]) is None
    True
    """
    if not words or words[0] != "drift" or os.environ.get("TRUEUP_DEBUG"):
        return None
    rest = [word for word in words[1:] if word != "--json"]
    said, fail_on = len(rest) < len(words) - 1, None
    if "--fail-on" in rest[:-1]:
        place = rest.index("--fail-on")
        _, fail_on = rest.pop(place), rest.pop(place)
    if len(rest) != 2 or any(word.startswith("-") for word in rest) or fail_on not in (None, *FAILURES):
        return None
    return Drift(reference=Path(rest[0]), current=Path(rest[1]), fail_on=fail_on, json=said)


def run(said: Drift) -> int:
    """Compare the two files; the exit code."""
    from trueup.cli.moves import compare_files

    gc.disable()  # a command that ends in a second leaves nothing to collect, and looking takes a twentieth of it
    try:
        with terminable():
            failed = compare_files(said.reference, said.current, fail_on=said.fail_on, json=said.json)
            sys.stdout.flush()  # here a full disk can still be told
    except BrokenPipeError:  # who read the answer has gone
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told, with an exit code of its own
        return ended(error, debug=False)
    finally:
        gc.enable()
    return FAILED if failed else 0
