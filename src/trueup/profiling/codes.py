"""How is a level written whose name must not be?"""

from __future__ import annotations

from hashlib import blake2b


def code(level: str) -> str:
    """The same code for the same level everywhere; it hides the name from readers, not from who guesses it.

    >>> code("single")
    'level 22aac6'
    """
    return f"level {blake2b(level.encode(), digest_size=3).hexdigest()}"
