"""How is an estimator written without pickle? As skops, read back only against our own list of trusted types.

skops calls constructors and `__setstate__` of the types a file names; its own advice, to trust what the file lists, is
no boundary. Here a type is built only if skops itself trusts it, or it is on this list, or it is of the bundle's code.
"""

from __future__ import annotations

import json
from io import BytesIO
from typing import TYPE_CHECKING, Final
from zipfile import ZipFile, ZipInfo

from skops import io as skops_io  # type: ignore[import-untyped]  # ships no types

from trueup.errors import Refused

if TYPE_CHECKING:
    from pathlib import Path

TRUSTED: Final = frozenset(
    {
        "collections.OrderedDict",
        "lightgbm.basic.Booster",
        "lightgbm.sklearn.LGBMClassifier",
        "lightgbm.sklearn.LGBMRegressor",
        "sklearn._loss.loss.HalfTweedieLossIdentity",
        "sklearn.calibration._CalibratedClassifier",
        "sklearn.calibration._SigmoidCalibration",
        "sklearn.compose._column_transformer.make_column_selector",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.neighbors._ball_tree.BallTree",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
        "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
        "sklearn.tree._tree.Tree",
    }
)


def save_estimator(estimator: object, path: Path, package: str) -> None:
    """Write an estimator; errors.Refused if it holds a type that would not be read back."""
    written = _repeatable(skops_io.dumps(estimator))
    _trusted(written, package)
    path.write_bytes(written)


def load_estimator(path: Path, package: str) -> object:
    """Read an estimator, building no type that is not trusted."""
    written = path.read_bytes()
    return skops_io.loads(written, trusted=_trusted(written, package))


def _trusted(written: bytes, package: str) -> list[str]:
    """The types a file needs beyond those skops trusts, if all of them are trusted here."""
    needed: list[str] = skops_io.get_untrusted_types(data=written)
    strange = [name for name in needed if name not in TRUSTED and not name.startswith(f"{package}.")]
    if strange:
        raise Refused(
            f"the model holds types that are not trusted ({', '.join(strange)}); "
            "give its class save(path) and a classmethod load(path)"
        )
    return needed


def _repeatable(written: bytes) -> bytes:
    """The same file without addresses and times, so that the same fit has the same hash."""
    source, target = ZipFile(BytesIO(written)), BytesIO()
    numbers: dict[object, int] = {}
    names: dict[str, str] = {}
    tree = _renumbered(json.loads(source.read("schema.json")), numbers, names)
    with ZipFile(target, "w") as clean:
        for old, new in names.items():
            clean.writestr(ZipInfo(new), source.read(old))
        clean.writestr(ZipInfo("schema.json"), json.dumps(tree))
    return target.getvalue()


def _renumbered(node: object, numbers: dict[object, int], names: dict[str, str]) -> object:
    """A node with ids and file names counted in the order of their first appearance."""
    if isinstance(node, list):
        return [_renumbered(one, numbers, names) for one in node]
    if not isinstance(node, dict):
        return node
    fresh: dict[str, object] = {}
    for key, value in node.items():
        if key == "__id__":
            fresh[key] = numbers.setdefault(value, len(numbers))
        elif key == "file" and "__loader__" in node and isinstance(value, str):
            fresh[key] = names.setdefault(value, f"{len(names)}.{value.rpartition('.')[2]}")
        else:
            fresh[key] = _renumbered(value, numbers, names)
    return fresh
