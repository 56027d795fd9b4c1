"""Does the report say what the figures say, all of it, and nothing that the data smuggled in?"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest

from report.stories import FIRST, make_story
from trueup.errors import BadData
from trueup.report import DARK, chart, rows, write_html, write_png
from trueup.report.happened import marks
from trueup.report.headline import headline, subtitle
from trueup.report.page import page
from trueup.report.tables import PROMISE, comparison, sections

if TYPE_CHECKING:
    from pathlib import Path

    from trueup.report import Story

BETTER = "bank: average precision 0.178 against 0.139 never retrained, with 6 trainings"
NEVER_ASKED = {"www.w3.org", "vega.github.io", "github.com"}  # name spaces, schema names, one sentence in a warning


class Reader(HTMLParser):
    """Everything a browser would load, and the tags and texts of a page."""

    def __init__(self) -> None:
        """Start empty."""
        super().__init__()
        self.loads: list[str] = []
        self.tags: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag and what it would load."""
        self.tags.append(tag)
        self.loads += [str(value) for name, value in attrs if name in {"src", "href", "srcset", "data", "action"}]

    def handle_data(self, data: str) -> None:
        """Note the text."""
        self.text.append(data)


def read(text: str) -> Reader:
    """The page as a parser sees it."""
    reader = Reader()
    reader.feed(text)
    return reader


def quiet_story() -> Story:
    """Forty windows in which nothing was worth doing."""
    story = make_story(windows=40)
    story["releases"], story["quarantined"], story["alerts"] = [], [], []
    for one in story["decisions"]:
        one["kind"] = "nothing"
    for line in story["comparison"]:
        line["trainings"] = 0 if line["policy"] == "trueup.yaml" else line["trainings"]
    return story


def without_labels() -> Story:
    """A story whose labels have not come yet."""
    story = make_story(windows=5)
    for one in story["series"]:
        one.update({"served": None, "low": None, "high": None, "never": None, "every_recent": None, "every_all": None})
        one["labels"] = 0.0
    story["metric"].update({"trueup": None, "low": None, "high": None})
    return story


def test_the_headline_says_the_result_and_what_was_kept_out() -> None:
    """The first line is the answer: trainings beside the baseline's, corrupt windows, refused candidates."""
    assert headline(make_story()) == (
        "bank: kept true with 6 trainings instead of 33; one corrupt window kept out, one bad candidate refused"
    )
    assert "0.178 [0.171, 0.185] (never retrained 0.139; every window, recent 0.180" in subtitle(make_story())


def test_the_report_says_on_what_false_alerts_were_counted() -> None:
    """The figure stands beside the number of reference windows, and a note says what they are."""
    told = comparison(make_story())

    assert '<td class="number">31 of 40</td>' in told
    assert "False alerts: of the 40 windows before the first version" in told


def test_the_headline_says_when_nothing_had_to_be_done() -> None:
    """No training, no release, nothing kept out: the headline boasts of nothing else."""
    assert headline(quiet_story()) == "bank: nothing had to be done in 40 windows"


def test_no_training_is_not_called_nothing_when_something_was_done() -> None:
    """A window kept out is something done, even where no training was needed."""
    story = quiet_story()
    story["quarantined"] = [{"window": FIRST + 3, "why": "balance x1000"}]

    assert headline(story) == "bank: no training was needed in 40 windows; one corrupt window kept out"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"never": 0.19}, "bank: worse than never retraining (average precision 0.178 against 0.190)"),
        ({"every_recent": 0.20}, f"{BETTER}; every window reaches 0.200 with 33; one corrupt"),
        ({"every_all": 0.20}, f"{BETTER}; every window reaches 0.200 with 33; one corrupt"),
        ({"every_recent": 0.184}, "bank: kept true with 6 trainings instead of 33"),
        ({"never": 0.18}, "bank: no better than never retraining, with 6 trainings instead of 33"),
        ({"never": 0.178}, "bank: no better than never retraining"),
        ({"low": None, "high": None, "every_recent": 0.179}, f"{BETTER}; every window reaches 0.179"),
        ({"never": None, "every_recent": None, "every_all": None}, "bank: kept true with 6 trainings"),
        ({"direction": "lower", "never": 0.139}, "bank: worse than never retraining"),
        ({"direction": "lower", "never": 0.3, "every_recent": 0.19, "every_all": 0.2}, "bank: kept true with 6"),
        ({"trueup": float("nan")}, "bank: not judged yet, no labels are in"),
    ],
)
def test_the_headline_is_honest_about_every_baseline(changes: dict[str, Any], said: str) -> None:
    """A baseline outside the interval, on the better side, is said with its figure; so is a gain that is none."""
    story = make_story()
    story["metric"].update(changes)  # type: ignore[typeddict-item]  # parametrised parts of one shape

    assert headline(story).startswith(said)


