"""A gateway that runs, and a caller that may."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from gateway.toy import TOKEN, Toy, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the toy's spool is."""
    return tmp_path_factory.mktemp("toy")


@pytest.fixture(scope="module")
def toy(folder: Path) -> Toy:
    """The service behind the door."""
    return Toy(folder)


@pytest.fixture(scope="module")
def http(toy: Toy) -> Iterator[httpx.Client]:
    """A caller with the token, before a gateway with narrow limits."""
    headers = {"authorization": f"Bearer {TOKEN}"}
    with (
        serving(toy, max_body=100_000, max_rows=50) as url,
        httpx.Client(base_url=url, headers=headers) as client,
    ):
        yield client
