"""What of free text can be counted? Its length in characters, and the share of its words that the reference lacks.

A column of texts is told from one of levels by its rows: nearly all differ, and they have more than three words.
The words are learnt from every other row of the reference and looked up in the rest, so that both sides are new to
them: any text may have words that no other has (Heaps 1978).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from trueup.profiling.plain import plain, present

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from trueup.profiling.arrays import Block
    from trueup.stats.arrays import Flags, Floats, Integers

    Parts = tuple[tuple[Floats, int], ...]

LEAST_ROWS: Final = 20
UNLIKE: Final = 0.5  # share of the rows that have a text of their own
WORDS: Final = 3.0  # by the mean; fewer make a name
ASKED: Final = 1_000  # texts whose words are counted to tell
VOCABULARY: Final = 200_000  # words that are remembered
MARKS: Final = ".,;:!?\"'()[]{}<>*#-_/"
PARTS: Final = ("length", "unseen tokens")


def names_of(column: str) -> tuple[str, ...]:
    """What the numbers of a text are called."""
    return tuple(f"{column} · {part}" for part in PARTS)


def are_texts(block: Block) -> bool:
    """Whether the first rows of a column of strings are texts, and not levels."""
    rows = _viewless(block).drop_null()
    if len(rows) < LEAST_ROWS:
        return False
    different = rows.unique()
    if len(different) < UNLIKE * len(rows):
        return False
    asked = different.slice(0, ASKED)
    return len(_words(_plain(asked))[1]) > WORDS * len(asked)


class Vocabulary:
    """The words of a reference, the first so many of them."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        """Learn from every other row."""
        self._words: pa.Array[Any] = pa.array([""], pa.large_string())  # what a text without words is split into
        for block in blocks:
            _, words = _words(_plain(_viewless(block).take(pa.array(range(0, len(block), 2), pa.int64()))))
            self._words = pa.concat_arrays([self._words, words.unique()]).unique().slice(0, VOCABULARY)

    def numbers(self, blocks: Iterable[Block], *, learnt: bool) -> Iterator[Parts]:
        """Each block's lengths, and shares of unseen words; rows that were learnt from have no such share."""
        for block in blocks:
            texts = _plain(block)
            shares = self._unseen(texts)
            shares = shares[1::2] if learnt else shares
            there = shares[~np.isnan(shares)]
            yield plain(pc.utf8_length(texts)), (there, len(shares) - len(there))

    def _unseen(self, texts: pa.LargeStringArray) -> Floats:
        """Of each text the share of its words that are in no text learnt from; NaN: there is no text."""
        starts, words = _words(texts)
        strange = ~_flags(pc.is_in(words, value_set=self._words))
        upto = np.concatenate(([0], np.cumsum(strange)))
        shares: Floats = np.diff(upto[starts]) / np.maximum(np.diff(starts), 1)
        if (there := present(texts)) is not None:
            shares[~there] = np.nan
        return shares


def _viewless(block: Block) -> Block:
    """Texts in a form that Arrow computes with."""
    return block.cast(pa.large_string()) if pa.types.is_string_view(block.type) else block


def _plain(block: Block) -> pa.LargeStringArray:
    """Texts themselves, however they are kept."""
    if pa.types.is_dictionary(block.type):
        block = cast("pa.DictionaryArray[Any, Any]", block).dictionary_decode()
    return cast("pa.LargeStringArray", block.cast(pa.large_string()))


def _words(texts: pa.LargeStringArray) -> tuple[Integers, Block]:
    """The words of all texts one after the other, in small letters and without marks, and where each text begins."""
    filled = cast("pa.LargeStringArray", pc.coalesce(texts, pa.scalar("", pa.large_string())))
    lists: Any = pc.utf8_split_whitespace(pc.utf8_trim_whitespace(pc.utf8_lower(filled)))
    starts = np.frombuffer(memoryview(cast("pa.Buffer", lists.buffers()[1])), "i4")[: len(lists) + 1]
    return starts.astype(np.int64), pc.utf8_trim(lists.values, characters=MARKS)


def _flags(found: Block) -> Flags:
    """Arrow's bits as numpy's."""
    memory = cast("pa.Buffer", found.buffers()[1])
    bits = np.unpackbits(np.frombuffer(memoryview(memory), np.uint8), bitorder="little")
    return bits[found.offset : found.offset + len(found)].view(np.bool_)
