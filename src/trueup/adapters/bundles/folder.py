"""Bundles as folders of one folder, named by the hash of every byte in them."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import psutil

from trueup.durable import flush
from trueup.errors import Corrupted, NotFound, UsageError
from trueup.hashed import NAME
from trueup.ports.bundles import Bundle, Manifest
from trueup.ports.models import Recipe, Recipes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trueup.ports.models import Fits

UNFINISHED: Final = re.compile(r"\.writing-(\d+)-.*")
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class FolderBundles:
    """Bundles in a folder of this machine: <hash>/manifest.json beside <hash>/models/."""

    folder: Path
    recipes: Recipes

    def write(self, manifest: Manifest, fits: Fits) -> str:
        """Store a bundle whole or not at all: a temporary folder, on disk, then renamed to its hash."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            self._sweep()
            staging = Path(tempfile.mkdtemp(dir=self.folder, prefix=f".writing-{os.getpid()}-"))
        except OSError as error:
            raise UsageError(f"{self.folder}: no bundle can be written ({error.strerror}); make it writable") from error
        try:
            (staging / "models").mkdir()
            fits.save(staging / "models")
            (staging / "manifest.json").write_bytes(msgspec.json.format(msgspec.json.encode(manifest), indent=1))
            name = _hash_of(staging)
            self._publish(staging, name)
        finally:
            shutil.rmtree(staging, ignore_errors=True)
        return name

    def manifest(self, bundle: str) -> Manifest:
        """What a bundle says of itself, after every byte was checked."""
        text = (self._checked(bundle) / "manifest.json").read_bytes()
        manifest = msgspec.json.decode(text, type=Manifest)
        if manifest.format != FORMAT:
            raise UsageError(f"bundle {bundle[:12]} has format {manifest.format}, this trueup reads {FORMAT}; upgrade")
        return manifest

    def load(self, bundle: str) -> Bundle:
        """Check, then read the models."""
        manifest = self.manifest(bundle)
        models = self.folder / bundle / "models"
        fits = self.recipes.load(models, Recipe(code=manifest.code), manifest.schema)
        return Bundle(hash=bundle, manifest=manifest, fits=fits)

    def _checked(self, bundle: str) -> Path:
        """The bundle's folder, if it holds exactly what its name says."""
        path = self.folder / bundle
        if not NAME.fullmatch(bundle) or not path.is_dir():
            raise NotFound("bundle", bundle, f"bundles are kept in {self.folder}")
        if _hash_of(path) != bundle:
            raise Corrupted(f"bundle {bundle[:12]} in {path}", "its files are not the ones it is named by")
        return path

    def _publish(self, staging: Path, name: str) -> None:
        """Put everything on disk and give it its name; the same bundle may be there already."""
        flush(*_files(staging), *(one for one in staging.rglob("*") if one.is_dir()), staging)
        staging.chmod(0o755)
        try:
            staging.rename(self.folder / name)
        except OSError:
            self._checked(name)
        flush(self.folder)

    def _sweep(self) -> None:
        """Remove what writers left behind that were killed on the way."""
        for path in self.folder.glob(".writing-*"):
            found = UNFINISHED.fullmatch(path.name)
            if found and not psutil.pid_exists(int(found[1])):
                shutil.rmtree(path, ignore_errors=True)


def _hash_of(folder: Path) -> str:
    """SHA-256 over the names and bytes of every file below a folder."""
    whole = hashlib.sha256()
    for path in _files(folder):
        content = path.read_bytes()
        whole.update(f"{path.relative_to(folder).as_posix()}\0{len(content)}\0".encode())
        whole.update(content)
    return whole.hexdigest()


def _files(folder: Path) -> Iterator[Path]:
    """Every file below a folder, in the order of their names; a link is no content and makes the hash differ."""
    for path in sorted(folder.rglob("*"), key=lambda one: one.relative_to(folder).as_posix()):
        if path.is_symlink():
            raise Corrupted(str(path), "is a link, and bundles hold none")
        if path.is_file():
            yield path
