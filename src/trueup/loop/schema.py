"""What columns does the model see, and what does it predict?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["numeric", "boolean", "categorical", "datetime"]
Task = Literal["binary", "multiclass", "regression"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One feature: its name and how it is read."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The contract between the data, the model and the log; frozen at `init` or at the first training."""

    task: Task
    label: str  # name of the label column
    features: tuple[Column, ...]
    classes: tuple[str, ...] = ()  # label values as text, sorted; two for binary (the second is the positive one)

    @property
    def names(self) -> tuple[str, ...]:
        """The features' names, in order."""
        return tuple(column.name for column in self.features)
