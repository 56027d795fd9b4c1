"""Does a running project hand out narrow tokens, and keep what it learnt from safe from whoever has one?"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from badinput.world import project, served, values
from trueup import Client
from trueup.adapters.notifier.silent import SilentNotifier
from trueup.assembly import open_journal
from trueup.errors import Corrupted, Unauthorized
from trueup.gateway.corrections import ALWAYS
from trueup.loop.intake import LateRowsCounted
from trueup.runtime.driver import Driver
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from pathlib import Path

ROW = {"x": 0.5, "kind": "a"}


def test_a_narrow_token_does_one_thing_and_changes_little(tmp_path: Path) -> None:
    """The labels of the first training can be corrected up to the cap; status counts the rest."""
    opened = open_project(project(tmp_path))
    ids = opened.history().ids.to_pylist()[:100]
    turned = [(str(name), 1 - label, 1200.0) for name, label in zip(ids, values("y")[:100], strict=True)]
    with served(tmp_path) as own:
        own.clock(1200.0)
        tokens = opened.settings.tokens()
        with Client(own.url, "toy", tokens.predict) as asks, Client(own.url, "toy", tokens.outcomes) as tells:
            assert asks.predict(ROW, time=1200.0).version == "v1"
            with pytest.raises(Unauthorized, match=r"may not post outcomes; take the one of .*token\.outcomes"):
                asks.outcome("a", 1, time=1200.0)
            with pytest.raises(Unauthorized, match=r"may not ask or post predictions"):
                tells.predict(ROW, time=1200.0)
            assert tells.outcomes(turned).accepted == ALWAYS
    assert opened.status()["kept_aside"] == len(turned) - ALWAYS


def test_what_another_process_wrote_is_carried_out_at_a_glance(tmp_path: Path) -> None:
    """A running loop takes in what others asked for without waiting for rows or for the clock."""
    opened = open_project(project(tmp_path))
    opened.train()
    house = opened.house(notifier=SilentNotifier())
    with closing(opened.live(house)) as live:
        live.start(None)
        assert live.heed() == ()
        elsewhere = Driver(open_journal(opened.home))
        late = LateRowsCounted(time=elsewhere.state.time, window=elsewhere.state.closed, rows=7)
        assert elsewhere.take(late).actions
        [step] = live.heed()
        assert step.state.position == elsewhere.state.position + 1
        assert not house.driver.open
    house.close()


def test_a_journal_that_was_edited_is_not_gone_on_from(tmp_path: Path) -> None:
    """Whoever changes a letter of it finds no server that trusts it."""
    opened = open_project(project(tmp_path))
    opened.train()
    with closing(sqlite3.connect(opened.home / "journal.db")) as base:
        base.execute("UPDATE journal SET payload = replace(payload, 'train the', 'grain the')")
        base.commit()
    with pytest.raises(Corrupted, match="hash does not fit"):
        opened.house(notifier=SilentNotifier())
