"""What happens to an error on its way out of the command line?

0 all is well; 1 a judgement that was asked for failed; 2 wrong usage or input; 3 a fault of trueup; 130 stopped.
"""

from __future__ import annotations

import sys
import traceback
from typing import Any, Final

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from trueup.errors import TrueupError

FAILED: Final = 1
WRONG: Final = 2
FAULT: Final = 3
STOPPED: Final = 130


class Doors(TyperGroup):
    """The commands, with one way out for every error: a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own context, under a private name
        """Run the command; tell what went wrong without a traceback."""
        try:
            return super().invoke(ctx)
        except (typer.Exit, typer.Abort, TyperException, BrokenPipeError):
            raise
        except TrueupError as error:
            say(str(error))
            raise typer.Exit(WRONG) from error
        except KeyboardInterrupt as error:
            say("stopped; nothing accepted is lost")
            raise typer.Exit(STOPPED) from error
        except Exception as error:
            if ctx.params.get("debug"):
                traceback.print_exc()
            say(f"a fault in trueup, not in what you typed: {type(error).__name__}: {error}")
            say("please report it with this command line and what it prints as: trueup --debug ...")
            raise typer.Exit(FAULT) from error


def say(text: str) -> None:
    """Tell the person, not the pipe."""
    sys.stderr.write(f"trueup: {text}\n")
