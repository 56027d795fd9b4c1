"""Do the default pipeline and the owner's code learn, and come back, as they should?"""

from __future__ import annotations

import sys
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyarrow as pa
import pytest

from trueup.adapters.models.code import Sources, import_module, read_sources
from trueup.adapters.models.encoder import MOST_LEVELS, Level, learn_encoder
from trueup.adapters.models.recipes import LocalRecipes
from trueup.adapters.models.words import Words
from trueup.errors import BadAnswer, NotFound, Refused, UsageError
from trueup.loop.schema import Column, Schema
from trueup.ports.models import Lesson, Recipe, Sample
from trueup.runtime.features import arrow_schema

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from trueup.ports.models import Fits

RECIPES: Final = LocalRecipes()
ROWS: Final = np.arange(300, dtype=np.int64)


def schema(task: Any = "binary", classes: int = 2, **kinds: Any) -> Schema:
    """Features by name and kind."""
    features = tuple(Column(name=name, kind=kind) for name, kind in (kinds or {"x": "numeric"}).items())
    return Schema(task=task, label="y", features=features, classes=tuple("abcdefgh"[:classes]))


def lesson(given: Schema, target: NDArray[Any], *samples: Sample, **columns: Any) -> Lesson:
    """Three hundred rows of one number, or of the columns given."""
    features = pa.table(columns or {"x": ROWS.astype(np.float64)}).cast(arrow_schema(given))
    return Lesson(schema=given, features=features, target=target.astype(np.float64), seed=7,
                  samples=samples or (Sample(rows=ROWS, weights=None),))  # fmt: skip


def again(fits: Fits, given: Schema, recipe: Recipe, folder: Path) -> Fits:
    """The fits after a way through files."""
    folder.mkdir()
    fits.save(folder)
    return RECIPES.load(folder, recipe, given)


def test_the_example_of_the_documentation_handles_texts(tmp_path: Path) -> None:
    """What the settings page shows as a model of one's own learns from numbers and texts, and comes back."""
    page = (Path(__file__).resolve().parents[2] / "docs" / "settings.md").read_text(encoding="utf-8")
    (tmp_path / "model.py").write_text(page.partition("```python")[2].partition("```")[0], encoding="utf-8")
    given = schema("binary", 2, x="numeric", job="categorical", flag="boolean")
    jobs = ["cook", "clerk", None]
    told = lesson(given, ROWS % 3 == 0, x=ROWS.astype(float), job=[jobs[n % 3] for n in ROWS], flag=[True, None] * 150)
    recipe = Recipe(code="model.py:build", project=str(tmp_path))
    fits = RECIPES.fit(recipe, told)
    said = again(fits, given, recipe, tmp_path / "kept").raw(told.features)
    assert ((said[0] > 0.5) == (ROWS % 3 == 0)).all()


def test_many_classes_are_learnt_at_a_bounded_cost() -> None:
    """Of many rare classes the usual rounds run away; fewer of them are steadier, and the fit says so."""
    dice = np.random.default_rng(3)
    x = dice.uniform(0, 60, 1500)
    names = tuple(f"{n:02d}" for n in range(60))
    given = Schema(task="multiclass", label="y", features=(Column(name="x", kind="numeric"),), classes=names)
    told = Lesson(schema=given, features=pa.table({"x": pa.array(x)}), target=np.floor(x), seed=7,
                  samples=(Sample(rows=np.arange(1000, dtype=np.int64), weights=None),))  # fmt: skip
    fits = RECIPES.fit(Recipe(), told)
    assert (fits.raw(told.features)[0, 1000:].argmax(axis=1) == np.floor(x[1000:])).mean() > 0.7
    assert fits.notes == ("60 classes: 16 rounds of boosting with longer steps instead of 100, to bound the cost",)


