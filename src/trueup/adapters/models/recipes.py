"""Which recipe makes, and reads, the models of a version?"""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trueup.loop.schema import Schema
    from trueup.ports.models import Fits, Lesson, Recipe


@dataclass(frozen=True, slots=True)
class LocalRecipes:
    """The default pipeline, and the owner's code from a folder of this machine."""

    engines: tuple[str, ...] = ("lightgbm", "owner", "skops")  # what `warm` imports; the rest comes when first used

    def warm(self) -> None:
        """Import the engines, which takes seconds the first time."""
        for engine in self.engines:
            import_module(f"trueup.adapters.models.{engine}")

    def fit(self, recipe: Recipe, lesson: Lesson) -> Fits:
        """Learn one model per sample."""
        if recipe.code:
            from trueup.adapters.models.owner import fit_owner

            return fit_owner(Path(recipe.project), recipe.code, lesson)
        from trueup.adapters.models.lightgbm import fit_boosted

        return fit_boosted(lesson)

    def load(self, folder: Path, recipe: Recipe, schema: Schema) -> Fits:
        """Read what the fits wrote; the caller has checked the folder's hash."""
        if recipe.code:
            from trueup.adapters.models.owner import load_owner

            return load_owner(folder, schema)
        from trueup.adapters.models.lightgbm import load_boosted

        return load_boosted(folder, schema)
