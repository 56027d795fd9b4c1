"""Which commands are there, and in which panels does the help show them?"""

from __future__ import annotations

from typing import Annotated, Final

import typer

from trueup import __version__
from trueup.cli import begin, look, rule, run, skewed, weigh
from trueup.cli.doors import Doors

app: Final = typer.Typer(
    cls=Doors,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    rich_markup_mode="rich",
)

BEGIN: Final = "Begin"
WEIGH: Final = "Try on history"
RUN: Final = "Run"
LOOK: Final = "Look"
RULE: Final = "Rule"

app.command(rich_help_panel=BEGIN)(begin.init)
app.command(rich_help_panel=BEGIN)(begin.check)
app.command(rich_help_panel=BEGIN)(run.demo)
app.command(rich_help_panel=WEIGH)(weigh.drift)
app.command(rich_help_panel=WEIGH)(weigh.backtest)
app.command(rich_help_panel=RUN)(run.train)
app.command(rich_help_panel=RUN)(run.up)
app.command(rich_help_panel=LOOK)(look.status)
app.command(rich_help_panel=LOOK)(look.decisions)
app.command(rich_help_panel=LOOK)(look.alerts)
app.command(rich_help_panel=LOOK)(look.explain)
app.command(rich_help_panel=LOOK)(look.audit)
app.command(rich_help_panel=LOOK)(skewed.skew)
app.command(rich_help_panel=RULE)(rule.approve)
app.command(rich_help_panel=RULE)(rule.release)
app.command(rich_help_panel=RULE)(rule.rollback)


def print_version(wanted: bool) -> None:
    """Answer `--version`, which needs no command."""
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def trueup(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True, callback=print_version)
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Print a fault's traceback.", envvar="TRUEUP_DEBUG")] = False,
) -> None:
    """Keep production models true: watch, decide with evidence, retrain, prove, release, take back."""
    del version, debug  # answered already; the group reads `debug` when an error comes out
