"""Does trueup say which version cannot come back, before somebody counts on it?"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from sdk.shop import open_shop
from trueup.adapters.trainer import packages
from trueup.sdk.project import Project, open_project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def shop(tmp_path: Path) -> Project:
    """A project with its first version."""
    open_shop(tmp_path, rows=600)
    project = open_project(tmp_path)
    project.train()
    return project


def test_a_version_of_the_same_packages_can_be_armed(shop: Project) -> None:
    """Nothing is said where nothing is wrong."""
    assert shop.status()["cannot_be_armed"] == []


def test_a_version_of_other_packages_cannot_be_armed_and_status_says_so(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After an upgrade the version keeps answering, but nobody is told that it could come back."""
    trained_with = version("lightgbm")
    monkeypatch.setattr(packages, "version", lambda name: "99.0" if name == "lightgbm" else version(name))
    [sentence] = shop.status()["cannot_be_armed"]

    assert sentence.startswith(f"v1 cannot be armed: it was trained with lightgbm {trained_with} (here 99.0)")
    assert sentence.endswith("install that again, or trueup train")


def test_a_bundle_that_is_gone_cannot_be_armed_either(shop: Project) -> None:
    """Status stays readable, and names what is missing."""
    [bundle] = (shop.home / "bundles").iterdir()
    bundle.rename(bundle.with_name("elsewhere"))
    [sentence] = shop.status()["cannot_be_armed"]

    assert sentence.startswith("v1 cannot be armed: ")
    assert bundle.name[:12] in sentence
