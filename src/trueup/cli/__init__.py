"""The command line: a door. It reads what was typed, asks the project and shows the answer; it decides nothing."""


def main() -> None:
    """Run `trueup`."""
    from trueup.cli.app import app

    app()
