"""One family of errors: each says what happened, with which values, and what to do.

TrueupError
├── UsageError            the caller's words or files are off (exit code 2)
│   ├── UnknownName       a name that is in no catalogue; lists the known ones
│   ├── BadSettings       a project file that cannot be used; names file, line and column
│   ├── BadQuantity       a duration, share, rate or size that cannot be read; says how to write it
│   ├── BadData           a table that cannot be used; names the column or row and the mend
│   ├── IdTaken           another row came under that id before; names it
│   ├── Unreachable       no gateway answers there; says how to start one
│   └── NotFound          something asked for by id that is not in the journal or the log
├── Refused               something a rule does not allow
│   ├── Incompatible      two pieces of evidence that do not add up
│   ├── Unauthorized      a wrong or missing token, Host or Origin
│   └── TooLarge          an input over its bound
├── Conflict              somebody else wrote to the journal first
├── Corrupted             a stored record that is not what its hash says
├── BadAnswer             a model said something that cannot be a score
└── RunFailed             a training run that ended without a model; says how
"""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class TrueupError(Exception):
    """Anything trueup says no to, on purpose."""


class UsageError(TrueupError):
    """The caller's words or files are off; the sentence says the mend."""


class UnknownName(UsageError):
    """A name is in no catalogue.

    >>> print(UnknownName("metric", "acuracy", ["accuracy", "recall"]))
    no metric is called 'acuracy'; did you mean 'accuracy'?
    """

    def __init__(self, kind: str, name: str, known: Collection[str], where: str = "") -> None:
        """Find the nearest known name, else list them all."""
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"known: {', '.join(sorted(known))}"
        place = f"{where}: " if where else ""
        super().__init__(f"{place}no {kind} is called {name!r}; {hint}")


class BadSettings(UsageError):
    """A project file cannot be used."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        """Name the place, what is wrong there, and the mend."""
        super().__init__(f"{where}: {what}; {mend}")

    @classmethod
    def together(cls, problems: Sequence[BadSettings]) -> BadSettings:
        """Tell all problems of one file in one go, a line each."""
        told = cls.__new__(cls)
        told.args = ("\n".join(str(problem) for problem in problems),)
        return told


class BadQuantity(UsageError):
    """A duration, share, rate or size cannot be read."""

    def __init__(self, what: str, mend: str) -> None:
        """Keep both halves, so that a project file can put the place in front."""
        self.what = what
        self.mend = mend
        super().__init__(f"{what}; {mend}")


class BadData(UsageError):
    """A table cannot be used."""

    def __init__(self, where: str, what: str, mend: str) -> None:
        """Name the file or column, what is wrong there, and the mend."""
        super().__init__(f"{where}: {what}; {mend}")


class IdTaken(UsageError):
    """Another row came under that id before; nothing of the request was taken."""

    def __init__(self, name: str) -> None:
        """Name the id."""
        mend = "give each row an id of its own, or send the same row again"
        super().__init__(f"id {name!r}: another row came under it before, and the first counts; {mend}")


class Unreachable(UsageError):
    """No gateway answers there, or not in time."""


class NotFound(UsageError):
    """Something asked for by name or id does not exist."""

    def __init__(self, kind: str, name: str, hint: str) -> None:
        """Say what was looked for and where to look."""
        super().__init__(f"there is no {kind} {name!r}; {hint}")


class Refused(TrueupError):
    """A rule does not allow this."""


class Incompatible(Refused):
    """Two pieces of evidence do not add up."""

    def __init__(self, what: str, left: object, right: object) -> None:
        """Name both sides."""
        super().__init__(f"{what}: {left!r} and {right!r}; gather both on the same terms")


class Unauthorized(Refused):
    """A request came without the right to make it."""


class TooLarge(Refused):
    """An input is over its bound."""

    def __init__(self, what: str, size: int, limit: int) -> None:
        """Name the size and the bound."""
        super().__init__(f"{what} has {size:,}, the limit is {limit:,}; send it in smaller parts")


class Conflict(TrueupError):
    """Somebody else wrote to the journal first."""

    def __init__(self, expected: int, found: int) -> None:
        """Name both positions."""
        super().__init__(f"the journal is at {found}, not at {expected}; read it again and decide anew")


class Corrupted(TrueupError):
    """A stored record is not what its hash says."""

    def __init__(self, where: str, what: str) -> None:
        """Name the place and what does not fit."""
        super().__init__(f"{where}: {what}; restore it from a copy, do not edit it")


class BadAnswer(TrueupError):
    """A model said something that cannot be a score."""

    def __init__(self, what: str, mend: str) -> None:
        """Say what it said and what is wanted."""
        super().__init__(f"{what}; {mend}")


class RunFailed(TrueupError):
    """A training run ended without a model."""

    def __init__(self, why: str, detail: str) -> None:
        """Say how it ended (raised, time, memory, killed, nonsense) and the last words of the run."""
        self.why = why
        self.detail = detail
        super().__init__(f"training ended without a model ({why}): {detail}")
