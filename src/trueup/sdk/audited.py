"""What does an audit say to a person or a program?"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from trueup.adapters.bundles.folder import FolderBundles
from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.snapshots.parquet import ParquetSnapshots
from trueup.runtime.audit import audit
from trueup.runtime.audit_about import About, Stores, audit_about

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.journal import Journal

Json = dict[str, Any]


def audited(journal: Journal, home: Path, what: str | None) -> Json:
    """The whole journal, and what belongs to a version or decision where one is named; raises NotFound."""
    found = audit(journal)
    about = None
    if what is not None:
        bundles, snapshots = FolderBundles(home / "bundles", LocalRecipes()), ParquetSnapshots(home / "snapshots")
        about = audit_about(what, journal, found, Stores(bundles=bundles, snapshots=snapshots))
    return {
        "equal": found.equal,
        "entries": found.entries,
        "actions": found.actions,
        "decisions": found.decisions,
        "core": found.core,
        "head": found.head,
        "what": what,
        "about": None if about is None else _told(about),
        "differences": [asdict(one) for one in found.differences],
        "upgrades": [asdict(one) for one in found.upgrades],
    }


def _told(about: About) -> Json:
    return {
        "what": about.what,
        "holds": about.holds,
        "entries": list(about.entries),
        "checks": [asdict(one) for one in about.checks],
    }