def test_a_class_that_was_not_seen_has_its_column(tmp_path: Path) -> None:
    """Scores stand in the order of the schema's classes; an unseen one is improbable, not impossible."""
    given = schema("multiclass", 4)
    fits = RECIPES.fit(Recipe(), lesson(given, np.where(ROWS < 150, 1, 3)))
    said = fits.raw(lesson(given, ROWS).features)
    assert said.shape == (1, 300, 4)
    assert np.allclose(said.sum(axis=2), 1)
    assert (said[0, :100].argmax(axis=1) == 1).all()
    assert (said[0, 200:].argmax(axis=1) == 3).all()
    assert np.allclose(said[0, :, [0, 2]], 1 / 304)
    assert fits.notes == ("a fit saw no row of 'a', 'c'",)
    assert np.array_equal(again(fits, given, Recipe(), tmp_path / "x").raw(lesson(given, ROWS).features), said)


@pytest.mark.parametrize(
    ("given", "always", "expected"),
    [
        (schema(), 1.0, 301 / 302),
        (schema(), 0.0, 1 / 302),
        (schema("regression", 0), 2.5, 2.5),
        (schema("multiclass", 3), 1.0, [1 / 303, 301 / 303, 1 / 303]),
    ],
    ids=["all yes", "all no", "one value", "one of three"],
)
def test_one_answer_only_gives_a_constant(given: Schema, always: float, expected: Any, tmp_path: Path) -> None:
    """Where there is nothing to tell apart the model says so, and is never quite certain of a class."""
    learnt = lesson(given, np.full(300, always))
    fits = again(RECIPES.fit(Recipe(), learnt), given, Recipe(), tmp_path / "x")
    assert np.allclose(fits.raw(learnt.features)[0], expected)
    [note] = RECIPES.fit(Recipe(), learnt).notes
    assert note.endswith("it is constant")


def test_weights_count() -> None:
    """Rows of weight nought do not teach."""
    flipped = np.logical_xor(ROWS < 150, ROWS % 2 == 1)
    even, odd = (Sample(rows=ROWS, weights=np.equal(ROWS % 2, half).astype(np.float64)) for half in (0, 1))
    said = RECIPES.fit(Recipe(), lesson(schema(), flipped, even, odd)).raw(lesson(schema(), ROWS).features)
    assert said[0, 0] > 0.9
    assert said[1, 0] < 0.1


def test_every_kind_of_feature_can_decide(tmp_path: Path) -> None:
    """Numbers, booleans, categories, times and words all reach the trees, missing ones too."""
    yes = ROWS % 2 == 0
    text = np.where(yes, "a long and winding text that says good", "a long and winding text that says bad")
    columns: dict[str, tuple[str, Any]] = {
        "number": ("numeric", np.where(yes, 1.0, 2.0)),
        "missing": ("numeric", [1.0 if one else None for one in yes]),
        "truth": ("boolean", yes),
        "level": ("categorical", np.where(yes, "u", "v")),
        "moment": ("datetime", pa.array(np.where(yes, 0, 13 * 3600 * 10**6), pa.timestamp("us"))),
        "words": ("categorical", [f"{one} {place}" for place, one in enumerate(text)]),
    }
    for name, (kind, values) in columns.items():
        given = schema("binary", 2, **{name: kind})
        learnt = lesson(given, yes, **{name: pa.array(values)})
        fits = again(RECIPES.fit(Recipe(), learnt), given, Recipe(), tmp_path / name)
        assert ((fits.raw(learnt.features)[0] > 0.5) == yes).all(), name
        nothing = pa.table({name: pa.nulls(1)}).cast(arrow_schema(given))
        assert np.isfinite(fits.raw(nothing)).all(), name


def test_one_row_is_encoded_as_many_are() -> None:
    """The quick way for a request gives the matrix the kernels give."""
    values = pa.chunked_array([[None, "b", "a", "new"] * 20])
    part = Level(name="c", levels=("a", "b"))
    whole = part.encode(values)
    single = np.concatenate([part.encode(values.slice(place, 1)) for place in range(80)])
    assert np.array_equal(whole, single, equal_nan=True)
    assert np.array_equal(whole[:4, 0], [np.nan, 1, 0, np.nan], equal_nan=True)


