"""What does free text say? Which of its frequent words are in it: plain, and readable in the model's file."""

from __future__ import annotations

import re
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from typing import Any

    import pyarrow as pa

    from trueup.stats.arrays import Floats

WORD: Final = re.compile(r"[\w#@']{2,}|[!?]")
MOST_WORDS: Final = 500  # of one column
RARE_WORD: Final = 20  # rows a word must be in: fewer say little, and could name a person
LONG: Final = 30  # characters on average: prose, not a category
NEARLY_UNIQUE: Final = 0.9  # different values per row


class Words(msgspec.Struct, frozen=True, tag="words", dict=True):
    """Free text as one column per frequent word: 1 where the row has it, 0 where not."""

    name: str
    words: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The matrix columns it fills; none if no word is frequent."""
        return tuple(f"{self.name}.{word}" for word in self.words)

    @cached_property
    def positions(self) -> dict[str, int]:
        """Where each word stands."""
        return {word: place for place, word in enumerate(self.words)}

    def encode(self, values: pa.ChunkedArray[Any]) -> Floats:
        """A column per word; NaN in all of them where the text is missing."""
        matrix, positions = np.zeros((len(values), len(self.words))), self.positions
        for row, text in enumerate(values.to_pylist()):
            if text is None:
                matrix[row] = np.nan
                continue
            found = {positions[word] for word in WORD.findall(text.lower()) if word in positions}
            matrix[row, list(found)] = 1.0
        return matrix


def is_prose(seen: Counter[str]) -> bool:
    """Whether values are long, or differ in nearly every row, so that levels would teach nothing."""
    rows = seen.total()
    if rows < 2 * RARE_WORD:
        return False
    mean_length = sum(len(text) * times for text, times in seen.items()) / rows
    return len(seen) > NEARLY_UNIQUE * rows or (mean_length > LONG and len(seen) > RARE_WORD)


def learn_words(name: str, values: pa.ChunkedArray[Any]) -> Words:
    """The words that are in most rows, ties by spelling."""
    rows_with: Counter[str] = Counter()
    for text in values.to_pylist():
        rows_with.update(set(WORD.findall((text or "").lower())))
    frequent = [word for word, rows in rows_with.items() if rows >= RARE_WORD]
    return Words(name=name, words=tuple(sorted(frequent, key=lambda word: (-rows_with[word], word))[:MOST_WORDS]))
