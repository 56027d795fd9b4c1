"""Do old histories still lead to the same actions and decisions? What an upgrade of the core changes shows here."""

from __future__ import annotations

import json
from typing import Any, Final, get_args

import pytest

from golden.notation import HERE, derived, expected, lives
from trueup.adapters.journal.memory import MemoryJournal
from trueup.loop.actions import Action
from trueup.runtime.audit import audit

RECORDED: Final = HERE / "recorded.jsonl"


@pytest.mark.parametrize("life", lives(), ids=lambda life: str(life["life"]))
def test_a_hand_written_history_leads_where_it_says(life: dict[str, Any]) -> None:
    """A person wrote down what must be wanted and decided after every event; the core agrees."""
    assert derived(life) == expected(life)


def test_a_recorded_history_is_derived_again() -> None:
    """A small backtest with real training, read through the codec: every action and decision comes out as recorded."""
    journal = MemoryJournal()
    for position, payload in enumerate(RECORDED.read_text(encoding="utf-8").splitlines()):
        journal.append(position, payload)
    found = audit(journal)
    assert found.differences == found.upgrades == ()
    assert found.entries > 50


def test_the_recorded_history_is_worth_reading() -> None:
    """It holds a release, a quarantine, a refusal or a shadow, and nearly every kind of action; and it stays small."""
    entries = [json.loads(line) for line in RECORDED.read_text(encoding="utf-8").splitlines()]
    remedies = {one["remedy"] for entry in entries for one in entry["decisions"]}
    kinds = {one["record"] for entry in entries for one in entry["actions"]}
    assert {"nothing", "train", "canary", "promote", "quarantine"} <= remedies
    assert {kind.__name__ for kind in get_args(Action)} - kinds <= {"Ask"}
    assert RECORDED.stat().st_size < 300_000
