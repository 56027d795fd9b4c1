"""Engines that keep the rows of trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SNAPSHOTS: Final[Mapping[str, str]] = {"parquet": "trueup.adapters.snapshots.parquet:ParquetSnapshots"}
