"""Are the server's tokens one a scope, and only the owner's?"""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from trueup.errors import BadSettings
from trueup.settings.token import server_token, server_tokens

if TYPE_CHECKING:
    from pathlib import Path


def test_the_token_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    """A second start opens with the same token; nobody else may read it."""
    home = tmp_path / ".trueup"
    first = server_token(home, {})
    assert len(first) >= 32
    assert server_token(home, {}) == first
    assert stat.S_IMODE((home / "token").stat().st_mode) == 0o600


def test_the_environment_wins_and_writes_nothing(tmp_path: Path) -> None:
    """A token from outside is not kept on disk."""
    assert server_token(tmp_path / ".trueup", {"TRUEUP_TOKEN": "given"}) == "given"
    assert not (tmp_path / ".trueup").exists()


def test_each_scope_has_a_token_of_its_own(tmp_path: Path) -> None:
    """The narrower ones are kept like the project's own, and are shown nowhere."""
    found = server_tokens(tmp_path, {"TRUEUP_TOKEN": "given"})
    assert found == server_tokens(tmp_path, {"TRUEUP_TOKEN": "given"})
    assert found.project == "given"
    assert len({found.predict, found.outcomes, found.corrections}) == 3
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert found.predict not in repr(found)


def test_a_token_that_was_handed_out_cannot_open_all(tmp_path: Path) -> None:
    """A server that finds a narrower token where its own should be says so."""
    handed_out = server_tokens(tmp_path, {}).predict
    with pytest.raises(BadSettings, match="one token for two scopes"):
        server_tokens(tmp_path, {"TRUEUP_TOKEN": handed_out})


def test_an_empty_token_file_opens_nothing(tmp_path: Path) -> None:
    """An empty token would let everybody in."""
    (tmp_path / "token").write_text("", encoding="ascii")
    with pytest.raises(BadSettings, match="is empty"):
        server_token(tmp_path, {})


def test_a_home_that_cannot_be_made_says_the_way_out(tmp_path: Path) -> None:
    """An unwritable folder is no dead end."""
    (tmp_path / "file").write_text("", encoding="ascii")
    with pytest.raises(BadSettings, match="TRUEUP_TOKEN"):
        server_token(tmp_path / "file" / ".trueup", {})
