"""Lets `python -m trueup` do what `trueup` does."""

from trueup.cli import main

if __name__ == "__main__":
    main()
