"""Is a bundle what its name says, or not read at all?"""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from trueup.adapters.bundles.folder import FolderBundles
from trueup.adapters.models.recipes import LocalRecipes
from trueup.errors import Corrupted, NotFound, UsageError
from trueup.loop.schema import Column, Schema
from trueup.ports.bundles import BundleFit, Lineage, Manifest
from trueup.ports.models import Fits, Lesson, Recipe, Sample

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FEATURES = pa.table({"x": pa.array(np.linspace(0, 1, 200)), "c": ["a", "b"] * 100})
SCHEMA = Schema(
    task="binary",
    label="y",
    features=(Column(name="x", kind="numeric"), Column(name="c", kind="categorical")),
    classes=("0", "1"),
)


def fits() -> Fits:
    """The same small model each time."""
    sample = Sample(rows=np.arange(200), weights=None)
    target = (np.arange(200) > 90).astype(np.float64)
    lesson = Lesson(schema=SCHEMA, features=FEATURES, target=target, samples=(sample,), seed=7)
    return LocalRecipes().fit(Recipe(), lesson)


def manifest(order: str = "run 1") -> Manifest:
    """What goes with it."""
    return Manifest(
        schema=SCHEMA,
        fits=(BundleFit(scope="all", rows=200, model=0),),
        code="",
        code_hash="",
        notes=("a note",),
        lineage=Lineage(order=order, snapshot="5c1f", until=None, seed=7, packages=("numpy 2.4",)),
    )


@pytest.fixture
def bundles(tmp_path: Path) -> FolderBundles:
    """An empty store."""
    return FolderBundles(tmp_path / "bundles", LocalRecipes())


def test_a_bundle_answers_as_its_model_did(bundles: FolderBundles) -> None:
    """Nothing of a model or its manifest is lost on disk."""
    made = fits()
    name = bundles.write(manifest(), made)
    loaded = bundles.load(name)
    assert (loaded.hash, loaded.manifest) == (name, manifest())
    assert bundles.manifest(name) == manifest()
    assert np.array_equal(loaded.fits.raw(FEATURES), made.raw(FEATURES))


def test_the_same_content_has_the_same_name(bundles: FolderBundles) -> None:
    """Writing again changes nothing; another lineage is another bundle."""
    name = bundles.write(manifest(), fits())
    assert bundles.write(manifest(), fits()) == name
    assert bundles.write(manifest("run 2"), fits()) != name
    assert len(list(bundles.folder.iterdir())) == 2


def change(path: Path) -> None:
    """One byte."""
    model = path / "models" / "trees-0.txt"
    model.write_bytes(model.read_bytes().replace(b"tree", b"tres", 1))


def add(path: Path) -> None:
    """One file more."""
    (path / "models" / "more.py").write_text("import os")


def remove(path: Path) -> None:
    """One file less."""
    (path / "models" / "trees-0.txt").unlink()


def link(path: Path) -> None:
    """A file that could change later."""
    model = path / "models" / "trees-0.txt"
    shutil.move(model, path.parent / "elsewhere")
    model.symlink_to(path.parent / "elsewhere")


@pytest.mark.parametrize("harm", [change, add, remove, link])
def test_a_bundle_that_was_touched_is_not_read(bundles: FolderBundles, harm: Callable[[Path], None]) -> None:
    """Each byte, each file and each name is under the hash; nothing is run before that is checked."""
    name = bundles.write(manifest(), fits())
    harm(bundles.folder / name)
    for read in (bundles.load, bundles.manifest):
        with pytest.raises(Corrupted):
            read(name)


@pytest.mark.parametrize("name", ["0" * 64, "../bundles", "", "."])
def test_what_is_not_there_is_not_found(bundles: FolderBundles, name: str) -> None:
    """Nothing outside the folder can be asked for."""
    with pytest.raises(NotFound, match="there is no bundle"):
        bundles.load(name)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """The message names the folder and the mend."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"file/bundles: no bundle can be written .*; make it writable"):
        FolderBundles(tmp_path / "file" / "bundles", LocalRecipes()).write(manifest(), fits())


def test_what_a_killed_writer_left_is_swept(bundles: FolderBundles) -> None:
    """Half a bundle never gets a name, and does not stay; one that is being written is left alone."""
    dead, alive = bundles.folder / ".writing-999999999-x", bundles.folder / ".writing-1-x"
    dead.mkdir(parents=True)
    alive.mkdir()
    bundles.write(manifest(), fits())
    assert (dead.exists(), alive.exists()) == (False, True)


class Breaks:
    """Fits whose saving fails half way."""

    code_hash, notes, packages, seconds = "", (), (), (0.0,)

    def raw(self, features: pa.Table) -> Any:
        """Answer nothing."""
        return np.zeros((1, features.num_rows))

    def save(self, folder: Path) -> None:
        """Write a file and fail."""
        (folder / "half").write_text("half")
        raise RuntimeError("disk full")


def test_a_failed_write_leaves_nothing(bundles: FolderBundles) -> None:
    """There is no bundle and no litter."""
    with pytest.raises(RuntimeError, match="disk full"):
        bundles.write(manifest(), Breaks())
    assert not list(bundles.folder.iterdir())


def test_a_bundle_of_a_later_trueup_says_so(bundles: FolderBundles) -> None:
    """A format that is not known is told, not guessed."""
    name = bundles.write(replace(manifest(), format=2), fits())
    with pytest.raises(UsageError, match="has format 2, this trueup reads 1; upgrade"):
        bundles.load(name)
