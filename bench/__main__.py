"""Measure everything, or one thing: python -m bench [--only NAME]."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench import commands, loop, monitor, serving
from bench.machine import machine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bench.figure import Figure

FIGURES: Mapping[str, Callable[[], Figure]] = {
    "help": commands.help_start,
    "drift": commands.drift,
    "advance": loop.advancing,
    "observe": monitor.observing,
    "backtest": commands.backtest,
    "journal": loop.journal,
    "answer": serving.answering,
}
RESULTS = Path(__file__).with_name("results")


def main() -> None:
    """Print each figure as it comes; keep the raw numbers."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure; nothing passes or fails.")
    parser.add_argument("--only", choices=tuple(FIGURES), help="measure this one")
    only = parser.parse_args().only
    where = machine()
    here = [f"{where['cores']} cores", where["cpu"], f"{where['memory_gb']} GB", where["system"]]
    print(", ".join(map(str, [*here, f"Python {where['python']}"])))
    print(f"load before the start: {where['load']}")
    print(f"{'figure':<28}{'measured':>12}{'aimed at':>12}   how")
    figures = []
    for name in [only] if only else FIGURES:
        figure = FIGURES[name]()
        figures.append({"name": name, **asdict(figure)})
        measured, aimed = (f"{value:.4g} {figure.unit}" for value in (figure.value, figure.target))
        print(f"{figure.what:<28}{measured:>12}{aimed:>12}   {figure.note}", flush=True)
    RESULTS.mkdir(exist_ok=True)
    now = datetime.now(tz=UTC)
    kept = RESULTS / f"{now:%Y%m%dT%H%M%SZ}.json"
    told = {"time": now.isoformat(timespec="seconds"), "machine": where, "figures": figures}
    kept.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"raw numbers: {kept}")


if __name__ == "__main__":
    main()
