"""How does a table of features become the matrix a tree reads? Learnt once, written as JSON."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.adapters.models.words import Words, is_prose, learn_words

if TYPE_CHECKING:
    from typing import Any

    from trueup.loop.schema import Schema
    from trueup.stats.arrays import Floats

    Values = pa.ChunkedArray[Any]

MOST_LEVELS: Final = 1000  # of one column; the rarer ones count as missing
FEW_ROWS: Final = 8  # up to here a dictionary beats Arrow's kernels


class Number(msgspec.Struct, frozen=True, tag="number"):
    """Taken as it is; missing stays missing (NaN), true is 1."""

    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The matrix columns it fills."""
        return (self.name,)

    def encode(self, values: Values) -> Floats:
        """One column of numbers."""
        if pa.types.is_boolean(values.type):
            values = values.cast(pa.float64())
        return np.asarray(values.to_numpy(), dtype=np.float64).reshape(-1, 1)


class Moment(msgspec.Struct, frozen=True, tag="moment"):
    """A date or time as numbers a tree can cut: days since the epoch, month, day of month, weekday, hour."""

    name: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The matrix columns it fills."""
        return tuple(f"{self.name}.{part}" for part in ("days", "month", "day", "weekday", "hour"))

    def encode(self, values: Values) -> Floats:
        """Five columns; missing in all of them where the moment is missing."""
        micros = values.cast(pa.timestamp("us")).cast(pa.int64())
        parts = (pc.divide(micros.cast(pa.float64(), safe=False), 86_400e6), pc.month(values), pc.day(values),
                 pc.day_of_week(values), pc.hour(values))  # fmt: skip
        return np.column_stack([np.asarray(part.to_numpy(), dtype=np.float64) for part in parts])


class Level(msgspec.Struct, frozen=True, tag="level", dict=True):
    """A category as the position of its level; levels never seen, or too rare, count as missing."""

    name: str
    levels: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The matrix columns it fills."""
        return (self.name,)

    @cached_property
    def positions(self) -> dict[str | None, float]:
        """Where each level stands."""
        return {level: float(place) for place, level in enumerate(self.levels)}

    @cached_property
    def known(self) -> pa.Array[Any]:
        """The levels as Arrow's kernels want them."""
        return pa.array(self.levels, pa.string())

    def encode(self, values: Values) -> Floats:
        """One column of positions, NaN where missing."""
        if len(values) <= FEW_ROWS:
            positions = self.positions
            return np.array([[positions.get(value, np.nan)] for value in values.to_pylist()]).reshape(-1, 1)
        return np.asarray(pc.index_in(values, self.known).to_numpy(), dtype=np.float64).reshape(-1, 1)


Part = Number | Moment | Level | Words


class Encoder(msgspec.Struct, frozen=True):
    """A fitted encoder: one part per feature, in the schema's order; parts with no column are left out."""

    parts: tuple[Part, ...]

    @property
    def columns(self) -> list[str]:
        """The matrix columns, in order."""
        return [column for part in self.parts for column in part.columns]

    @property
    def categorical(self) -> list[int]:
        """Positions of the matrix columns that hold categories."""
        kinds = [isinstance(part, Level) for part in self.parts for _ in part.columns]
        return [place for place, is_level in enumerate(kinds) if is_level]

    def encode(self, features: pa.Table) -> Floats:
        """The matrix, a row per row."""
        blocks = [part.encode(features.column(part.name)) for part in self.parts if part.columns]
        return np.concatenate(blocks, axis=1) if blocks else np.zeros((features.num_rows, 1))


def learn_encoder(features: pa.Table, schema: Schema) -> tuple[Encoder, tuple[str, ...]]:
    """An encoder for these rows, and what the owner should know about it."""
    parts: list[Part] = []
    notes: list[str] = []
    for one in schema.features:
        values = features.column(one.name)
        if one.kind == "categorical":
            part, note = _learn_category(one.name, values)
            parts.append(part)
            notes.extend(note)
        else:
            parts.append(Moment(name=one.name) if one.kind == "datetime" else Number(name=one.name))
    return Encoder(parts=tuple(parts)), tuple(notes)


def _learn_category(name: str, values: Values) -> tuple[Part, list[str]]:
    """Levels for a category, words for prose."""
    counted = values.value_counts()
    seen = Counter({pair["values"].as_py(): pair["counts"].as_py() for pair in counted})
    del seen[None]
    if is_prose(seen):
        words = learn_words(name, values)
        if words.words:
            return words, [f"{name} reads like free text: {len(words.words)} of its words are features"]
        return words, [f"{name} differs in nearly every row and shares no words: it is left out"]
    if len(seen) <= MOST_LEVELS:
        return Level(name=name, levels=tuple(sorted(seen))), []
    kept = sorted(seen, key=lambda level: (-seen[level], level))[:MOST_LEVELS]
    note = f"{name} has {len(seen):,} levels: the {MOST_LEVELS:,} most frequent are kept, others count as missing"
    return Level(name=name, levels=tuple(sorted(kept))), [note]
