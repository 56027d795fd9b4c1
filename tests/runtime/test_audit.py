"""Does an audit agree with an honest journal, and name every entry that was touched?"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from trueup.adapters.bundles.folder import FolderBundles
from trueup.adapters.journal.memory import MemoryJournal
from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.snapshots.parquet import ParquetSnapshots
from trueup.errors import NotFound
from trueup.loop.advance import CORE
from trueup.loop.events import CoreUpgraded
from trueup.ports.journal import Entry, Head, chain
from trueup.runtime import codec
from trueup.runtime.audit import MOST_SHOWN, audit
from trueup.runtime.audit_about import Stores, audit_about
from trueup.runtime.driver import Driver
from trueup.testing.scenario import Scenario
from trueup.testing.toy import ROWS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from trueup.ports.journal import Journal


def life() -> Scenario:
    """Alert, quarantine, training, release, rollback and a refusal."""
    scenario = Scenario().start().promoted(0.15)
    scenario.errors["v2"] = 0.45
    return scenario.window(0.45).closed(missing=ROWS // 2).labels().tick().until_training().trained(0.4)


def recorded() -> MemoryJournal:
    """The same, written down by the driver."""
    driver = Driver(MemoryJournal())
    for event in life().heard:
        driver.take(event)
    assert isinstance(driver.journal, MemoryJournal)
    return driver.journal


class Edited:
    """A journal in which somebody changed entries; with `rechained`, hashes were made to fit again."""

    def __init__(self, journal: Journal, edits: dict[int, Callable[[str], str]], *, rechained: bool = False) -> None:
        """Take the honest journal, and what to do to the payload at a position."""
        self._entries: list[Entry] = []
        previous = ""
        for entry in journal.read():
            payload = edits.get(entry.position, str)(entry.payload)
            before = previous if rechained and previous else entry.previous
            digest = chain(before, payload) if rechained else entry.hash
            self._entries.append(Entry(position=entry.position, payload=payload, previous=before, hash=digest))
            previous = digest

    def append(self, expected: int, payload: str) -> Entry:
        """Nobody writes here."""
        raise AssertionError(expected, payload)

    def read(self, after: int = 0) -> Iterator[Entry]:
        """The entries as they stand there now."""
        return iter(self._entries[after:])

    def head(self) -> Head:
        """The newest one's place and hash."""
        return Head(position=self._entries[-1].position, hash=self._entries[-1].hash)


