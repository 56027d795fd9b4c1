"""Ways to tell people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

NOTIFIERS: Final[Mapping[str, str]] = {
    "lines": "trueup.adapters.notifier.lines:LineNotifier",
    "silent": "trueup.adapters.notifier.silent:SilentNotifier",
}
