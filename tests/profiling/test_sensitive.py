"""Is the name of a sensitive column's level written anywhere?"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import pyarrow as pa

from trueup.adapters.fine_profiles.layout import encoded
from trueup.loop.monitor.moved import moved
from trueup.loop.monitor.signals import measure
from trueup.loop.schema import Column, Schema
from trueup.profiling import edges_of, fine_profile, fine_reference, profile
from trueup.profiling.codes import code
from trueup.profiling.fine import FineLevels

if TYPE_CHECKING:
    from trueup.loop.monitor.profile import Edges

NAMES: Final = ("atheist", "buddhist", "catholic")
FEATURES: Final = (Column(name="faith", kind="categorical"), Column(name="plan", kind="categorical"))
SCHEMA: Final = Schema(task="binary", label="y", features=FEATURES)


def rows(*counts: int) -> pa.Table:
    """So many rows of each faith; the plan says the same, and is not sensitive."""
    faiths = [name for name, count in zip(NAMES, counts, strict=True) for _ in range(count)]
    return pa.table({"faith": pa.array(faiths), "plan": pa.array([f"plan {name}" for name in faiths])})


def edges() -> Edges:
    """Those of a reference; the third faith is too rare for a name of its own."""
    return edges_of(rows(300, 200, 5), SCHEMA, sensitive=("faith",))


def test_levels_of_a_sensitive_column_are_codes_everywhere() -> None:
    """Edges, profiles and fine files hold codes; the other column keeps its names."""
    one = edges()
    assert one.column("faith").levels == tuple(sorted(map(code, NAMES[:2])))
    assert one.column("plan").levels == ("plan atheist", "plan buddhist")

    reference = fine_reference(rows(300, 200, 5), one)
    window = fine_profile(rows(10, 20, 400), reference, "f" * 64)
    written = [json.dumps([asdict(one), asdict(profile(rows(1, 2, 3), one))])]
    written += [
        json.dumps(dict(column.counts))
        for column in (reference.columns[0], window.columns[0])
        if isinstance(column, FineLevels)
    ]
    assert len(written) == 3
    assert "plan atheist" in written[0]
    assert not [name for name in NAMES for text in written if f'"{name}"' in text]
    assert b'"catholic"' not in encoded(window)


def test_a_coded_column_is_counted_as_any_other() -> None:
    """Known, rare and never-seen levels are told apart as under their names, and so are the moves."""
    one = edges()
    now = pa.table(
        {"faith": ["buddhist", "catholic", "pagan", None], "plan": ["plan buddhist", "plan catholic", "x", None]}
    )
    faith, plan = profile(now, one).columns
    assert (faith.counts[-1], faith.unseen, faith.missing) == (plan.counts[-1], plan.unseen, plan.missing) == (1, 1, 1)
    assert sorted(faith.counts) == sorted(plan.counts)


def test_what_moved_is_told_by_code() -> None:
    """A reason names the code, never the level."""
    one = edges()
    before, after = profile(rows(300, 200, 5), one), profile(rows(30, 400, 5), one)
    shares = [signal for signal in measure(one, before, after) if signal.column == "faith" and signal.kind == "share"]
    assert shares
    for signal in shares:
        words = moved(one.columns[0], before.columns[0], after.columns[0], "share", signal.level)
        assert words.startswith('"level ')


def test_a_code_is_the_same_in_every_profile() -> None:
    """Another reference, another day: the same level, the same code."""
    other = edges_of(rows(100, 0, 900), SCHEMA, sensitive=("faith",))
    assert set(other.column("faith").levels) == {code("atheist"), code("catholic")}
    assert set(edges().column("faith").levels) & set(other.column("faith").levels) == {code("atheist")}
