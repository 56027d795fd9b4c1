"""Engines that keep accepted rows until the prediction log has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SPOOLS: Final[Mapping[str, str]] = {"sqlite": "trueup.adapters.spool.sqlite:SqliteSpool"}