def test_the_page_asks_the_network_for_nothing() -> None:
    """No tag loads anything, every address in it is a name, and its policy forbids the rest."""
    text = page(make_story())
    reader = read(text)

    assert reader.loads == []
    assert set(re.findall(r"https?://([\w.]+)", text)) <= NEVER_ASKED
    assert "Content-Security-Policy\" content=\"default-src 'none'; script-src 'sha256-" in text
    assert not {"link", "img", "iframe", "object", "embed", "base"} & set(reader.tags)


def test_a_name_that_looks_like_a_script_stays_a_name() -> None:
    """Whatever the data are called, they add no tag to the page."""
    story, evil = make_story(), "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'"
    plain = read(page(story)).tags
    story["model"] = story["metric"]["name"] = evil
    for moved in story["drift"]:
        moved["column"] = moved["column"].replace("contact", evil)
    for alarm in story["alerts"]:
        alarm.update({"column": evil, "sentence": evil, "severity": evil})
    for one in story["decisions"]:
        one.update({"headline": evil, "reasons": [evil], "otherwise": evil, "kind": evil})
    for step in story["releases"]:
        step.update({"why": evil, "evidence": evil, "event": evil, "version": evil})
    for line in story["comparison"][:-1]:
        line["policy"] = evil
    for window in story["series"]:
        window.update({"name": evil, "champion": evil})
    story["quarantined"][0]["why"] = evil
    story["cost"] = {evil: evil}

    reader = read(page(story))
    assert reader.tags.count("script") == plain.count("script") == 3
    assert "img" not in reader.tags
    assert reader.loads == []


def test_the_tables_are_complete() -> None:
    """Every decision, reason, release, alert, window and policy can be read without the picture."""
    story = make_story()
    text, reader = sections(story), read(sections(story))
    said = "".join(reader.text)

    assert PROMISE in said
    assert all(f'id="decision-{one["number"]}"' in text for one in story["decisions"])
    assert all(reason in said for one in story["decisions"] for reason in [one["headline"], *one["reasons"]])
    assert said.count("What would have changed it: ") == len(story["decisions"])
    assert all(f'id="release-{at}"' in text for at in range(len(story["releases"])))
    assert all(f'id="alert-{at}"' in text for at in range(len(story["alerts"])))
    assert all(line["policy"] in said for line in story["comparison"])
    assert all(one["why"] in said for one in story["quarantined"])
    assert all(f"window {one['window']} · {one['name']}" in said for one in story["series"])
    assert reader.tags.count("caption") >= 4


def test_every_mark_leads_to_its_record() -> None:
    """A click on a mark finds its line in the tables, and its tooltip has a reason."""
    story = make_story()
    text, drawn = sections(story), marks(story)

    assert {row["lane"] for row in drawn} == {"alert", "decision", "release"}
    assert sum(row["lane"] == "decision" for row in drawn) == len(story["series"])
    assert all(f'id="{row["anchor"]}"' in text for row in drawn)
    assert all(row["head"] for row in drawn)


def test_the_weightiest_of_a_window_is_drawn_and_all_of_it_is_told() -> None:
    """A refusal is not hidden behind the canary of the same window."""
    story = make_story(windows=3)
    story["releases"] = [
        {"window": FIRST, "version": "v2", "event": event, "why": f"why {event}", "evidence": ""}
        for event in ("shadow", "refused", "canary")
    ]
    (drawn,) = [row for row in marks(story) if row["lane"] == "release"]

    assert drawn["mark"] == "refused"
    assert drawn["why"] == "why shadow;\nwhy refused;\nwhy canary"


