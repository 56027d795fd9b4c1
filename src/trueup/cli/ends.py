"""What does an error become on its way out: a sentence and an exit code.

0 all is well; 1 a judgement that was asked for failed; 2 wrong usage or input, or no room to write; 3 a fault of
trueup; 130 stopped, by Ctrl-C or a signal to terminate.
"""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

from trueup.errors import TrueupError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

FAILED: Final = 1
WRONG: Final = 2
FAULT: Final = 3
STOPPED: Final = 130
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})


def ended(error: BaseException, *, debug: bool) -> int:
    """Say what went wrong, without a traceback where none was asked for; the exit code."""
    match error:
        case TrueupError():
            say(str(error))
            return WRONG
        case KeyboardInterrupt():
            say("stopped; nothing accepted is lost")
            return STOPPED
        case OSError() if error.errno in FULL:
            no_room(error)
            return WRONG
        case _:
            if debug:
                traceback.print_exception(error)
            say(f"a fault in trueup, not in what you typed: {type(error).__name__}: {error}")
            say("please report it with this command line and what it prints as: trueup --debug ...")
            return FAULT


@contextmanager
def terminable() -> Iterator[None]:
    """While a command runs, a signal to terminate stops it as Ctrl-C does: what it has begun is ended and put away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    """End the processes that Ctrl-C would have reached too, then stop."""
    if "multiprocessing" in sys.modules:
        from multiprocessing import active_children

        for child in active_children():
            child.terminate()
    signal.default_int_handler(number, frame)


def no_room(error: OSError) -> None:
    """Say that nothing more can be written, and keep Python from trying so once more at its end."""
    say(f"{error.filename or 'the answer'}: cannot be written ({error.strerror}); make room, or write elsewhere")
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def say(text: str) -> None:
    """Tell the person, not the pipe."""
    sys.stderr.write(f"trueup: {text}\n")
