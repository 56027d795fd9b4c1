"""Engines that keep bundles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

BUNDLES: Final[Mapping[str, str]] = {"folder": "trueup.adapters.bundles.folder:FolderBundles"}
