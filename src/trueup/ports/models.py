"""How does an order become fitted models, and how do they come back from a bundle's files?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

from trueup.loop.schema import Schema
from trueup.stats.arrays import Floats, Integers

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """By what a model is made: the default pipeline, or the owner's own code."""

    code: str = ""  # model.py:build; empty: the default pipeline
    project: str = ""  # folder that `code` is relative to; its Python files go into the bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """What one fit sees of the rows."""

    rows: Integers  # positions in the lesson's table, rising
    weights: Floats | None  # one per row; None: all alike


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """Everything a recipe learns from; the same lesson gives the same fits, byte for byte."""

    schema: Schema
    features: pa.Table  # the schema's columns, typed as the prediction log has them
    target: Floats  # 0 or 1, the class's position in schema.classes, or the value
    samples: tuple[Sample, ...]  # one fit each
    seed: int


class Fits(Protocol):
    """The fitted models of one version, side by side."""

    @property
    def code_hash(self) -> str:
        """Content hash of the owner's code; empty for the default pipeline."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What the owner should know about how they were fitted, in sentences."""
        ...

    @property
    def packages(self) -> tuple[str, ...]:
        """Names of the installed packages that its answers may depend on."""
        ...

    @property
    def seconds(self) -> tuple[float, ...]:
        """How long each fit took; zero when read from files."""
        ...

    def raw(self, features: pa.Table) -> Floats:
        """What each fit says: (fits, rows), or (fits, rows, classes) for many classes."""
        ...

    def save(self, folder: Path) -> None:
        """Write everything `Recipes.load` needs into an empty folder; the same fits give the same bytes."""
        ...


class Recipes(Protocol):
    """Makes fits from lessons, and from files."""

    def warm(self) -> None:
        """Import what fitting and answering need, ahead of time."""
        ...

    def fit(self, recipe: Recipe, lesson: Lesson) -> Fits:
        """Learn one model per sample."""
        ...

    def load(self, folder: Path, recipe: Recipe, schema: Schema) -> Fits:
        """Read what `Fits.save` wrote; the caller has checked the folder's hash."""
        ...
