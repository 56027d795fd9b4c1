"""Does the report name what is known beside the figures: events of the calendar, limits and their false alerts?"""

from __future__ import annotations

from report.stories import FIRST, make_story
from trueup.report.rows import titles
from trueup.report.tables import comparison


def test_an_event_of_the_calendar_stands_beside_its_window() -> None:
    """In every tooltip of the window, and in no other."""
    story = make_story()
    story["series"][0]["known"] = ["Black Friday"]
    found = {row["w"]: str(row["title"]) for row in titles(story)}
    assert found[FIRST].endswith(" · Black Friday")
    assert not any("Black Friday" in title for window, title in found.items() if window != FIRST)


def test_a_limit_of_the_owners_stands_beside_its_false_alerts() -> None:
    """Below the table that compares policies, as the command line says it."""
    story = make_story()
    said = "psi > 0.2 for 1 window on x: would have alerted in 4 of your 40 calm windows (9.0 per 90)"
    story["limits"] = [{"limit": "psi > 0.2 for 1 window on x", "windows": 40, "alerts": 4, "sentence": said}]
    assert said.replace(">", "&gt;") in comparison(story)
    assert "calm windows" not in comparison(make_story())
