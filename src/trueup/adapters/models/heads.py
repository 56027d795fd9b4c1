"""What does a fit know beside its model: which answers it saw, and how they spread over the schema's classes?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from trueup.loop.schema import Schema, Task
    from trueup.stats.arrays import Floats


class Head(msgspec.Struct, frozen=True):
    """What one fit saw."""

    rows: int
    present: tuple[int, ...]  # positions of the classes it saw; empty for regression
    constant: float | None  # what it always says, where it saw one answer only (many classes: 1.0)

    def constantly(self, rows: int) -> Floats:
        """The constant answer, once a row and class present."""
        return np.full((rows, 1), np.nan if self.constant is None else self.constant)


def head_of(task: Task, target: Floats) -> Head:
    """What a fit on these labels can know."""
    seen, rows = np.unique(target), len(target)
    present = () if task == "regression" else tuple(int(one) for one in seen)
    if len(seen) > 1:
        return Head(rows=rows, present=present, constant=None)
    # by Laplace's rule of succession: after n times yes, yes with probability (n + 1) / (n + 2)
    always = {"regression": seen[0], "binary": (seen[0] * rows + 1) / (rows + 2), "multiclass": 1.0}[task]
    return Head(rows=rows, present=present, constant=float(always))


def spread(said: Floats, head: Head, classes: int) -> Floats:
    """Probabilities of the classes present -> of all; a class not seen in n rows gets 1 / (n + classes), as Laplace."""
    unseen = 1.0 / (head.rows + classes)
    whole = np.full((len(said), classes), unseen)
    whole[:, list(head.present)] = said * (1.0 - unseen * (classes - len(head.present)))
    return whole


def told(schema: Schema, head: Head) -> list[str]:
    """What an owner should know about a fit that saw too little."""
    if schema.task == "regression":
        return [] if head.constant is None else [f"a fit saw only the label {head.constant:g}: it is constant"]
    if len(head.present) == 1:
        return [f"a fit saw only the label {schema.classes[head.present[0]]!r}: it is constant"]
    absent = [text for place, text in enumerate(schema.classes) if place not in head.present]
    return [f"a fit saw no row of {', '.join(map(repr, absent))}"] if absent else []
