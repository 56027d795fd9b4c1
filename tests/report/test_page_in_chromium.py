"""Does the page really open, offline, in a browser?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from report.chromium import BINARY, Browser, browse
from report.stories import make_story
from trueup.report import write_html

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.skipif(BINARY is None, reason="no chromium on this machine; apt-get install chromium")

MARK = """(() => {
  const found = [...document.querySelectorAll('#picture path')].find(
    one => one.__data__ && one.__data__.datum && one.__data__.datum.mark === 'train');
  const box = found.getBoundingClientRect();
  return [box.x + box.width / 2, box.y + box.height / 2];
})()"""
TOLD = """new Promise(done => { const look = () => {
  const told = document.querySelector('#vg-tooltip-element.visible');
  told ? done(told.innerText) : setTimeout(look, 20); };
  look(); setTimeout(() => done(''), 5000); })"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One browser for all tests of this file."""
    with browse(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.mark.parametrize(
    ("windows", "columns", "dark"), [(1, 0, False), (34, 9, False), (34, 9, True), (400, 300, False)]
)
def test_the_page_draws_itself_offline(
    windows: int, columns: int, dark: bool, tmp_path: Path, browser: Browser
) -> None:
    """With the network cut off the picture is there, the console is silent, and no address but the file was asked."""
    page = tmp_path / "backtest.html"
    write_html(make_story(windows=windows, columns=columns), page)
    browser.problems.clear()
    browser.asked.clear()
    browser.open(page, dark=dark)
    browser.screenshot(tmp_path / "backtest.png")

    assert browser.problems == []
    assert browser.asked == [page.as_uri()]
    assert browser.evaluate("document.getElementById('picture').dataset.drawn") == ("dark" if dark else "light")
    assert browser.evaluate("document.querySelectorAll('#picture svg path').length") > windows
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert (tmp_path / "backtest.png").stat().st_size > 10_000


def test_a_mark_tells_its_reason_and_leads_to_its_record(tmp_path: Path, browser: Browser) -> None:
    """Pointing at a decision shows why and what would have changed it; a click opens its line."""
    page = tmp_path / "backtest.html"
    write_html(make_story(), page)
    browser.open(page)
    x, y = browser.evaluate(MARK)
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    told = browser.evaluate(TOLD)

    assert "train: contact moved and the metric fell" in told
    assert "what would have changed it" in told
    assert "evidence" not in told  # none is known for it, so none is shown

    for kind in ("mousePressed", "mouseReleased"):
        browser.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)
    assert browser.evaluate("document.querySelector('tr:target details').open")


def test_a_name_that_looks_like_a_script_never_runs(tmp_path: Path, browser: Browser) -> None:
    """Neither in the tables nor in the picture's labels and tooltips."""
    story, evil = make_story(), "</script><img src=x onerror='window.ran=1'><script>window.ran=1</script>"
    story["model"] = evil
    for one in story["decisions"]:
        one.update({"headline": evil, "reasons": [evil]})
    for moved in story["drift"]:
        moved["column"] = moved["column"].replace("contact", evil)
    page = tmp_path / "evil.html"
    write_html(story, page)
    browser.problems.clear()
    browser.open(page)
    x, y = browser.evaluate(MARK)
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)

    assert "window.ran=1" in browser.evaluate(TOLD)
    assert browser.evaluate("window.ran === undefined")
    assert browser.problems == []
