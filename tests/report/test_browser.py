"""Reports as a browser shows them: nothing complained of, nothing fetched, nothing wider than a phone."""

import pytest
from browser import CHROMIUM, visit

from vcjira.report import REPORTS, Request, render, write

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Debian's chromium"),
]


@pytest.mark.parametrize(("width", "dark"), [(400, False), (400, True), (1400, False)])
@pytest.mark.parametrize("name", REPORTS)
def test_a_report_opens_cleanly(hostile, tmp_path, name, width, dark):
    write(tmp_path / f"{name}.html", render(hostile.mirror, hostile.settings, Request(name)))
    page = visit(tmp_path / f"{name}.html", tmp_path / "profile", width=width, dark=dark)
    assert page.complaints == []
    assert [url for url in page.fetched if not url.startswith(("file:", "data:"))] == []
    assert page.width <= width
    assert page.opened > 20 or name not in ("walls", "requesters")
