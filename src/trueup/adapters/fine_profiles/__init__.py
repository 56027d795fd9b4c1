"""Engines that keep fine profiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

FINE_PROFILES: Final[Mapping[str, str]] = {
    "folder": "trueup.adapters.fine_profiles.folder:FolderFineProfiles",
    "memory": "trueup.adapters.fine_profiles.memory:MemoryFineProfiles",
}
