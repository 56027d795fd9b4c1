"""Are business rules counted row by row, and are bad ones told in words?"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from trueup.errors import BadSettings
from trueup.loop.policy import Rule
from trueup.profiling.rules import count_rules

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


@pytest.mark.parametrize("expect", ["nope > 1", "amount +", "amount"])
def test_a_bad_rule_is_quoted(expect: str) -> None:
    """A rule that cannot be worked out, or is no condition, is quoted and names what it may speak of."""
    with pytest.raises(BadSettings) as raised:
        count_rules(TABLE, (Rule(name="mine", expect=expect),), SCORE)

    assert "rule mine" in str(raised.value)
    assert repr(expect) in str(raised.value)
    assert "_id" not in str(raised.value).rsplit(";", maxsplit=1)[-1]
