"""How long does the monitor think about a window?"""

from __future__ import annotations

import time

import pyarrow as pa

from bench.figure import Figure, median_of
from trueup.loop.monitor.alert import observe
from trueup.loop.monitor.reference import start
from trueup.loop.policy import MonitorPolicy
from trueup.profiling import edges_of, profile
from trueup.testing.worlds import Habits, World

LEARNT, READ = 42, 60  # windows
WARM = 20  # windows before the clock starts


def observing() -> Figure:
    """`observe` on windows of 1,000 rows and 20 columns, their profiles given, in CPU time."""
    world = World(1, Habits(), LEARNT + WARM + READ)
    tables = [world.table(number) for number in range(LEARNT)]
    edges = edges_of(pa.concat_tables(tables), world.schema)
    windows = tuple(world.window(number) for number in range(LEARNT))
    watch = start(tuple(profile(table, edges) for table in tables), windows, edges)
    raw = []
    for number in range(LEARNT, LEARNT + WARM + READ):
        now = profile(world.table(number), edges)
        begun = time.process_time()
        watch = observe(watch, world.window(number), now, MonitorPolicy().windows_per_alert("columns")).watch
        raw.append(1000 * (time.process_time() - begun))
    note = f"CPU, 1,000 rows x 20 columns, {LEARNT} windows learnt; median of {READ} windows"
    return median_of(raw[WARM:], what="monitor, a window", target=5.0, unit="ms", note=note)
