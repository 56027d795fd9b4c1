"""Whatever the owner's code does, does the champion keep answering, and is the reason told?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from badinput.world import YAML, project, refused, run
from trueup.loop.events import PersonAsked
from trueup.sdk.backtest import Extras
from trueup.sdk.backtest import run as play
from trueup.sdk.project import open_project

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.sdk.backtest import Backtest

LIMITS = "train:\n  limits: {time: 6 s, memory: 1 GB}\n"
RECIPES = {
    "raises": "def build():\n    raise ValueError('weights.bin is gone')\n",
    "hangs": "import time\n\ndef build():\n    time.sleep(600)\n",
    "eats": "def build():\n    return [b'x' * 50_000_000 for _ in range(100)]\n",
    "returns": "def build():\n    return 'a model'\n",
    "nonsense": (
        "import numpy as np\nfrom sklearn.dummy import DummyRegressor\n\n"
        "class Nan(DummyRegressor):\n    def predict(self, X):\n        return np.full(len(X), np.nan)\n\n"
        "def build():\n    return Nan()\n"
    ),
    "leaves": "import sys\n\ndef build():\n    sys.exit(3)\n",
}
WORDS = {
    "raises": ("raised", "ValueError: weights.bin is gone (in raises.py, line 2"),
    "hangs": ("time", "6 seconds are over"),
    "eats": ("memory", "bytes, 1,073,741,824 are allowed"),
    "returns": ("nonsense", "returns.py:build returned str; return an object with fit and predict"),
    "nonsense": ("nonsense", "the model gave answers that are not finite"),
    "leaves": ("raised", "SystemExit: 3"),
}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Backtest:
    """A backtest in which a person asks for one bad recipe after the other."""
    folder = project(tmp_path_factory.mktemp("code"), yaml=YAML + LIMITS)
    for name, code in RECIPES.items():
        (folder / f"{name}.py").write_text(code, encoding="utf-8")
    opened = open_project(folder)
    wishes = tuple(
        PersonAsked(time=250.0 + 150 * place, wish="train", who="a test", note="", code=f"{name}.py:build")
        for place, name in enumerate(RECIPES)
    )
    opened.home.mkdir()
    return play(opened.history(), opened.policy, folder / "report.html", Extras(project=folder, wishes=wishes))


@pytest.mark.parametrize("place", range(len(RECIPES)), ids=[*RECIPES])
def test_a_recipe_that_gives_no_model_is_a_failed_run(played: Backtest, place: int) -> None:
    """One decision says how the run ended and what its last words were."""
    failed = [one for one in played.json()["decisions"] if one["kind"] == "failed"]
    why, detail = [*WORDS.values()][place]
    assert f"could not be trained ({why})" in failed[place]["headline"]
    assert detail in failed[place]["reasons"][0]


def test_the_champion_keeps_answering(played: Backtest) -> None:
    """No window is without answers, no bad recipe without its failure, and the journal is whole."""
    told = played.json()
    assert [one["kind"] for one in told["decisions"]].count("failed") == len(RECIPES)
    assert told["promotions"] == 0
    assert told["windows"] == len([one for one in played.story["series"] if one["served"] is not None]) == 10
    assert told["metric"]["trueup"] > 0.75
    assert told["audit"] == "equal"


def test_a_first_version_that_cannot_be_trained_is_told_and_can_be_mended(tmp_path: Path) -> None:
    """Exit 2 with the owner's own line; after the mend the same command trains, and the failure stays on record."""
    folder = project(tmp_path, yaml=YAML + "train: {code: model.py:build}\n")
    (folder / "model.py").write_text("def build():\n    raise KeyError('no such thing')\n", encoding="utf-8")
    answer = run("train", "-p", folder)
    assert answer.exit_code == 2
    assert "v1 could not be trained (raised): KeyError: 'no such thing' (in model.py, line 2" in answer.stderr
    assert "mend it and start again" in answer.stderr
    dummy = "from sklearn.dummy import DummyClassifier\n\ndef build():\n    return DummyClassifier()\n"
    (folder / "model.py").write_text(dummy, encoding="utf-8")
    assert "v2 is trained on 1,200 labelled rows" in run("train", "-p", folder).stdout
    assert "v1 could not be trained" in run("decisions", "-p", folder).stdout
    assert run("audit", "-p", folder).exit_code == 0


@pytest.mark.parametrize(("code", "said"), [("model.py:biuld", "'biuld in model.py'"), ("model.py", "model.py:build")])
def test_a_recipe_that_is_not_there_is_told(tmp_path: Path, code: str, said: str) -> None:
    """The project file names a function that does not exist."""
    folder = project(tmp_path, yaml=YAML + f"train: {{code: {code}}}\n")
    (folder / "model.py").write_text("def build():\n    return None\n", encoding="utf-8")
    assert said in refused("backtest", "-p", folder)
