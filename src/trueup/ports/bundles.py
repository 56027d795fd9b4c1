"""What is a version made of, and is it still what was accepted?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from trueup.loop.schema import Schema
from trueup.ports.models import Fits


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleFit:
    """One scope of a version."""

    scope: str  # title: all, last 6 windows, recency
    rows: int
    model: int  # position among the stored models; scopes that select the same rows share one


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """Where a bundle comes from; enough to train it again and compare."""

    order: str  # id of the training run
    snapshot: str  # hash of the rows
    until: float | None  # only rows with an earlier time were fitted; None: all
    seed: int
    packages: tuple[str, ...] = ()  # name and version of all that its answers may depend on; empty: not known


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a bundle says of itself; no clock in it, so that the same training gives the same hash."""

    schema: Schema
    fits: tuple[BundleFit, ...]
    code: str  # model.py:build; empty: the default pipeline
    code_hash: str
    notes: tuple[str, ...]
    lineage: Lineage
    format: int = 1  # of the bundle's files


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """A version's content, ready to answer."""

    hash: str
    manifest: Manifest
    fits: Fits


class Bundles(Protocol):
    """Keeps bundles, immutable, by content hash. Which hashes may be loaded is the journal's word, not theirs."""

    def write(self, manifest: Manifest, fits: Fits) -> str:
        """Store a bundle whole or not at all, and return its hash; again is harmless."""
        ...

    def manifest(self, bundle: str) -> Manifest:
        """What a bundle says of itself, checked; nothing of it is run."""
        ...

    def load(self, bundle: str) -> Bundle:
        """Check every byte against the hash, then read the models; errors.Corrupted if anything differs."""
        ...
