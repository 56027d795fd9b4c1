"""Are business rules counted row by row, and are bad ones told in words?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from trueup.errors import BadQuantity, BadSettings
from trueup.loop.policy import Rule
from trueup.loop.schema import Column
from trueup.profiling.rules import check_rule, count_rules

TABLE = pa.table({"_id": ["x", "y", "z"], "amount": [1, 2, None], "plan": ["gold", "basic", "gold"]})
SCORE = np.array([0.1, 1.5, 0.3])


def test_a_rule_is_counted_and_its_rows_are_told() -> None:
    """Each rule has its own count; the mask holds the rows that broke any; a missing value breaks nothing."""
    rules = (Rule(name="probability", expect="score BETWEEN 0 AND 1"), Rule(name="large", expect="amount > 1"))
    counts, broken = count_rules(TABLE, rules, SCORE)

    assert [(one.name, one.rows, one.broken) for one in counts] == [("probability", 3, 1), ("large", 3, 1)]
    assert broken.tolist() == [True, True, False]


def test_no_rules_are_kept_by_all() -> None:
    """Without a rule nothing is broken."""
    counts, broken = count_rules(TABLE, (), SCORE)

    assert counts == ()
    assert broken.tolist() == [False, False, False]


def test_of_several_classes_the_greatest_counts() -> None:
    """For many classes `score` is the greatest probability."""
    scores = np.array([[0.2, 0.8], [0.5, 0.5], [0.9, 0.1]])
    _, broken = count_rules(TABLE, (Rule(name="sure", expect="score > 0.7"),), scores)

    assert broken.tolist() == [False, True, False]


FEATURES = (
    Column(name="amount", kind="numeric"),
    Column(name="plan", kind="categorical"),
    Column(name="day", kind="datetime"),
)


@pytest.mark.parametrize(
    "expect",
    [
        "score BETWEEN 0 AND 1",
        "amount > 1 OR plan IN ('gold', 'Agg')",
        "plan = 'Len' AND score < 0.5",
        "day > TIMESTAMP '2024-01-01 00:00:00'",
        "CASE WHEN amount > 1 THEN score > 0.5 ELSE TRUE END",
        "amount IS NULL",
    ],
)
def test_a_condition_on_one_answer_passes(expect: str) -> None:
    """What can be told row by row is a rule, whatever words the owner's values hold."""
    check_rule(expect, FEATURES)


@pytest.mark.parametrize(
    ("expect", "why"),
    [
        ("nope > 1", 'unable to find column "nope"'),
        ("_label = 1", 'unable to find column "_label"'),
        ("amount >", "unable to parse"),
        ("score", "is no condition, it gives Float64"),
        ("plan > 3", "cannot compare string with numeric"),
        ("1 = 1", "looks at no column"),
        ("sum(score) > 0", "looks at many rows at once"),
        ("score > avg(score)", "looks at many rows at once"),
        ("score > quantile_cont(score, 0.5)", "looks at many rows at once"),
        ("rank() OVER (ORDER BY score) > 1", "looks at many rows at once"),
        ("sum(amount) OVER (PARTITION BY plan) > 2", "looks at many rows at once"),
    ],
)
def test_what_is_no_condition_on_one_answer_is_refused(expect: str, why: str) -> None:
    """Unknown columns, broken SQL, values and aggregates are told before anything runs, without our own columns."""
    with pytest.raises(BadQuantity) as raised:
        check_rule(expect, FEATURES)
    assert why in raised.value.what
    assert "_id" not in str(raised.value)


def test_a_feature_called_score_makes_a_rule_ambiguous() -> None:
    """A rule never guesses whether the answer or the feature is meant."""
    features = (*FEATURES, Column(name="score", kind="numeric"))
    with pytest.raises(BadQuantity, match="the model's answer and a feature"):
        check_rule("score > 0", features)
    check_rule("amount > 0", features)


@pytest.mark.parametrize("expect", ["nope > 1", "amount +", "amount"])
def test_a_bad_rule_is_quoted(expect: str) -> None:
    """A rule that cannot be worked out, or is no condition, is quoted and names what it may speak of."""
    with pytest.raises(BadSettings) as raised:
        count_rules(TABLE, (Rule(name="mine", expect=expect),), SCORE)

    assert "rule mine" in str(raised.value)
    assert repr(expect) in str(raised.value)
    assert "_id" not in str(raised.value)
