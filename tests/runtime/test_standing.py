"""Do all screens agree on which alerts go on?"""

from __future__ import annotations

from typing import Final

from trueup.adapters.journal.memory import MemoryJournal
from trueup.loop.actions import About, Notify
from trueup.loop.advance.outcomes import SHIFT, STOPPED
from trueup.loop.monitor.label_watch import LabelIncident, LabelWatch
from trueup.loop.state import State
from trueup.runtime.standing import standing
from trueup.runtime.story import Chronicle
from trueup.testing.toy import PLAIN

LABEL: Final = PLAIN.schema.label


def alert(number: int, window: int, about: About, subject: str = LABEL) -> Notify:
    """One about labels."""
    return Notify(
        id=f"{number}.1",
        number=number,
        kind="label",
        severity="major",
        subject=subject,
        sentence="",
        window=window,
        about=about,
    )


def test_a_moved_mix_stands_although_labels_stopped_since_and_came_back() -> None:
    """An alert that labels stay away is another episode, and does not end that of their mix; neither do thumbs."""
    chronicle = Chronicle(MemoryJournal())
    chronicle.notices = [
        alert(1, 4, About(columns=(LABEL,), since=3, confidence=0.999, cause=SHIFT)),
        alert(2, 6, About(columns=(LABEL,), since=5, confidence=0.999, cause=STOPPED)),
        alert(3, 7, About(confidence=0.999), subject="feedback"),
    ]
    moved = LabelWatch(edges=(), unit=1.0, level=(), quiet=(), incident=LabelIncident(opened=3, since=3, told=4))
    liked = LabelWatch(edges=(), unit=1.0, level=(), quiet=(), incident=LabelIncident(opened=6, since=6, told=7))

    assert [one.number for one in standing(chronicle, State(outcomes=moved), PLAIN)] == [1]
    assert [one.number for one in standing(chronicle, State(outcomes=moved, thumbs=liked), PLAIN)] == [1, 3]
    assert standing(chronicle, State(), PLAIN) == ()
