"""What every trainer promises; a new engine subclasses `TrainerContract` and is tested at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import pyarrow as pa
import pytest

from trueup.adapters.bundles.folder import FolderBundles
from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.snapshots.parquet import ParquetSnapshots
from trueup.errors import RunFailed
from trueup.loop.policy import Scope
from trueup.loop.schema import Column, Schema
from trueup.ports.trainer import Trainer, TrainingRun

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA: Final = Schema(
    task="binary",
    label="subscribed",
    features=(
        Column(name="age", kind="numeric"),
        Column(name="job", kind="categorical"),
        Column(name="owner", kind="boolean"),
        Column(name="since", kind="datetime"),
    ),
    classes=("no", "yes"),
)
SCOPES: Final = (Scope(name="last", windows=3), Scope(name="all"), Scope(name="recency", windows=3))
SEEN: Final = tuple(zip(SCOPES, (300, 600, 600), strict=True))  # rows of each

GOOD: Final = """
import numpy as np
from sklearn.tree import DecisionTreeClassifier


class Numbers:
    def __init__(self, tree):
        self.tree = tree

    def fit(self, X, y, sample_weight=None):
        self.tree.fit(self.see(X), y, sample_weight=sample_weight)
        return self

    def see(self, X):
        return X.select_dtypes("number").fillna(0).to_numpy()

    def predict(self, X):
        return self.tree.predict(self.see(X))

    def predict_proba(self, X):
        return self.tree.predict_proba(self.see(X))


def build(seed):
    print("what the owner's code prints disturbs nobody")
    return Numbers(DecisionTreeClassifier(max_depth=3, random_state=seed))
"""
RAISES: Final = "def build():\n    raise ValueError('no such table')\n"
NONSENSE: Final = """
import numpy as np


class Nonsense:
    def fit(self, X, y):
        return self

    def predict(self, X):
        return np.full(len(X), np.nan)


def build():
    return Nonsense()
"""


def rows(count: int = 600, windows: int = 6) -> pa.Table:
    """Rows of a small world, by chance but always the same: older owners say yes."""
    dice = np.random.default_rng(5)
    age = dice.uniform(20, 70, count)
    owner = dice.random(count) < 0.5
    yes = dice.random(count) < 1 / (1 + np.exp(-(age - 45) / 5 - owner))
    return pa.table(
        {
            "age": pa.array(np.where(dice.random(count) < 0.05, np.nan, age), pa.float64(), from_pandas=True),
            "job": pa.array(dice.choice(["cook", "nurse", "pilot"], count), pa.string()),
            "owner": pa.array(owner),
            "since": pa.array(dice.integers(0, 10**15, count), pa.timestamp("us")),
            "_id": pa.array([f"r{place:05d}" for place in range(count)]),
            "_time": pa.array(np.arange(count, dtype=np.float64)),
            "_window": pa.array(np.arange(count) * windows // count + 1, pa.int64()),
            "_label": pa.array(np.where(yes, "yes", "no"), pa.string()),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Yard:
    """A trainer with the stores it works on, and a run to start from."""

    trainer: Trainer
    snapshots: ParquetSnapshots
    bundles: FolderBundles
    run: TrainingRun
    folder: Path

    def project(self, source: str) -> str:
        """A project folder whose model.py holds this source."""
        folder = self.folder / f"project-{abs(hash(source))}"
        folder.mkdir(exist_ok=True)
        (folder / "model.py").write_text(source, encoding="utf-8")
        return str(folder)

    def with_code(self, source: str, **changes: object) -> TrainingRun:
        """The run with the owner's code."""
        changed = {"project": self.project(source), "code": "model.py:build", **changes}
        return replace(self.run, **changed)  # type: ignore[arg-type]  # names and types are the caller's word


