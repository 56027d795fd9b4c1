"""Does a label mean the same however it reaches us?"""

from __future__ import annotations

import math
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trueup.errors import BadData
from trueup.loop.schema import Column, Schema
from trueup.runtime.labels import class_text, decode, encode, normalise

FEATURES: Final = (Column(name="x", kind="numeric"),)


def schema(*classes: str) -> Schema:
    """Classes by name; none is regression."""
    task: dict[int, Any] = {0: "regression", 2: "binary"}
    return Schema(task=task.get(len(classes), "multiclass"), label="y", features=FEATURES, classes=classes)


NUMBERS, BOOLEANS, WORDS, AMOUNT = schema("0", "1"), schema("false", "true"), schema("no", "yes"), schema()


@pytest.mark.parametrize("one", [1, 1.0, True, "1", "1.0", " 1 ", np.int8(1), np.float32(1), np.bool_(1)], ids=repr)
def test_one_is_one_in_every_spelling(one: object) -> None:
    """Numbers, booleans and texts name the same class."""
    assert class_text(NUMBERS, one) == "1"
    if not isinstance(one, str):
        assert class_text(BOOLEANS, one) == "true"


def test_texts_are_read_with_mercy() -> None:
    """Case and blanks at the ends do not make another class, where there is only one it can be."""
    assert [class_text(WORDS, text) for text in ("yes", " yes", "YES")] == ["yes"] * 3
    assert class_text(schema("False", "True"), "true") == "True"
    assert class_text(schema("a", "A"), "A") == "A"


@pytest.mark.parametrize(
    ("known", "value", "words"),
    [
        (WORDS, "yess", "label 'y': 'yess' is not one of its classes; did you mean 'yes'"),
        (NUMBERS, 2, "2 is not one of its classes; the classes are 0, 1"),
        (WORDS, 1, "1 is not one of its classes; the classes are no, yes"),
        (schema(*map(str, range(12))), 99.5, "the classes are 0, 1, 2, .*, 9, [.]{3}"),
    ],
)
def test_a_label_that_is_no_class_is_told(known: Schema, value: object, words: str) -> None:
    """The message holds the value and the nearest class."""
    with pytest.raises(BadData, match=words):
        class_text(known, value)


@pytest.mark.parametrize(
    "column",
    [
        pa.array([1, None, 0], pa.int8()),
        pa.array([1.0, math.nan, 0.0]),
        pa.array([True, None, False]),
        pa.array(["1", None, "0"]).dictionary_encode(),
        pa.chunked_array([["1", None], ["0"]]),
    ],
)
def test_a_column_becomes_class_text(column: Any) -> None:
    """Missing stays missing, whatever type the file had."""
    assert normalise(NUMBERS, column).to_pylist() == ["1", None, "0"]


def test_amounts_are_numbers() -> None:
    """Regression labels are float64, NaN is missing, infinities and texts are refused."""
    assert normalise(AMOUNT, pa.array([1, None], pa.int32())).to_pylist() == [1.0, None]
    assert normalise(AMOUNT, pa.array([1.5, math.nan])).to_pylist() == [1.5, None]
    assert normalise(AMOUNT, pa.nulls(2)).to_pylist() == [None, None]
    with pytest.raises(BadData, match="label 'y': row 2 is infinite"):
        normalise(AMOUNT, pa.array([1.0, math.inf]))
    with pytest.raises(BadData, match="label 'y': holds string, not numbers"):
        normalise(AMOUNT, pa.array(["1"]))


def test_labels_in_memory_have_the_shared_shapes() -> None:
    """Two classes are 0.0 and 1.0, many are positions, amounts are themselves."""
    assert encode(WORDS, pa.array(["yes", "no"])).tolist() == [1.0, 0.0]
    assert encode(WORDS, pa.array(["yes"])).dtype == np.float64
    many = encode(schema("a", "b", "c"), pa.array(["c", "a"]))
    assert many.tolist() == [2, 0]
    assert many.dtype == np.int64
    assert encode(AMOUNT, pa.array([1, 2])).tolist() == [1.0, 2.0]


def test_a_row_without_a_label_is_not_encoded() -> None:
    """A missing label never turns into a number."""
    with pytest.raises(BadData, match="label 'y': row 2 has none; leave out the rows without a label"):
        encode(WORDS, pa.array(["yes", None]))


@given(st.lists(st.sampled_from("abc"), min_size=1), st.lists(st.floats(-1e9, 1e9), min_size=1))
def test_encoding_has_a_way_back(texts: list[str], amounts: list[float]) -> None:
    """What was encoded is decoded to the same labels."""
    many = schema("a", "b", "c")
    assert decode(many, encode(many, pa.array(texts))).to_pylist() == texts
    assert decode(AMOUNT, encode(AMOUNT, pa.array(amounts))).to_pylist() == amounts
