"""Is an alert a record that other programs can read and check?"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, Final, get_args

import pytest

from trueup.adapters.journal.memory import MemoryJournal
from trueup.loop.actions import NoticeKind
from trueup.loop.policy import Policy, Rule, Windowing
from trueup.runtime import codec
from trueup.runtime.alerts import KINDS, alert_events, schema
from trueup.runtime.story import Chronicle
from trueup.testing.scenario import Scenario
from trueup.testing.toy import PLAIN, ROWS

PUBLISHED: Final = Path(__file__).resolve().parents[2] / "docs" / "alert.schema.json"
ENVELOPE: Final = {"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "data"}
RULES: Final = replace(
    PLAIN, monitor=replace(PLAIN.monitor, rules=(Rule(name="is_probability", expect="score BETWEEN 0 AND 1"),))
)


def events(scenario: Scenario) -> list[dict[str, Any]]:
    """The alerts of a history, as other programs get them."""
    journal = MemoryJournal()
    for position, (event, step) in enumerate(zip(scenario.heard, scenario.steps, strict=True)):
        journal.append(position, codec.encode(event, step))
    return list(alert_events(Chronicle(journal), scenario.state, scenario.policy))


def story(policy: Policy = RULES) -> Scenario:
    """A moved column, a broken rule that gets graver, broken data and a fall of the metric."""
    scenario = Scenario(policy).start().windows(2)
    scenario.rule(broken=1).rule(broken=5).rule(broken=5)
    return scenario.closed(low=600).closed(low=600).closed(low=600).closed(missing=ROWS // 2).labels(0.5)


def test_the_published_schema_is_the_records_own() -> None:
    """docs/alert.schema.json is generated: `trueup alerts --schema > docs/alert.schema.json`."""
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == schema()


def test_every_alert_fits_the_schema() -> None:
    """Whatever kind it is of."""
    checker = import_module("jsonschema").Draft202012Validator
    checker.check_schema(schema())
    found = events(story())
    for one in found:
        checker(schema()).validate(one["data"])
    assert {one["data"]["kind"] for one in found} >= {"data", "rule", "quality"}


def test_the_envelope_is_one_of_cloudevents() -> None:
    """Required attributes, names of lower-case letters and digits, types that the specification has."""
    for one in events(story()):
        assert one.keys() >= ENVELOPE
        assert one["specversion"] == "1.0"
        assert all(re.fullmatch(r"[a-z0-9]{1,20}", name) for name in one)
        assert all(isinstance(value, (str, bool)) for name, value in one.items() if name != "data")
        assert all(one[name] for name in ("id", "source", "type", "subject"))
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", one["time"])


def test_ids_stay_and_never_meet() -> None:
    """Sent again it is the same event; two events never share an id, even of one alert."""
    once, again = events(story()), events(story())
    assert [one["id"] for one in once] == [one["id"] for one in again]
    assert len({one["id"] for one in once}) == len(once)


def test_order_numbers_have_no_time() -> None:
    """Where there is no clock, the envelope invents none."""
    plain = replace(RULES, window=Windowing(unit="rows", length=100, min_rows=1))
    assert all("time" not in one for one in events(story(plain)))


def test_a_rule_is_one_alert_that_may_become_graver() -> None:
    """Broken in three looks: opened once, told again when more break it than it allows, then quiet."""
    told = [one["data"] for one in events(story()) if one["data"]["kind"] == "rule"]
    assert [(one["number"], one["severity"], one["opened"]) for one in told] == [
        (1, "minor", True),
        (1, "major", False),
    ]
    assert [one["confidence"] for one in told] == [1.0, 1.0]


def test_an_alert_stands_until_its_episode_is_over() -> None:
    """Three windows in which the rule was kept end it, and the next broken answer is another alert."""
    scenario = Scenario(RULES).start().rule(broken=5)
    assert [one["standing"] for one in events(scenario)] == [True]
    scenario.windows(4)
    assert [one["standing"] for one in events(scenario)] == [False]
    scenario.rule(broken=5)
    assert [(one["data"]["number"], one["standing"]) for one in events(scenario)] == [(1, False), (2, True)]


def test_evidence_and_windows_say_where_to_look() -> None:
    """The hash is that of the journal's entry; broken data names its columns, its cause and what to do."""
    scenario = Scenario(RULES).start().closed(missing=ROWS // 2)
    [one] = events(scenario)
    data = one["data"]
    assert re.fullmatch("[0-9a-f]{64}", data["evidence"]["entry"])
    assert (data["columns"], data["proposed"]) == (["x"], "block and quarantine")
    assert data["windows"] == {"first": 7, "last": 7, "name": "#7"}
    assert data["cause"].startswith("missing values rose")


@pytest.mark.parametrize("kind", get_args(NoticeKind))
def test_every_kind_of_notice_has_a_kind_of_alert(kind: str) -> None:
    """But a release's own way, which is news and no alert."""
    assert (kind in KINDS) == (kind != "release")
