"""A walk trusts no answer: what is not a page of issues is told, not stumbled over."""

from datetime import datetime

import pytest
import responses

from vcjira.errors import Unreachable
from vcjira.jira.cloud import Cloud
from vcjira.jira.datacenter import DataCenter
from vcjira.jira.wire import Wire

URL = "https://jira.example"
ISSUE = {"id": "1", "key": "A-1", "fields": {"updated": "2026-01-02T03:04:05.000+0000"}}
SEARCHES = {Cloud: "/rest/api/3/search/jql", DataCenter: "/rest/api/2/search"}


@pytest.mark.parametrize("product", SEARCHES)
@pytest.mark.parametrize(
    "issues",
    [
        [ISSUE, {"key": "A-2"}],
        [ISSUE, ["A-2"]],
        [ISSUE, None],
        [{**ISSUE, "fields": {"updated": "yesterday"}}],
        [{**ISSUE, "fields": ["updated"]}],
        {"A-1": 1},
        7,
    ],
)
def test_an_answer_of_another_shape_is_told(product, issues):
    wire = Wire(URL, email=None, secret="s3cret", timeout=5, per_second=1000, deadline=5, first_pause=0.01)
    tracker = product(wire, account_id="bot", zone="UTC", started=datetime(2026, 1, 3))
    with responses.RequestsMock() as jira:
        jira.post(URL + SEARCHES[product], json={"issues": issues, "total": 2, "maxResults": 100, "startAt": 0})
        with pytest.raises(Unreachable) as told:
            list(tracker.walk("project = A"))
    assert SEARCHES[product] in str(told.value.where)
