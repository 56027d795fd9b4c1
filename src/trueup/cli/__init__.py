"""The command line: a door. It reads what was typed, asks the project and shows the answer; it decides nothing."""

import sys


def main() -> None:
    """Run `trueup`."""
    from trueup.cli.quick import plain, run

    said = plain(sys.argv[1:])
    if said is not None:
        sys.exit(run(said))
    from trueup.cli.app import app

    app()