class TrainerContract(ABC):
    """Subclass it in a test module and say how to make the trainer."""

    @classmethod
    @abstractmethod
    def make(cls, snapshots: ParquetSnapshots, bundles: FolderBundles) -> Trainer:
        """Give a trainer on these stores."""

    @pytest.fixture(scope="class")
    @classmethod
    def yard(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Yard]:
        """One trainer for all promises, since starting one may take seconds."""
        folder = tmp_path_factory.mktemp("yard")
        snapshots, bundles = ParquetSnapshots(folder / "snapshots"), FolderBundles(folder / "bundles", LocalRecipes())
        snapshot = snapshots.write(rows(), as_of=1e6)
        run = TrainingRun(id="run 1", snapshot=snapshot.hash, schema=SCHEMA, scopes=SCOPES)
        trainer = cls.make(snapshots, bundles)
        yield Yard(trainer=trainer, snapshots=snapshots, bundles=bundles, run=run, folder=folder)
        trainer.close()

    def test_a_run_stores_a_bundle_that_answers(self, yard: Yard) -> None:
        """The report names the stored bundle; its fits stand in the order of the scopes and beat chance."""
        made = yard.trainer.train(yard.run)
        assert [(fit.scope, fit.rows) for fit in made.fits] == [(scope.title, rows) for scope, rows in SEEN]
        assert (made.run, made.attempts, made.notes) == ("run 1", 1, ())
        assert made.cpu_seconds > 0
        bundle, table = yard.bundles.load(made.bundle), rows()
        said = bundle.fits.raw(table.select(list(SCHEMA.names)))
        right = (said > 0.5) == (np.array(table["_label"].to_pylist()) == "yes")
        assert said.shape == (3, 600)
        assert right.mean(axis=1).min() > 0.8
        assert bundle.manifest.lineage.snapshot == yard.run.snapshot

    def test_the_same_run_gives_the_same_bundle(self, yard: Yard) -> None:
        """Who trains it again gets it again, byte for byte: the default pipeline and the owner's code."""
        for run in (yard.run, yard.with_code(GOOD)):
            assert yard.trainer.train(run).bundle == yard.trainer.train(run).bundle

    def test_later_rows_are_not_seen(self, yard: Yard) -> None:
        """`until` leaves out rows from that moment on, and windows count back from the newest that is left."""
        made = yard.trainer.train(replace(yard.run, until=450.0))
        assert [fit.rows for fit in made.fits] == [250, 450, 450]

    def test_scopes_of_the_same_rows_share_a_model(self, yard: Yard) -> None:
        """Nothing is fitted twice; the report still names every scope."""
        scopes = (Scope(name="last", windows=9), Scope(name="all"), Scope(name="recency"))
        made = yard.trainer.train(replace(yard.run, scopes=scopes))
        assert [fit.model for fit in yard.bundles.manifest(made.bundle).fits] == [0, 0, 1]
        assert [fit.rows for fit in made.fits] == [600, 600, 600]

    def test_the_owners_code_is_trained_and_read_back(self, yard: Yard) -> None:
        """Plain classes of the project come back without pickle and answer as they did."""
        made = yard.trainer.train(yard.with_code(GOOD))
        said = yard.bundles.load(made.bundle).fits.raw(rows().select(list(SCHEMA.names)))
        assert said.shape == (3, 600)
        assert 0 <= said.min() < 0.3
        assert 0.7 < said.max() <= 1

    @pytest.mark.parametrize(
        ("source", "why", "words"),
        [
            (RAISES, "raised", "no such table (in model.py, line 2"),
            (NONSENSE, "nonsense", "not finite"),
            ("def build():\n    return 7\n", "nonsense", "returned int"),
            ("build = None\n", "raised", "there is no function 'build in model.py'"),
            ("def build(:\n", "raised", "SyntaxError"),
            ("import no_such_package\n", "raised", "no_such_package"),
            ("raise SystemExit(3)\n", "raised", "SystemExit"),
        ],
    )
    def test_code_that_fails_says_how(self, yard: Yard, source: str, why: str, words: str) -> None:
        """A run without a model says how it ended, with its last words, and the trainer goes on."""
        with pytest.raises(RunFailed) as failure:
            yard.trainer.train(yard.with_code(source))
        assert failure.value.why == why
        assert words in failure.value.detail
        assert yard.trainer.train(yard.run).bundle

    def test_without_labels_there_is_nothing_to_learn(self, yard: Yard) -> None:
        """A run that selects no row says so."""
        with pytest.raises(RunFailed, match="hold none with a label before -1"):
            yard.trainer.train(replace(yard.run, until=-1.0))

    def test_labels_that_are_no_class_are_told(self, yard: Yard) -> None:
        """A label outside the schema's classes ends the run with its text."""
        schema = replace(SCHEMA, classes=("no", "maybe"))
        with pytest.raises(RunFailed, match="'yes'"):
            yard.trainer.train(replace(yard.run, schema=schema))

    def test_a_run_that_is_not_there_cannot_be_cancelled(self, yard: Yard) -> None:
        """Cancelling is harmless where there is nothing to stop."""
        assert yard.trainer.cancel("never heard of") is False
