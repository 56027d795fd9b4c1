"""Where do tests of the loop begin? Histories that lead to a place at which something is to be decided."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from trueup.testing.scenario import Scenario
from trueup.testing.toy import BETTER, GOOD, PLAIN, ROWS

if TYPE_CHECKING:
    from trueup.loop.policy import Policy

SUGGEST: Final = replace(PLAIN, mode="suggest")
OBSERVE: Final = replace(PLAIN, mode="observe")
STRICT: Final = replace(PLAIN, validate=replace(PLAIN.validate, prove="strict"))


def waiting(policy: Policy = SUGGEST) -> Scenario:
    """A good candidate waits for a person's yes."""
    return Scenario(policy).start().until_asked().answer(granted=True).trained(BETTER)


def agreed(policy: Policy = SUGGEST) -> Scenario:
    """A person said yes to a training and to its release, which is champion now."""
    return waiting(policy).answer(granted=True).loaded().exposed()


def lasting(policy: Policy = PLAIN, *, error: float = GOOD) -> Scenario:
    """A column lost values for good: three windows were kept out, the fourth is taken for a changed world."""
    scenario = Scenario(policy).start(error)
    for _ in range(4):
        scenario.closed(missing=ROWS // 2).labels()
    return scenario


def alarmed(scenario: Scenario) -> Scenario:
    """What is served falls; the loop has not decided on it yet."""
    return scenario.closed().labels(3 * GOOD)