def test_one_broken_window_does_not_outshine_a_column_that_moved_for_good() -> None:
    """Columns are sorted by how much they moved over time; one window without bound counts once."""
    story = make_story(windows=10, columns=0)
    for window in range(FIRST, FIRST + 10):
        story["drift"].append({"column": "steady", "window": window, "psi": 0.4})
        story["drift"].append({"column": "once", "window": window, "psi": float("inf") if window == FIRST else 0.01})
        story["drift"].append({"column": "unknown", "window": window, "psi": float("nan")})

    assert rows.heat(story)["columns"] == ["steady", "once"]


@pytest.mark.parametrize(("windows", "columns"), [(1, 3), (2, 0), (34, 9), (400, 300)])
def test_any_size_is_drawn_and_stays_small(windows: int, columns: int, tmp_path: Path) -> None:
    """One window or four hundred, no column or three hundred: a page under 3 MB, at most twenty columns."""
    story = make_story(windows=windows, columns=columns)
    write_html(story, tmp_path / "backtest.html")

    assert (tmp_path / "backtest.html").stat().st_size < 3_000_000
    assert len(rows.heat(story)["columns"]) == min(columns, 20)


def test_missing_values_break_lines_and_nothing_else(tmp_path: Path) -> None:
    """NaN, None and windows without labels are gaps; the page still is valid JSON inside."""
    story = make_story()
    story["series"][4].update({"served": float("nan"), "low": None, "high": float("inf"), "never": None})
    story["drift"][3]["psi"] = None
    write_html(story, tmp_path / "gaps.html")
    inside = re.search(r'id="story">(.*?)</script>', (tmp_path / "gaps.html").read_text(), re.DOTALL)
    assert inside is not None
    assert json.loads(inside[1])["light"]["vconcat"]

    write_html(without_labels(), tmp_path / "unlabelled.html")
    assert headline(without_labels()).startswith("bank: not judged yet")


def test_a_project_without_a_clock_shows_no_dates() -> None:
    """Order numbers are not mistaken for seconds since 1970."""
    story = make_story()
    story["clock"] = "order"

    assert "1970" not in json.dumps(chart(story).to_dict())
    assert "window (1,130 rows each)" in json.dumps(chart(story).to_dict())


def test_unripe_windows_fade_and_kept_out_ones_do_not() -> None:
    """The stretch of windows short of labels is one wash with its smallest share."""
    story = make_story()

    assert rows.unripe(story) == [{"a": 38.5, "b": 40.5, "text": "labels 34 %", "newest": True}]
    assert rows.kept_out(story) == [{"a": 26.5, "b": 27.5}]


def test_a_version_older_than_the_first_window_keeps_inside_the_axis() -> None:
    """The first champion was trained before the backtest began; its band starts where the axis does."""
    story = make_story(windows=3)
    story["versions"] = [
        {"version": "v0", "from_window": 0, "to_window": 2},
        {"version": "v1", "from_window": 3, "to_window": 8},
        {"version": "v2", "from_window": 9, "to_window": None},
        {"version": "v3", "from_window": 10, "to_window": None},
    ]

    assert [(one["version"], one["a"], one["b"]) for one in rows.reigns(story)] == [("v1", 6.5, 8.5), ("v2", 8.5, 9.5)]


def test_a_story_without_windows_is_refused_with_a_mend() -> None:
    """An empty backtest is not drawn as an empty success."""
    story = make_story()
    story["series"] = []

    with pytest.raises(BadData, match="at least one closed window"):
        chart(story)


def test_the_image_is_drawn_without_a_browser(tmp_path: Path) -> None:
    """The README's PNG, on paper and in the dark, comes from the same chart."""
    write_png(make_story(), tmp_path / "light.png")
    write_png(make_story(), tmp_path / "dark.png", palette=DARK)

    light, dark = (tmp_path / "light.png").read_bytes(), (tmp_path / "dark.png").read_bytes()
    assert light.startswith(b"\x89PNG")
    assert len(light) > 50_000
    assert light != dark