def changed(edit: Callable[[dict[str, Any]], None]) -> Callable[[str], str]:
    """An edit of the plain JSON."""

    def apply(payload: str) -> str:
        """Read, edit, write."""
        entry = json.loads(payload)
        edit(entry)
        return json.dumps(entry, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    return apply


def position_of(kind: str, part: str = "event") -> int:
    """The last entry that holds a record of a kind."""
    return max(
        entry.position
        for entry in recorded().read()
        for found in [json.loads(entry.payload)[part]]
        if kind in {one["record"] for one in (found if isinstance(found, list) else [found])}
    )


def test_an_honest_journal_is_derived_again() -> None:
    """Every action, decision and verdict comes out as it was written, and the counts say how many that were."""
    journal, told = recorded(), life()
    found = audit(journal)
    assert found.equal
    assert (found.entries, found.core, found.head) == (len(told.heard), CORE, journal.head().hash)
    assert (found.actions, found.decisions) == (len(told.actions), len(told.remedies))


def test_an_empty_journal_is_equal() -> None:
    """Nothing was said, nothing is wrong."""
    assert audit(MemoryJournal()).equal


def test_an_edited_event_breaks_the_chain_at_its_place() -> None:
    """Even where the edit changes no action."""

    def later(entry: dict[str, Any]) -> None:
        """Three thumbs were made up, too few to say anything."""
        entry["event"]["returned"]["ups"] = 3

    place = position_of("LabelsMatured")
    found = audit(Edited(recorded(), {place: changed(later)}))
    assert [one.position for one in found.differences] == [place]
    assert "the hash does not fit" in found.differences[0].what


def test_an_edited_action_is_named_although_the_chain_was_made_to_fit() -> None:
    """Whoever rewrites all hashes still cannot make the core want something else."""

    def gentle(entry: dict[str, Any]) -> None:
        """A major alert becomes a minor one."""
        for action in entry["actions"]:
            if action["record"] == "Notify":
                action["severity"] = "minor"

    place = position_of("Notify", "actions")
    found = audit(Edited(recorded(), {place: changed(gentle)}, rechained=True))
    assert [(one.position, one.what.split(":")[0]) for one in found.differences] == [
        (place, "the same events lead to other actions")
    ]


def test_an_edited_decision_is_named() -> None:
    """So is one that was taken out."""

    def softer(entry: dict[str, Any]) -> None:
        """The verdict reads better."""
        entry["decisions"][0]["verdict"] = "proven"

    def silent(entry: dict[str, Any]) -> None:
        """The refusal was never written."""
        entry["decisions"] = []

    place = position_of("Decision", "decisions")
    for edit, derived in ((softer, "Decision"), (silent, "recorded is none, derived is Decision")):
        found = audit(Edited(recorded(), {place: changed(edit)}, rechained=True))
        assert [one.position for one in found.differences] == [place]
        assert "the same evidence leads to another decision" in found.differences[0].what
        assert derived in found.differences[0].what


def test_edited_evidence_shows_in_what_follows_from_it() -> None:
    """A verdict is derived from the stored evidence, so better evidence leads to another decision."""

    def better(entry: dict[str, Any]) -> None:
        """The candidate was never worse."""
        entry["event"]["judged"] = None

    place = position_of("TrainingFinished")
    found = audit(Edited(recorded(), {place: changed(better)}, rechained=True))
    assert found.differences[0].position == place
    assert any("another decision" in one.what for one in found.differences)


def test_an_entry_that_cannot_be_read_is_named_and_nothing_crashes() -> None:
    """What comes after it cannot be derived, but its chain is still looked at."""
    found = audit(Edited(recorded(), {5: lambda _: "{", 8: lambda payload: payload + " "}))
    assert [one.position for one in found.differences] == [5, 5, 8]
    assert "nothing after it can be derived" in found.differences[1].what


def test_an_entry_before_any_policy_is_named() -> None:
    """The policy reaches the core only from the journal."""
    journal = MemoryJournal()
    payloads = [entry.payload for entry in recorded().read()]
    journal.append(0, payloads[2])
    found = audit(journal)
    assert "it stands before any policy" in found.differences[0].what


def test_a_missing_entry_breaks_the_chain() -> None:
    """Taking one out does not go unseen."""
    honest = list(recorded().read())

    class Shorter(Edited):
        """Without its third entry."""

        def read(self, after: int = 0) -> Iterator[Entry]:
            """The others."""
            return iter([entry for entry in honest if entry.position != 3][after:])

    assert 4 in [one.position for one in audit(Shorter(recorded(), {})).differences]


def test_only_so_many_differences_are_shown() -> None:
    """A journal that is wrong everywhere is wrong enough after twenty."""
    everywhere: dict[int, Callable[[str], str]] = {place: (lambda text: text + " ") for place in range(1, 200)}
    found = audit(Edited(recorded(), everywhere))
    assert len(found.differences) == MOST_SHOWN
    assert not found.equal


def test_what_is_derived_is_compared_as_it_is_written() -> None:
    """A float that lost digits in the text is no difference."""
    entry = next(iter(recorded().read()))
    assert codec.decode(entry.payload).event == codec.normal(codec.decode(entry.payload).event)


def test_what_an_older_core_decided_otherwise_is_an_upgrade_and_no_fault() -> None:
    """A journal outlives the core that wrote it; the difference is told all the same."""

    def softer(entry: dict[str, Any]) -> None:
        """The older core said it in other words."""
        entry["decisions"][0]["verdict"] = "proven"

    place = position_of("Decision", "decisions")
    for version, equal in (("0", True), (CORE, False)):
        driver = Driver(MemoryJournal())
        for event in life().heard:
            driver.take(replace(event, version=version) if isinstance(event, CoreUpgraded) else event)
        found = audit(Edited(driver.journal, {place: changed(softer)}, rechained=True))
        assert found.equal is equal
        told = found.upgrades if equal else found.differences
        assert [one.position for one in told] == [place]


def stores(folder: Path) -> Stores:
    """Where a journal's bundles and snapshots would lie; nothing is there."""
    return Stores(bundles=FolderBundles(folder, LocalRecipes()), snapshots=ParquetSnapshots(folder))


def held(journal: Journal, what: str, folder: Path) -> dict[str, bool]:
    """What was looked at about a version or decision, and whether it holds."""
    return {one.name: one.holds for one in audit_about(what, journal, audit(journal), stores(folder)).checks}


def test_an_audit_of_a_version_looks_at_its_own_entries(tmp_path: Path) -> None:
    """A verdict that was edited fails for the version it was on, and for no other."""

    def softer(entry: dict[str, Any]) -> None:
        """Somebody let it pass."""
        entry["decisions"][0]["verdict"] = "proven"

    honest = recorded()
    refused = next(one for one in Driver(honest).decisions if one.remedy == "refuse")
    place = next(
        entry.position
        for entry in honest.read()
        if any(one.number == refused.number for one in codec.decode(entry.payload).decisions)
    )
    edited = Edited(honest, {place: changed(softer)}, rechained=True)

    assert held(honest, refused.version, tmp_path)["verdict"]
    assert not held(edited, refused.version, tmp_path)["verdict"]
    assert not held(edited, f"decision {refused.number}", tmp_path)["decisions"]
    assert held(edited, "v1", tmp_path)["decisions"]


def test_a_bundle_or_snapshot_that_is_not_there_does_not_hold(tmp_path: Path) -> None:
    """The journal alone cannot bring a version back."""
    found = held(recorded(), "v2", tmp_path)
    assert (found["decisions"], found["training order"], found["bundle"], found["snapshot"]) == (
        True,
        False,
        False,
        False,
    )


def test_what_is_not_in_the_journal_cannot_be_asked_about(tmp_path: Path) -> None:
    """The refusal names the versions and decisions that there are."""
    last = Driver(recorded()).decisions[-1].number
    for what in ("nope", "v99", str(last + 1)):
        with pytest.raises(NotFound, match=rf"versions: v1, v2, v3; decisions: 1 to {last}"):
            held(recorded(), what, tmp_path)


def test_a_difference_says_in_which_fields() -> None:
    """Two records of one name are told apart."""

    def softer(entry: dict[str, Any]) -> None:
        """The verdict was changed."""
        entry["decisions"][0]["verdict"] = "proven"

    place = position_of("Decision", "decisions")
    found = audit(Edited(recorded(), {place: changed(softer)}, rechained=True))
    assert found.differences[0].what.endswith("with another verdict")
