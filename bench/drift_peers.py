"""One peer on two Parquet files, in an interpreter of its own: python drift_peers.py NAME REFERENCE CURRENT.

Each peer reads both files and says how far every column moved, by its own defaults or by several measures. What is
measured: seconds of import, then wall and CPU seconds of reading and computing. Only the standard library is needed to
start, since peers cannot live in one environment.
"""

from __future__ import annotations

import json
import logging
import sys
import time
import warnings
from importlib import import_module
from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType

    from pandas import DataFrame

    from trueup.stats.arrays import Integers


def frames(reference: str, current: str) -> tuple[DataFrame, DataFrame, list[str], list[str]]:
    """Both files as pandas reads them, and which columns are numbers."""
    pandas = import_module("pandas")
    before, after = pandas.read_parquet(reference), pandas.read_parquet(current)
    numbers = [name for name in before.columns if before[name].dtype.kind in "fiu"]
    return before, after, numbers, [name for name in before.columns if name not in numbers]


def polars(reference: str, current: str) -> int:
    """No scores: what it takes to read both files."""
    read = import_module("polars").read_parquet
    return len([frame.width for frame in (read(reference), read(current))])


def scipy(reference: str, current: str) -> int:
    """KS, Wasserstein and PSI on deciles of every number; chi-squared and PSI of every level; missing values."""
    numpy, stats = import_module("numpy"), import_module("scipy.stats")
    before, after, numbers, levels = frames(reference, current)
    scores = 0
    for name in numbers:
        left, right = before[name].dropna().to_numpy(), after[name].dropna().to_numpy()
        cuts = numpy.unique(numpy.quantile(left, numpy.linspace(0.1, 0.9, 9)))
        stats.ks_2samp(left, right, method="asymp")
        stats.wasserstein_distance(left, right)
        stability(numpy, *(numpy.bincount(numpy.digitize(one, cuts), minlength=10) for one in (left, right)))
        scores += 3
    for name in levels:
        counts = [one[name].value_counts() for one in (before, after)]
        names = sorted({*counts[0].index, *counts[1].index})
        table = numpy.array([[one.get(level, 0) for level in names] for one in counts])
        stats.chi2_contingency(table)
        stability(numpy, *table)
        scores += 2
    return scores


def stability(numpy: ModuleType, before: Integers, after: Integers) -> float:
    """The population stability index of two rows of counts."""
    shares = [numpy.maximum(one / one.sum(), 1e-4) for one in (before, after)]
    return float(((shares[1] - shares[0]) * numpy.log(shares[1] / shares[0])).sum())


def evidently(reference: str, current: str) -> int:
    """Its preset for data drift, with its defaults."""
    package, presets = import_module("evidently"), import_module("evidently.presets")
    before, after, numbers, levels = frames(reference, current)
    kinds = package.DataDefinition(numerical_columns=numbers, categorical_columns=levels)
    sides = [package.Dataset.from_pandas(one, data_definition=kinds) for one in (after, before)]
    return len(package.Report([presets.DataDriftPreset()]).run(*sides).dict()["metrics"]) - 1


def frouros(reference: str, current: str) -> int:
    """Population stability index of every column, its fastest measure that takes both kinds."""
    found = import_module("frouros.detectors.data_drift")
    pandas = import_module("pandas")
    before, after, numbers, levels = frames(reference, current)
    for name in numbers + levels:
        left, right = before[name].dropna(), after[name].dropna()
        if name in levels:
            codes, _ = pandas.factorize(pandas.concat([left, right], ignore_index=True))
            left, right = codes[: len(left)], codes[len(left) :]
        measure = found.PSI()
        measure.fit(X=left.to_numpy(float) if name in numbers else left)
        measure.compare(X=right.to_numpy(float) if name in numbers else right)
    return len(numbers + levels)


def nannyml(reference: str, current: str) -> int:
    """Its default measure, Jensen-Shannon, on its default ten chunks."""
    package = import_module("nannyml")
    before, after, numbers, levels = frames(reference, current)
    asked = package.UnivariateDriftCalculator(column_names=numbers + levels, treat_as_categorical=levels)
    asked.fit(before)
    asked.calculate(after).to_df()
    return len(numbers + levels)


def alibi_detect(reference: str, current: str) -> int:
    """KS and chi-squared; it takes one matrix without holes, which is part of the work."""
    numpy, pandas = import_module("numpy"), import_module("pandas")
    tabular = import_module("alibi_detect.cd").TabularDrift
    before, after, numbers, levels = frames(reference, current)
    both = pandas.concat([before, after], ignore_index=True)
    matrix = numpy.empty(both.shape)
    for place, name in enumerate(numbers):
        matrix[:, place] = both[name].fillna(before[name].median())
    for place, name in enumerate(levels, len(numbers)):
        matrix[:, place] = pandas.factorize(both[name], use_na_sentinel=False)[0]
    kinds = dict.fromkeys(range(len(numbers), matrix.shape[1]))
    found = tabular(matrix[: len(before)], p_val=0.05, categories_per_feature=kinds)
    return len(found.predict(matrix[len(before) :], drift_type="feature")["data"]["distance"])


PEERS = {  # function, package, what is imported before the clock starts
    "polars": (polars, "polars", ("polars",)),
    "scipy": (scipy, "scipy", ("pandas", "scipy.stats")),
    "evidently": (evidently, "evidently", ("pandas", "evidently", "evidently.presets")),
    "frouros": (frouros, "frouros", ("pandas", "frouros.detectors.data_drift")),
    "nannyml": (nannyml, "nannyml", ("pandas", "nannyml")),
    "alibi-detect": (alibi_detect, "alibi-detect", ("pandas", "alibi_detect.cd")),
}


def main() -> None:
    """Run one peer and print a line of JSON."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.WARNING)
    name, reference, current = sys.argv[1:]
    peer, package, modules = PEERS[name]
    begun = time.perf_counter()
    for module in modules:
        import_module(module)
    loaded, worked = time.perf_counter(), time.process_time()
    scores = peer(reference, current)
    told = {
        "import_s": loaded - begun,
        "work_s": time.perf_counter() - loaded,
        "work_cpu_s": time.process_time() - worked,
        "scores": scores,
        "version": version(package),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main()
