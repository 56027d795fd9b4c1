"""Does a running project hand out narrow tokens, and keep what it learnt from safe from whoever has one?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from badinput.world import project, served, values
from trueup import Client
from trueup.errors import Unauthorized
from trueup.gateway.corrections import ALWAYS
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
