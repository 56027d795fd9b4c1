"""Are texts and vectors watched by numbers that say something about them?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from trueup.runtime.drift import drift


def letters(seed: int, *, words: int = 400, longest: int = 12, rows: int = 2_000) -> list[str | None]:
    """Letters of some words, each ended by one that nobody else writes."""
    rng = np.random.default_rng(seed)
    vocabulary = [f"word{n}" for n in range(words)]
    return [
        None if n % 50 == 0 else f"{' '.join(rng.choice(vocabulary, size=rng.integers(4, longest)))}, {seed}x{n}."
        for n in range(rows)
    ]


def cloud(seed: int, shift: float = 0.0, *, rows: int = 2_000, width: int = 32) -> pa.Array[Any]:
    """Vectors around a middle, one in fifty missing."""
    rng = np.random.default_rng(seed)
    values = (rng.normal(size=(rows, width)) + shift).tolist()
    holed = [None if n % 50 == 0 else one for n, one in enumerate(values)]
    return pa.array(holed, pa.list_(pa.float32(), width))


def told(before: Any, after: Any) -> dict[str, dict[str, Any]]:
    """What is said of the numbers made from a column."""
    return {one["column"]: one for one in drift(pa.table({"x": before}), pa.table({"x": after}))["columns"]}


def test_two_draws_of_texts_are_as_before() -> None:
    """Words of one text only are in both sides: they are no news."""
    found = told(letters(1), letters(2))
    assert set(found) == {"x · length", "x · unseen tokens"}
    assert {one["result"] for one in found.values()} == {"as before"}
    assert {one["kind"] for one in found.values()} == {"text"}


def test_other_words_and_longer_texts_are_told_apart() -> None:
    """New words raise their share, longer texts the length, and each only that."""
    assert told(letters(1), letters(2, words=600))["x · unseen tokens"]["result"] in {"changed", "broken"}
    longer = told(letters(1), letters(2, longest=24))
    assert longer["x · length"]["result"] == "changed"
    assert longer["x · length"]["ks"][0] > 0.3


def test_texts_may_be_kept_as_codes() -> None:
    """How a file stores its texts changes nothing."""
    plain = pa.array(letters(1)), pa.array(letters(2))
    coded = [side.dictionary_encode() for side in plain]
    assert told(*plain) == told(*coded)


@pytest.mark.parametrize("names", [[f"Anna Maria {n}" for n in range(2_000)], ["a long but usual sentence"] * 2_000])
def test_names_and_repeated_sentences_are_levels(names: list[str]) -> None:
    """What is short, or comes again and again, is no text."""
    assert set(told(names, names)) == {"x"}


def test_texts_that_vanish_are_missing() -> None:
    """Without any text there is nothing to measure but that."""
    found = told(letters(1), pa.nulls(2_000, pa.string()))
    assert {one["cause"] for one in found.values()} == {"missing values rose by more than 20 points"}


def test_two_draws_of_vectors_are_as_before() -> None:
    """The same cloud: norm and four shadows as before, missing vectors counted."""
    found = told(cloud(1), cloud(2))
    assert set(found) == {"x · norm", *(f"x · projection {n}" for n in range(1, 5))}
    assert {(one["result"], one["kind"]) for one in found.values()} == {("as before", "vector")}


def test_a_moved_cloud_shows_on_a_shadow() -> None:
    """Half a standard deviation along every axis is found, and the directions are the same in every run."""
    found = told(cloud(1), cloud(2, 0.5))
    assert any(one["result"] == "changed" for name, one in found.items() if "projection" in name)
    assert found == told(cloud(1), cloud(2, 0.5))


def test_a_vector_of_another_width_is_another_type() -> None:
    """Another embedding model is no drift to be measured."""
    (found,) = told(cloud(1), cloud(2, width=16)).values()
    assert (found["result"], found["cause"]) == ("broken", "another type of values")


def test_vectors_with_holes_are_missing() -> None:
    """A NaN, an infinity or a null inside makes a vector missing, never a wrong number; slices too."""
    good = [1.0, 2.0, 3.0]
    odd = [[float("nan"), 0.0, 0.0], [float("inf"), 0.0, 0.0], [None, 0.0, 0.0], None]
    kind = pa.list_(pa.float64(), 3)
    before, after = pa.array([good] * 100, kind)[1:], pa.array([*odd * 10, *[good] * 60], kind)[1:]
    found = told(before, after)["x · norm"]
    assert (found["result"], found["moved"]) == ("broken", "missing 0 % -> 39 %")


@pytest.mark.parametrize("turned", [False, True])
def test_vectors_beside_nothing_at_all_have_a_result(turned: bool) -> None:
    """A side without any value, not even a type, is missing values."""
    sides = [cloud(1), pa.nulls(2_000)]
    found = told(*(sides[::-1] if turned else sides))
    assert {one["result"] for one in found.values()} == {"changed" if turned else "broken"}
