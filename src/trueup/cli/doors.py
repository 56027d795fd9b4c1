"""What happens to an error on its way out of the command line?"""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup
from typer.exceptions import TyperException

from trueup.cli.ends import FAILED, ended, say, terminable

__all__ = ["FAILED", "Doors", "say"]


class Doors(TyperGroup):
    """The commands, with one way out for every error: a sentence and an exit code."""

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - Typer's own context, under a private name
        """Run the command; tell what went wrong without a traceback."""
        try:
            with terminable():
                answer = super().invoke(ctx)
                sys.stdout.flush()  # here a full disk can still be told
            return answer
        except (typer.Exit, typer.Abort, TyperException, BrokenPipeError):
            raise
        except (Exception, KeyboardInterrupt) as error:
            raise typer.Exit(ended(error, debug=bool(ctx.params.get("debug")))) from error
