"""Does every error leave the command line as one sentence and the right exit code?"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
import typer
from typer.testing import CliRunner

from trueup import __version__
from trueup.cli.app import app
from trueup.cli.doors import Doors
from trueup.errors import Conflict, RunFailed

if TYPE_CHECKING:
    from typer.testing import Result

COMMANDS: Final = [
    "init",
    "check",
    "drift",
    "train",
    "backtest",
    "up",
    "status",
    "decisions",
    "alerts",
    "approve",
    "release",
    "explain",
    "rollback",
    "audit",
    "skew",
    "demo",
]
DOCS: Final = Path(__file__).resolve().parents[2] / "docs" / "commands.md"


def run(*words: str) -> Result:
    """What the command line answers."""
    return CliRunner().invoke(app, list(words))


def failing(error: BaseException) -> typer.Typer:
    """A command line whose only command fails."""
    broken = typer.Typer(cls=Doors, pretty_exceptions_enable=False)

    @broken.command()
    def fail() -> None:
        """Fail."""
        raise error

    @broken.callback()
    def top(debug: bool = False) -> None:
        """Have `--debug`."""
        del debug

    return broken


def test_the_help_names_every_command_in_its_panel() -> None:
    """A stranger sees at a glance what begins, runs, looks and rules."""
    text = run("--help").output
    assert all(re.search(rf"│ {command} ", text) for command in COMMANDS)
    assert all(panel in text for panel in ("Begin", "Try on history", "Run", "Look", "Rule"))


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(command: str) -> None:
    """No command is without its help."""
    answer = run(command, "--help")
    assert answer.exit_code == 0
    assert "Usage" in answer.output


@pytest.mark.parametrize("command", [name for name in COMMANDS if name != "up"])
def test_every_listing_has_json(command: str) -> None:
    """What a person can read, a program can read too; only the server talks as it goes."""
    assert "--json" in run(command, "--help").output


@pytest.mark.parametrize("command", COMMANDS)
def test_the_reference_holds_every_command_and_option(command: str) -> None:
    """docs/commands.md leaves nothing of the help out."""
    text = DOCS.read_text(encoding="utf-8")
    section = text.split(f"\n## trueup {command}", 1)[1].split("\n## ", 1)[0]
    options = set(re.findall(r"(--[a-z-]+)", run(command, "--help").output)) - {"--help"}
    assert not [option for option in options if f"`{option}" not in section]


def test_the_version_is_the_packages() -> None:
    """`--version` needs no command."""
    assert run("--version").output.strip() == __version__


def test_an_unknown_command_is_wrong_usage() -> None:
    """The nearest command is named."""
    answer = run("statsu")
    assert answer.exit_code == 2
    assert "status" in answer.output


@pytest.mark.parametrize("error", [Conflict(3, 4), RunFailed("time", "300 s are over")])
def test_a_refusal_is_one_sentence(error: Exception) -> None:
    """What trueup says no to on purpose has no traceback."""
    answer = CliRunner().invoke(failing(error), ["fail"])
    assert answer.exit_code == 2
    assert answer.stderr == f"trueup: {error}\n"


def test_a_fault_says_what_to_report() -> None:
    """What nobody meant is owned up to, and told apart from wrong usage."""
    answer = CliRunner().invoke(failing(ZeroDivisionError("half")), ["fail"])
    assert answer.exit_code == 3
    assert "a fault in trueup, not in what you typed: ZeroDivisionError: half" in answer.stderr
    assert "--debug" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_fault_shows_its_traceback_when_asked() -> None:
    """`--debug` is for the report."""
    answer = CliRunner().invoke(failing(ZeroDivisionError("half")), ["--debug", "fail"])
    assert answer.exit_code == 3
    assert "Traceback" in answer.stderr


def test_ctrl_c_is_no_fault() -> None:
    """A person who stops is told that nothing is lost."""
    answer = CliRunner().invoke(failing(KeyboardInterrupt()), ["fail"])
    assert answer.exit_code == 130
    assert answer.stderr == "trueup: stopped; nothing accepted is lost\n"


def test_the_help_loads_nothing_heavy() -> None:
    """The first impression is quick: no table, no model, no server is imported for it."""
    heavy = "numpy pandas polars pyarrow lightgbm sklearn sqlalchemy altair pydantic starlette deltalake".split()  # noqa: SIM905 - as one would write it
    code = f"""
import sys
from trueup.cli.app import app
try:
    app(["--help"])
except SystemExit:
    pass
print([name for name in {heavy!r} if name in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_is_told_in_words() -> None:
    """An answer that cannot be written is no fault of trueup, and is not tried again."""
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            [sys.executable, "-m", "trueup", "check", "--schema"], stdout=full, stderr=subprocess.PIPE, check=False
        )
    assert done.returncode == 2
    told = "trueup: the answer: cannot be written (No space left on device); make room, or write elsewhere\n"
    assert done.stderr.decode() == told


TERMINATED: Final = """
import multiprocessing, os, signal, time, typer
from trueup.cli.doors import Doors

app = typer.Typer(cls=Doors, pretty_exceptions_enable=False)

@app.callback()
def top(debug: bool = False) -> None: ...

@app.command()
def work() -> None:
    from concurrent.futures import ProcessPoolExecutor
    pool = ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))
    try:
        pool.submit(time.sleep, 0).result()
        pool.submit(time.sleep, 600)
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(600)
    finally:
        pool.shutdown(cancel_futures=True)

if __name__ == "__main__":
    app()
"""


def test_a_signal_to_terminate_ends_a_command_with_its_processes(tmp_path: Path) -> None:
    """A supervisor's SIGTERM is as good as Ctrl-C: nothing leaks, nothing is left running."""
    (tmp_path / "main.py").write_text(TERMINATED, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(tmp_path / "main.py"), "work"], capture_output=True, check=False, timeout=120
    )
    assert done.returncode == 130
    assert done.stderr.decode() == "trueup: stopped; nothing accepted is lost\n"
