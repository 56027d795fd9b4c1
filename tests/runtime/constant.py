"""Versions that say the same of every row: each of their fits a number of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from trueup.ports.bundles import Bundle, BundleFit, Lineage, Manifest
from trueup.runtime.scoring import LoadedVersion
from trueup.testing.toy import PLAIN

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from trueup.stats.arrays import Floats

SAID: Final = (0.1, 0.4, 0.8)
SCOPES: Final = ("last 6 windows", "all", "recency")


@dataclass(frozen=True)
class Constant:
    """Fits that have learnt nothing."""

    said: tuple[float, ...] = SAID
    code_hash: str = ""
    notes: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()

    def raw(self, features: pa.Table) -> Floats:
        """The same for everybody."""
        return np.tile(np.array(self.said)[:, None], features.num_rows)

    def save(self, folder: Path) -> None:
        """What it says is all there is."""
        (folder / "said").write_text(repr(self.said), encoding="utf-8")


def version(bundle: str = "constant", said: tuple[float, ...] = SAID) -> LoadedVersion:
    """Such a version, ready to answer."""
    manifest = Manifest(
        schema=PLAIN.schema,
        fits=tuple(BundleFit(scope=scope, rows=1, model=at) for at, scope in enumerate(SCOPES[: len(said)])),
        code="",
        code_hash="",
        notes=(),
        lineage=Lineage(order="", snapshot="", until=None, seed=7),
    )
    return LoadedVersion(Bundle(hash=bundle, manifest=manifest, fits=Constant(said)))
