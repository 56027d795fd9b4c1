"""What would have kept an alert silent? Each kind has words of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from trueup.loop.advance.outcomes import SHIFT, STOPPED
from trueup.loop.monitor.reading import ROWS

if TYPE_CHECKING:
    from trueup.loop.actions import Notify

STREAMS: Final = {"predictions": "rows as often as usual", "time": "rows stamped no later than they came"}


def otherwise(notice: Notify) -> str:
    """What would have raised nothing, in words.

    >>> from trueup.loop.actions import Notify
    >>> told = dict(id="1", number=1, severity="moderate", sentence="", window=3)
    >>> otherwise(Notify(kind="drift", subject="age", **told))
    'age within its usual range'
    >>> otherwise(Notify(kind="quality", subject="predictions", **told))
    'rows as often as usual'
    """
    name = notice.subject or "it"
    match notice.kind:
        case "drift":
            return "rows as often as usual" if name == ROWS else f"{name} within its usual range"
        case "limit" if len(notice.about.columns) > 1:
            return f"each of the {len(notice.about.columns)} columns within its limit"
        case "limit":
            return f"{name} within its limit"
        case "performance":
            return f"{name} as good as usual"
        case "label":
            return _labels(notice)
        case "rule":
            return f"answers that keep {name}"
        case "quality":
            return _quality(notice)
        case "skew":
            return f"{name} served as the other table has it"
        case "ood":
            return "rows like those the champion learnt from"
        case "rival":
            return f"{name} ahead of every naive rival"
        case "calibration":
            return f"scores of {name} that need no large correction"
        case "run":
            return "a run that ends well"
        case "release":
            return f"{name} answering as well as the version before it"
        case unreachable:
            assert_never(unreachable)


def _labels(notice: Notify) -> str:
    """Of the label's mix, of labels that come at all, or of what people said of the answers."""
    if notice.about.cause == STOPPED:
        return "labels that came in as usual"
    return f"the mix of {notice.subject} as before" if notice.about.cause == SHIFT else f"{notice.subject} as before"


def _quality(notice: Notify) -> str:
    """Of columns, or else of how the rows come: a late row's alert is on the number of a window."""
    name, columns = notice.subject or "the data", " and ".join(notice.about.columns)
    late = f"rows that came before window {name} had closed" if name.isdigit() else f"{name} as agreed and as before"
    return f"{columns} as before" if columns else STREAMS.get(name, late)
