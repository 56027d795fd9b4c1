"""Does the project file find nonsense among KPIs, slices and objectives?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from trueup.errors import BadSettings
from trueup.loop.policy import Kpi, Policy, Slice, Trigger
from trueup.loop.schema import Column, Schema
from trueup.profiling.codes import code
from trueup.settings import load

if TYPE_CHECKING:
    from pathlib import Path

SHORT: Final = "trueup: 1\nmodel: shop\ndata: rows.parquet\ntime: ts\nlabel: bought\nmetric: accuracy\n"
SCHEMA: Final = Schema(
    task="binary",
    label="bought",
    features=(
        Column(name="age", kind="numeric"),
        Column(name="region", kind="categorical"),
        Column(name="vip", kind="boolean"),
        Column(name="born", kind="datetime"),
    ),
    classes=("0", "1"),
)


def policy(folder: Path, monitor: str, triggers: str = "", head: str = SHORT) -> Policy:
    """What a project file with these lines asks of the loop."""
    decide = f"decide:\n  triggers:\n{triggers}" if triggers else ""
    (folder / "trueup.yaml").write_text(f"{head}monitor:\n{monitor}{decide}", encoding="utf-8")
    return load(folder).policy(SCHEMA, clock=True)


def kpis(*lines: str) -> str:
    """KPIs as YAML."""
    return "  kpis:\n" + "".join(f"    - {line}\n" for line in lines)


def slices(*lines: str) -> str:
    """Slices as YAML."""
    return "  slices:\n" + "".join(f"    - {line}\n" for line in lines)


def test_every_way_to_make_a_kpi_is_understood(tmp_path: Path) -> None:
    """A mean, a ratio, a metric by any of its names, and code."""
    found = policy(
        tmp_path,
        kpis(
            "{name: ctr, mean_of: bought}",
            "{name: years_per_vip, ratio_of: [age, vip], direction: lower}",
            "{metric: ECE}",
            "{name: profit, code: kpi.py:Profit}",
        ),
    )
    assert found.monitor.kpis == (
        Kpi(name="ctr", kind="mean", of=("bought",)),
        Kpi(name="years_per_vip", kind="ratio", of=("age", "vip"), direction="lower"),
        Kpi(name="calibration_error", kind="metric", of=("calibration_error",), direction="lower"),
        Kpi(name="profit", kind="code", of=("kpi.py:Profit",)),
    )


def test_objectives_name_kpis_and_slices(tmp_path: Path) -> None:
    """A sensitive level reaches the policy under its code; an alias reaches it as the catalogue's name."""
    found = policy(
        tmp_path,
        kpis("{metric: f1}") + slices("{column: region}", "{column: age, edges: [30, 50]}"),
        "    - slo: {metric: f1_score, at_least: 0.4}\n"
        '    - slo: {slice: "region=north", at_least: 0.5}\n'
        '    - slo: {metric: accuracy, slice: "age < 30", at_least: 0.5}\n',
        head=f"{SHORT}sensitive: [region]\n",
    )
    assert found.monitor.slices == (Slice(column="region"), Slice(column="age", edges=(30.0, 50.0)))
    assert found.decide.triggers == (
        Trigger(name="slo", settings=(("at_least", 0.4), ("metric", "f1"), ("windows", 2.0))),
        Trigger(name="slo", settings=(("at_least", 0.5), ("slice", f"region = {code('north')}"), ("windows", 2.0))),
        Trigger(
            name="slo", settings=(("at_least", 0.5), ("metric", "accuracy"), ("slice", "age < 30"), ("windows", 2.0))
        ),
    )


@pytest.mark.parametrize(
    ("monitor", "triggers", "said"),
    [
        (kpis("{name: accuracy, mean_of: age}"), "", "two numbers are called 'accuracy'"),
        (kpis("{name: ctr, mean_of: age}", "{name: ctr, mean_of: vip}"), "", "two numbers are called 'ctr'"),
        (kpis("{name: ctr, mean_of: clicked}"), "", "no column is called 'clicked'"),
        (kpis("{name: ctr, mean_of: region}"), "", "is categorical, and has no mean"),
        (kpis("{name: ctr}"), "", "made one way"),
        (kpis("{name: ctr, mean_of: age, metric: f1}"), "", "made one way"),
        (kpis("{mean_of: age}"), "", "a KPI has a name"),
        (kpis("{name: x, metric: f1}"), "", "a KPI has a name"),
        (kpis("{metric: mae}"), "", "mean_absolute_error does not measure a binary model"),
        (kpis("{name: r, ratio_of: [age]}"), "", "a ratio is of two columns"),
        (kpis("{name: r, code: kpi.py}"), "", "code"),
        (slices("{column: regoin}"), "", "did you mean 'region'"),
        (slices("{column: age}"), "", "write edges for it"),
        (slices("{column: born}"), "", "has no levels"),
        (slices("{column: region, edges: [1, 2]}"), "", "takes no edges"),
        (slices("{column: age, edges: [50, 30]}"), "", "edges must rise"),
        (slices("{column: region}", "{column: region}"), "", "is cut twice"),
        ("  guarantee: strict\n", "", ""),
        ("  guarantee: loose\n", "", "strict"),
        (kpis("{metric: f1}"), "    - slo: {metric: ctr, at_least: 1}\n", "no metric or KPI is called 'ctr'"),
        (kpis("{metric: f1}"), '    - slo: {slice: "age < 30", at_least: 1}\n', "no slice is called"),
        (slices("{column: region}"), '    - slo: {slice: "age < 30", at_least: 1}\n', "known: region = ..."),
        (slices("{column: age, edges: [30]}"), '    - slo: {slice: "age < 31", at_least: 1}\n', "age < 30"),
    ],
)
def test_nonsense_is_found_with_its_mend(tmp_path: Path, monitor: str, triggers: str, said: str) -> None:
    """Names that clash, columns that are not there, slices of nothing; a share under `strict` is fine."""
    if not said:
        assert policy(tmp_path, monitor, triggers).monitor.guarantee == "strict"
        return
    with pytest.raises(BadSettings, match=r"trueup\.yaml") as caught:
        policy(tmp_path, monitor, triggers)
    assert said in str(caught.value)


def test_strict_is_refused_where_nothing_is_a_share_of_events(tmp_path: Path) -> None:
    """Average precision has no events; a click rate beside it has."""
    head = SHORT.replace("accuracy", "average_precision")
    with pytest.raises(BadSettings, match="shares of events"):
        policy(tmp_path, "  guarantee: strict\n", head=head)
    found = policy(tmp_path, kpis("{name: ctr, mean_of: label}") + "  guarantee: strict\n", head=head)
    assert found.monitor.guarantee == "strict"
