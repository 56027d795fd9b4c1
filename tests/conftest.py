"""What every test stands on: one thread a process, the same chance on every run, the shared data where it is."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from hypothesis import settings

# Two test processes share two cores: a pool of threads in each would only fight.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "POLARS_MAX_THREADS"):
    os.environ.setdefault(variable, "1")

settings.register_profile("repeatable", deadline=None, derandomize=True, database=None, max_examples=100)
settings.load_profile("repeatable")

SHARED_DATA: Final = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip the tests marked `data` where the shared data sets are not beside the checkout."""
    if SHARED_DATA.is_dir():
        return
    absent = pytest.mark.skip(reason="the data sets (../shared/data) are not beside this checkout")
    for item in items:
        if item.get_closest_marker("data"):
            item.add_marker(absent)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of the shared data sets; only for tests marked `data`."""
    return SHARED_DATA
