"""Is what gets installed exactly what was looked at?"""

from __future__ import annotations

import re
import tomllib
from itertools import chain
from typing import Final

from architecture.sources import ROOT

LOCK: Final = (ROOT / "requirements.lock").read_text(encoding="utf-8")
PROJECT: Final = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def normal(requirement: str) -> str:
    """A requirement's name in its normal form, without extras, bounds and markers."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]).lower()


def test_every_locked_package_has_hashes() -> None:
    """A package is installed only as one of the files whose hashes are written down."""
    entries = re.split(r"\n(?=[a-z0-9])", LOCK.strip())
    assert entries
    assert not [entry.splitlines()[0] for entry in entries if not re.match(r"\S+==\S+ \\\n +--hash=sha256:", entry)]


def test_the_lock_names_no_address() -> None:
    """Where packages come from is the installing machine's business."""
    assert not [line for line in LOCK.splitlines() if line.startswith("--") or "://" in line or "@ " in line]


def test_everything_the_project_asks_for_is_locked() -> None:
    """No dependency, tool or build backend is asked for and not locked."""
    extras = PROJECT["project"]["optional-dependencies"].values()
    wanted = [*PROJECT["project"]["dependencies"], *PROJECT["build-system"]["requires"], *chain.from_iterable(extras)]
    locked = {normal(line) for line in LOCK.splitlines() if "==" in line}
    assert not {normal(one) for one in wanted} - locked