def test_wide_categories_are_capped_and_ids_left_out() -> None:
    """The most frequent levels are kept; a text that differs in every row teaches nothing; both are said."""
    given = schema(c="categorical", i="categorical")
    rows = 4 * MOST_LEVELS
    wide = [f"l{min(place, rows - place) % (MOST_LEVELS + 500)}" for place in range(rows)]
    table = pa.table({"c": wide, "i": [f"id{place}" for place in range(rows)]})
    encoder, notes = learn_encoder(table, given)
    level, words = encoder.parts
    assert isinstance(level, Level)
    assert len(level.levels) == MOST_LEVELS
    assert isinstance(words, Words)
    assert words.columns == ()
    assert notes == (
        f"c has {MOST_LEVELS + 500:,} levels: the {MOST_LEVELS:,} most frequent are kept, others count as missing",
        "i differs in nearly every row and shares no words: it is left out",
    )
    assert encoder.encode(table).shape == (rows, 1)


def test_without_any_readable_feature_there_is_still_an_answer() -> None:
    """Only ids: the model falls back to the mean."""
    given = schema(i="categorical")
    learnt = lesson(given, ROWS < 100, i=pa.array([f"id{place}" for place in range(300)]))
    assert np.allclose(RECIPES.fit(Recipe(), learnt).raw(learnt.features), 1 / 3)


CLASSIFIER: Final = """
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
def build():
    return make_pipeline(StandardScaler(), LogisticRegression())
"""
MEAN: Final = """
import numpy as np
from .shift import SHIFT
class Mean:
    def __init__(self, mean=None):
        self.mean = mean
    def fit(self, X, y):
        self.mean = y.mean() + SHIFT
    def predict(self, X):
        return np.full(len(X), self.mean)
    def save(self, path):
        path.write_text(repr(float(self.mean)))
    @classmethod
    def load(cls, path):
        return cls(float(path.read_text()))
def build():
    return Mean()
"""


def project(folder: Path, **sources: str) -> Recipe:
    """A project folder with these files, model.py among them."""
    folder.mkdir()
    for name, source in sources.items():
        (folder / f"{name}.py").write_text(source)
    return Recipe(project=str(folder), code="model.py:build")


def test_a_pipeline_of_scikit_learn_needs_nothing_more(tmp_path: Path) -> None:
    """It is written without pickle, weights reach its last step, and it answers as before."""
    recipe = project(tmp_path / "p", model=CLASSIFIER)
    samples = [Sample(rows=ROWS, weights=None), Sample(rows=ROWS, weights=(ROWS > 120).astype(float))]
    learnt = lesson(schema(), ROWS > 150, *samples)
    fits = RECIPES.fit(recipe, learnt)
    said = fits.raw(learnt.features)
    assert not np.allclose(said[0], said[1])
    assert np.array_equal(again(fits, schema(), recipe, tmp_path / "b").raw(learnt.features), said)


def test_two_versions_of_the_owners_code_live_in_one_process(tmp_path: Path) -> None:
    """Own save and load, modules that import each other, and two versions of them side by side."""
    learnt = lesson(schema("regression", 0), np.where(ROWS < 150, 0.0, 1.0))
    loaded = []
    for shift in (0, 10):
        recipe = project(tmp_path / f"p{shift}", model=MEAN, shift=f"SHIFT = {shift}")
        fits = RECIPES.fit(recipe, learnt)
        loaded.append(again(fits, learnt.schema, recipe, tmp_path / f"b{shift}"))
    assert [fits.raw(learnt.features)[0, 0] for fits in loaded] == [0.5, 10.5]
    assert loaded[0].code_hash != loaded[1].code_hash
    assert "model" not in sys.modules


