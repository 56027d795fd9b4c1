"""Does a backtest say why nothing came of its trainings?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from trueup.loop.schema import Column, Schema
from trueup.sdk.backtest import not_promoted, plain_policy

if TYPE_CHECKING:
    from trueup.loop.policy import Policy

SCHEMA = Schema(task="binary", label="y", features=(Column(name="x", kind="numeric"),), classes=("0", "1"))


def told(*ends: tuple[str, str], trainings: int = 2, promotions: int = 0) -> dict[str, Any]:
    """A backtest's answer with these ends of releases."""
    return {
        "trainings": trainings,
        "promotions": promotions,
        "refused": [version for kind, version in ends if kind == "refuse"],
        "closed": [version for kind, version in ends if kind == "close"],
        "decisions": [{"kind": kind, "version": version} for kind, version in ends],
    }


def policy(*, strict: bool = False) -> Policy:
    """The plain one: a fifth of the entities, fifty answers."""
    plain = plain_policy("m", SCHEMA, "log_loss", rows=75, delay=0.0)
    return replace(plain, validate=replace(plain.validate, prove="strict")) if strict else plain


THIN = (("canary", "v2"), ("close", "v2"), ("canary", "v3"), ("close", "v3"))


@pytest.mark.parametrize(
    ("found", "rows", "said"),
    [
        (told(*THIN), 75, "nothing was promoted: no canary got the 50 answers it needs: about 15 a window at 20 %"),
        (told(*THIN), 4000, "nothing was promoted: 2 closed undecided"),
        (told(("refuse", "v2"), trainings=1), 75, "nothing was promoted: 1 refused"),
        (told(("close", "v2")), 75, "nothing was promoted: 1 closed undecided; 1 not yet decided or failed"),
        (told(trainings=0), 75, ""),
        (told(*THIN, promotions=1), 75, ""),
    ],
)
def test_trainings_without_a_promotion_are_explained(found: dict[str, Any], rows: int, said: str) -> None:
    """One line: too few canary answers, refused, or not decided; empty where there is nothing to explain."""
    assert not_promoted(found, [{"rows": rows}] * 5, policy()) == said


def test_strict_needs_a_proof_and_not_a_number() -> None:
    """Where nothing goes on unless proven, no count of answers is promised to be enough."""
    assert "no canary got the answers that a proof needs" in not_promoted(
        told(*THIN), [{"rows": 75}] * 5, policy(strict=True)
    )
