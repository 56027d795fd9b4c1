"""How fast is `trueup drift` beside what others take for the same two files? `make bench-drift` prints the table."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.machine import machine

HERE = Path(__file__).resolve().parent
KEPT = HERE / ".drift"
RESULTS = HERE / "results"
PEERS = {  # what is installed for each, in a venv of its own; none: it is here already
    "polars": None,
    "scipy": None,
    "frouros": "frouros==0.9.0",
    "nannyml": "nannyml==0.13.1",
    "alibi-detect": "alibi-detect==0.13.0",
    "evidently": "evidently==0.7.23",
}
READ_AS = """\
wall, CPU and peak are of the whole process, imports included; work is CPU without imports (of trueup all of it).
x CPU: whole processes; x work: a peer's work over all that trueup took, imports included, so it favours the peer.
Peers compute exact statistics, trueup brackets that hold them; polars reads both files and computes nothing."""
SLOW = 20.0  # seconds of CPU from which on a contender is measured once
ALONE = {"large": (10_000_000, 16, 4), "wide": (300_000, 800, 200)}  # rows, numbers, levels; without peers


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One process, from its start to its end."""

    wall_s: float
    cpu_s: float  # of the process and what it started
    peak_mb: float  # of memory
    work_cpu_s: float  # without imports; of trueup all of it
    scores: int  # columns, or scores, that were told
    version: str


def measure(command: list[str]) -> Run:
    """Run a command; the last line that it prints is JSON."""
    begun = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=HERE.parent) as process:
        assert process.stdout is not None
        said = process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - begun
        if process.returncode:
            assert process.stderr is not None
            raise RuntimeError(process.stderr.read().decode(errors="replace")[-500:])
    told = json.loads(said if said.startswith(b"{\n") else said.splitlines()[-1])
    cpu = used.ru_utime + used.ru_stime
    return Run(
        wall_s=wall,
        cpu_s=cpu,
        peak_mb=used.ru_maxrss / 1024,
        work_cpu_s=told.get("work_cpu_s", cpu),
        scores=told["scores"] if "scores" in told else len(told["columns"]),
        version=told.get("version", "this"),
    )


def interpreter(peer: str) -> Path | None:
    """The Python that has a peer, if any."""
    if PEERS[peer] is None:
        return Path(sys.executable)
    own = KEPT / peer / "bin" / "python"
    return own if (KEPT / peer / "ready").exists() else None