def test_the_demos_garbage_is_a_model_that_knows_nothing(tmp_path: Path) -> None:
    """It passes for a model, comes back from its files, and is no better than chance."""
    recipe = Recipe(project=str(files("trueup.demo")), code="garbage.py:build")
    for given in (schema(), schema("regression", 0)):
        learnt = lesson(given, ROWS > 150)
        made = RECIPES.fit(recipe, learnt)
        said = again(made, given, recipe, tmp_path / given.task).raw(learnt.features)
        assert np.array_equal(said, made.raw(learnt.features))
        assert abs(np.corrcoef(said[0], learnt.target)[0, 1]) < 0.5


@pytest.mark.parametrize(
    ("source", "error", "words"),
    [
        ("import shift\ndef build(): ...", UsageError, "write 'from .shift import ...'"),
        ("def other(): ...", NotFound, "there is no function 'build in model.py'"),
        ("def build(): return 1", BadAnswer, "model.py:build returned int; return an object with fit and predict"),
        (MEAN.replace("y.mean() + SHIFT", "np.inf"), BadAnswer, "answers that are not finite"),
        (MEAN.replace("len(X)", "3"), BadAnswer, "the model gave 3 answers to 200 rows"),
        (MEAN.replace("y.mean() + SHIFT", "7"), BadAnswer, "probabilities from 7 to 7; keep them in"),
    ],
)
def test_code_that_cannot_be_used_is_told(tmp_path: Path, source: str, error: type[Exception], words: str) -> None:
    """Each slip of an owner's module is said with its mend."""
    recipe = project(tmp_path / "p", model=source, shift="SHIFT = 0")
    with pytest.raises(error, match=words):
        RECIPES.fit(recipe, lesson(schema(), ROWS > 150))


def test_a_type_off_the_list_is_not_written(tmp_path: Path) -> None:
    """An estimator that holds what would not be read back fails when it is trained, not when it is needed."""
    source = CLASSIFIER + "import argparse\ndef build():\n    m = LogisticRegression()\n"
    source += "    m.extra = argparse.Namespace(a=1)\n    return m\n"
    fits = RECIPES.fit(project(tmp_path / "p", model=source), lesson(schema(), ROWS > 150))
    with pytest.raises(Refused, match=r"types that are not trusted \(.*argparse.*; give its class save\(path\)"):
        again(fits, schema(), Recipe(), tmp_path / "b")


@pytest.mark.parametrize("code", ["model.py", "model:build", "model.py:", "other.py:build"])
def test_a_wrong_name_for_the_code_is_told(tmp_path: Path, code: str) -> None:
    """`train.code` names a file and a function of it."""
    project(tmp_path / "p", model=CLASSIFIER)
    with pytest.raises(UsageError, match=r"is not of the form model.py:build|the project's Python files are: model.py"):
        RECIPES.fit(Recipe(project=str(tmp_path / "p"), code=code), lesson(schema(), ROWS > 150))


def test_only_the_projects_own_source_is_taken(tmp_path: Path) -> None:
    """Environments, caches and hidden folders stay behind; packages inside the project come along."""
    for folder in (".venv", "__pycache__", "env", "inner/deep"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "x.py").write_text("VALUE = 3")
    (tmp_path / "env" / "pyvenv.cfg").write_text("")
    (tmp_path / "data.csv").write_text("")
    sources = read_sources(tmp_path)
    assert list(sources.files) == ["inner/deep/x.py"]
    assert vars(import_module(sources, "inner.deep.x"))["VALUE"] == 3
    assert Sources({"a.py": b"1"}).hash != Sources({"a.py": b"2"}).hash != Sources({"b.py": b"2"}).hash


def test_the_packages_that_an_owners_code_imports_are_known_by_the_names_they_are_installed_under() -> None:
    """They are part of a bundle, so that nobody counts on a version that would answer otherwise here."""
    sources = Sources(
        {"model.py": b"import sklearn.linear_model\nfrom numpy import ones\nfrom .own import x\nimport os"}
    )
    assert sources.packages == ("numpy", "scikit-learn")
