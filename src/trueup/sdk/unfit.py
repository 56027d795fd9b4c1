"""Which versions cannot come back in this process, and why?

A version is armed for rollback only where the packages that its answers depend on are those it was trained with: with
others its model may answer otherwise than it did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from trueup.adapters.bundles.folder import FolderBundles
from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.trainer.packages import unlike
from trueup.errors import TrueupError

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.loop.state import State


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfit:
    """A version that cannot be armed here."""

    version: str
    why: str  # with the mend

    @property
    def sentence(self) -> str:
        """As people read it."""
        return f"{self.version} cannot be armed: {self.why}"


def unfit_versions(state: State, home: Path) -> tuple[Unfit, ...]:
    """Of the version that rollback would bring back, and of the champion, those that are unfit for it here."""
    bundles = FolderBundles(home / "bundles", LocalRecipes())
    asked = (state.armed.previous if state.armed is not None else "", state.champion)
    found = []
    for line in (state.line(version) for version in asked):
        if line is None:
            continue
        try:
            others = unlike(bundles.manifest(line.bundle).lineage.packages)
        except TrueupError as error:
            found.append(Unfit(version=line.version, why=str(error)))
            continue
        if others:
            differ = f"it was trained with {', '.join(others)}"
            found.append(Unfit(version=line.version, why=f"{differ}; install that again, or trueup train"))
    return tuple(found)