def install(peer: str, package: str) -> None:
    """Make a venv for a peer, once; one that cannot be installed is told and left out."""
    if interpreter(peer) is not None:
        return
    print(f"installing {package} into {KEPT / peer}", flush=True)
    shutil.rmtree(KEPT / peer, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", str(KEPT / peer)], check=True)
    pip = [str(KEPT / peer / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*pip, package, "pyarrow", "pandas<3"], check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"{peer} cannot be installed here: {done.stderr.strip().splitlines()[-1]}")
        return
    (KEPT / peer / "ready").touch()


def trueup(reference: Path, current: Path) -> list[str]:
    """The command as people type it."""
    return [sys.executable, "-m", "trueup", "drift", str(reference), str(current), "--json"]


def play(contenders: dict[str, list[str]], rounds: int) -> dict[str, list[Run]]:
    """Every contender once a round, one after the other; slow ones in the first round only."""
    runs: dict[str, list[Run]] = {name: [] for name in contenders}
    for number in range(rounds):
        for name, command in contenders.items():
            if number and (not runs[name] or runs[name][0].cpu_s > SLOW):
                continue
            try:
                run = measure(command)
            except RuntimeError as problem:
                print(f"{name} gave up: {problem}", file=sys.stderr)
                continue
            runs[name].append(run)
            print(
                f"round {number + 1} {name}: {run.cpu_s:.2f} s of CPU, {run.wall_s:.2f} s", file=sys.stderr, flush=True
            )
    return {name: found for name, found in runs.items() if found}


def table(runs: dict[str, list[Run]]) -> None:
    """Medians, and how many times the CPU of trueup each peer took."""
    ours = statistics.median(one.cpu_s for one in runs["trueup"])
    heads = ("version", "runs", "wall s", "CPU s", "work s", "peak MB", "scores", "x CPU", "x work")
    print(f"{'':<14}" + "".join(f"{head:>10}" for head in heads))
    for name, found in sorted(runs.items(), key=lambda item: statistics.median(one.cpu_s for one in item[1])):
        wall, cpu, work, peak = (
            statistics.median(getattr(one, field) for one in found)
            for field in ("wall_s", "cpu_s", "work_cpu_s", "peak_mb")
        )
        head = f"{name:<14}{found[0].version:>10}{len(found):>10}"
        used = f"{wall:>10.2f}{cpu:>10.2f}{work:>10.2f}{peak:>10.0f}"
        print(f"{head}{used}{found[0].scores:>10}{cpu / ours:>10.1f}{work / ours:>10.1f}")
    print(READ_AS)


def main() -> None:
    """Make the data, install what is asked for, measure, print and keep."""
    parser = argparse.ArgumentParser(prog="python -m bench.drift", description=__doc__)
    parser.add_argument("--install", action="store_true", help="make a venv for each peer in bench/.drift")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="+", choices=tuple(PEERS), default=tuple(PEERS), help="these peers")
    parser.add_argument(
        "--alone", nargs="*", choices=tuple(ALONE), default=(), help="sizes that only trueup is asked for"
    )
    asked = parser.parse_args()
    KEPT.mkdir(exist_ok=True)
    for peer in asked.only if asked.install else ():
        if PEERS[peer] is not None:
            install(peer, str(PEERS[peer]))
    where = machine()
    print(f"{where['cores']} cores, {where['cpu']}, {where['memory_gb']} GB; load before the start: {where['load']}")
    kept = {"time": datetime.now(tz=UTC).isoformat(timespec="seconds"), "machine": where}
    reference, current = _files("100k_x50", 100_000, 1_000_000, 40, 10)
    contenders = {"trueup": trueup(reference, current)}
    for peer in asked.only:
        python = interpreter(peer)
        if python is None:
            print(f"{peer} is not installed; make bench-drift PEERS=--install")
        else:
            contenders[peer] = [str(python), str(HERE / "drift_peers.py"), peer, str(reference), str(current)]
    runs = play(contenders, asked.rounds)
    print(
        f"100,000 x 50 beside 1,000,000 x 50, {current.stat().st_size / 1e6:.0f} MB of Parquet, in the system's cache"
    )
    table(runs)
    for name in asked.alone:
        rows, numbers, levels = ALONE[name]
        one = measure(trueup(*_files(name, 100_000, rows, numbers, levels)))
        runs[f"trueup {name}"] = [one]
        print(
            f"{name}: {rows:,} x {numbers + levels}: {one.wall_s:.1f} s, {one.cpu_s:.1f} s of CPU, {one.peak_mb:.0f} MB"
        )
    RESULTS.mkdir(exist_ok=True)
    path = RESULTS / f"drift-{datetime.now(tz=UTC):%Y%m%dT%H%M%SZ}.json"
    told = {**kept, "runs": {name: [asdict(one) for one in found] for name, found in runs.items()}}
    path.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    print(f"raw numbers: {path}")


def _files(name: str, before: int, after: int, numbers: int, levels: int) -> tuple[Path, Path]:
    """The two files, made once."""
    paths = KEPT / f"{name}_before.parquet", KEPT / f"{name}_after.parquet"
    for path, rows in zip(paths, (before, after), strict=True):
        if not path.exists():
            shape = [str(path), str(rows), str(numbers), str(levels), "later" if path is paths[1] else "before"]
            subprocess.run([sys.executable, "-m", "bench.drift_data", *shape], check=True, cwd=HERE.parent)
        with path.open("rb") as file:  # into the system's cache, and not into this process: a child's peak begins there
            while file.read(1 << 20):
                pass
    return paths


if __name__ == "__main__":
    main()
