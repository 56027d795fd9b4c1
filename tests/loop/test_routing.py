"""Which version answers which entity?"""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from trueup.loop.deploy.routing import Route, arm, place, version_of

ENTITIES = [f"c-{number}" for number in range(20_000)]
ROUTE = Route(champion="v1", canary="v2", share=0.2, salt="toy/v2/b1")


def in_canary(route: Route) -> list[bool]:
    """Who of the entities is answered by the challenger."""
    return [arm(route, entity) == "canary" for entity in ENTITIES]


def test_the_canarys_share_holds() -> None:
    """A fifth of the entities, within what chance explains."""
    found = sum(in_canary(ROUTE)) / len(ENTITIES)
    assert abs(found - 0.2) < 4 * math.sqrt(0.2 * 0.8 / len(ENTITIES))


@given(st.text(), st.text())
def test_an_entity_is_always_answered_by_the_same_arm(salt: str, entity: str) -> None:
    """The place of an entity depends on nothing but the salt, and lies in the unit interval."""
    assert place(salt, entity) == place(salt, entity)
    assert 0.0 <= place(salt, entity) < 1.0


def test_a_fresh_salt_deals_anew() -> None:
    """The next release does not meet the same entities: a fifth of a fifth is in both."""
    other = Route(champion="v1", canary="v3", share=0.2, salt="toy/v3/b2")
    both = sum(a and b for a, b in zip(in_canary(ROUTE), in_canary(other), strict=True)) / len(ENTITIES)
    assert abs(both - 0.04) < 4 * math.sqrt(0.04 * 0.96 / len(ENTITIES))


def test_a_larger_share_keeps_those_who_were_in() -> None:
    """A ramp never takes an entity out again."""
    more = Route(champion="v1", canary="v2", share=0.5, salt=ROUTE.salt)
    assert all(b for a, b in zip(in_canary(ROUTE), in_canary(more), strict=True) if a)


def test_salt_and_entity_do_not_run_together() -> None:
    """Their border counts."""
    assert place("ab", "c") != place("a", "bc")


def test_nobody_and_everybody() -> None:
    """A share of nothing is nobody's, a whole one everybody's, and without a canary the champion answers."""
    assert not any(in_canary(Route(champion="v1", canary="v2", share=0.0, salt="s")))
    assert all(in_canary(Route(champion="v1", canary="v2", share=1.0, salt="s")))
    assert not any(in_canary(Route(champion="v1", share=1.0)))


def test_an_arm_has_a_version() -> None:
    """The route says which."""
    assert (version_of(ROUTE, "champion"), version_of(ROUTE, "canary")) == ("v1", "v2")
