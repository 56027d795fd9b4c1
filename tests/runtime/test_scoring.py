"""Does a loaded version answer for each of its scopes, and is it read only once?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from trueup.adapters.bundles.folder import FolderBundles
from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.snapshots.parquet import ParquetSnapshots
from trueup.adapters.trainer.inline import InlineTrainer
from trueup.errors import NotFound
from trueup.loop.policy import Scope
from trueup.ports.trainer import TrainingRun
from trueup.runtime.features import to_table
from trueup.runtime.scoring import LoadedVersion, Loader
from trueup.testing.contracts.trainer import SCHEMA, rows

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.ports.bundles import Bundle, Manifest
    from trueup.ports.models import Fits


class Counting:
    """Bundles that count how often they are read."""

    def __init__(self, inner: FolderBundles) -> None:
        self.inner = inner
        self.loads = 0

    def write(self, manifest: Manifest, fits: Fits) -> str:
        """Hand on."""
        return self.inner.write(manifest, fits)

    def manifest(self, bundle: str) -> Manifest:
        """Hand on."""
        return self.inner.manifest(bundle)

    def load(self, bundle: str) -> Bundle:
        """Count, then hand on."""
        self.loads += 1
        return self.inner.load(bundle)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Counting, str, str]:
    """A version of three scopes of which two share a model, and one of a single scope."""
    folder: Path = tmp_path_factory.mktemp("scoring")
    snapshots, bundles = ParquetSnapshots(folder / "s"), FolderBundles(folder / "b", LocalRecipes())
    trainer = InlineTrainer(snapshots, bundles, LocalRecipes())
    scopes = (Scope(name="recency"), Scope(name="last", windows=9), Scope(name="all"))
    run = TrainingRun(id="r", snapshot=snapshots.write(rows(), as_of=1.0).hash, schema=SCHEMA, scopes=scopes)
    single = replace(run, scopes=scopes[:1])
    return Counting(bundles), trainer.train(run).bundle, trainer.train(single).bundle


def test_each_scope_has_its_answers(trained: tuple[Counting, str, str]) -> None:
    """Scopes that share a model say the same, in the order of the policy; other columns do not disturb."""
    bundles, three, _ = trained
    version = Loader(bundles).load(three)
    said = version.raw(rows())
    assert version.scopes == ("recency", "last 9 windows", "all")
    assert (version.hash, version.schema) == (three, SCHEMA)
    assert said.shape == (3, 600)
    assert np.array_equal(said[1], said[2])
    assert not np.array_equal(said[0], said[1])


def test_a_request_is_answered_as_its_row_in_a_table(trained: tuple[Counting, str, str]) -> None:
    """One row alone scores as among many; no rows score as nothing."""
    bundles, three, _ = trained
    version = Loader(bundles).load(three)
    whole = version.raw(rows())
    for place, row in enumerate(rows(8).select(list(SCHEMA.names)).to_pylist()):
        assert np.array_equal(version.raw(to_table([row], SCHEMA))[:, 0], version.raw(rows(8))[:, place])
    assert version.raw(rows().slice(0, 0)).shape == (3, 0)
    assert whole.dtype == np.float64


def test_a_version_is_read_once_while_it_is_used(trained: tuple[Counting, str, str]) -> None:
    """The loader keeps what was used last and forgets the rest."""
    bundles, three, single = trained
    loader = Loader(bundles, keep=1)
    before = bundles.loads
    assert loader.load(three) is loader.load(three)
    assert bundles.loads == before + 1
    assert isinstance(loader.load(single), LoadedVersion)
    loader.load(three)
    assert bundles.loads == before + 3


def test_a_version_that_is_not_there_is_not_found(trained: tuple[Counting, str, str]) -> None:
    """A hash nobody stored is no version."""
    with pytest.raises(NotFound, match="there is no bundle"):
        Loader(trained[0]).load("0" * 64)
