"""What does a training that failed say?"""

from __future__ import annotations

from trueup.adapters.trainer.fitting import last_words
from trueup.errors import BadData


def test_our_own_errors_speak_for_themselves() -> None:
    """A sentence with its mend needs no class name before it."""
    error = BadData("model.py:build", "gives an int", "give an object with fit and predict")

    assert last_words(error) == "model.py:build: gives an int; give an object with fit and predict"


def test_the_owners_errors_keep_their_kind() -> None:
    """What the owner's code raised is named as Python names it: its text alone may say nothing."""
    assert last_words(KeyError("age")) == "KeyError: 'age'"
