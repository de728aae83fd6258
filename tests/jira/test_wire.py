"""The wire retries what passes, stops at what does not, and never tells a secret."""

import threading
import time
from email.utils import format_datetime

import pytest
import requests
import responses
from msgspec import Raw, ValidationError

from vcjira.errors import LoginFailed, Unreachable
from vcjira.jira.answers import Changelog, Issues
from vcjira.jira.limiter import Limiter
from vcjira.jira.wire import Wire
from vcjira.tracker import NotDone, Throttled

URL = "https://jira.example"
SECRET = "s3cr3t-t0ken"


def wire(**changes: object) -> Wire:
    settings = {
        "email": "bot@acme.example",
        "secret": SECRET,
        "timeout": 5,
        "per_second": 1000,
        "deadline": 20,
        "first_pause": 0.01,
    }
    return Wire(URL, **{**settings, **changes})  # type: ignore[arg-type]


@pytest.fixture
def jira():
    with responses.RequestsMock() as mock:
        yield mock


def test_cloud_sends_basic_and_data_center_bearer_authentication(jira):
    jira.get(f"{URL}/x", json={})
    wire().get("/x")
    assert jira.calls[0].request.headers["Authorization"].startswith("Basic ")
    wire(email=None).get("/x")
    assert jira.calls[1].request.headers["Authorization"] == f"Bearer {SECRET}"


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 500},
        {"status": 503, "headers": {"Retry-After": "0"}},
        {"status": 429, "headers": {"Retry-After": "0"}},
        {"status": 429},
        {"body": '{"half":'},
        {"body": ""},
        {"body": requests.exceptions.ReadTimeout("x")},
        {"body": requests.exceptions.ChunkedEncodingError("x")},
        {"body": requests.exceptions.ConnectionError("x")},
    ],
    ids=str,
)
def test_a_passing_fault_is_asked_again_and_counted(jira, fault):
    jira.get(f"{URL}/x", **fault)
    jira.get(f"{URL}/x", json={"ok": True})
    line = wire()
    assert line.get("/x") == {"ok": True}
    assert line.limiter.tally.retries == 1


@pytest.mark.parametrize(
    "answer",
    [
        {"status": 401},
        {"status": 200, "json": {}, "headers": {"X-Seraph-LoginReason": "AUTHENTICATED_FAILED"}},
        {"status": 403, "json": {}, "headers": {"X-Authentication-Denied-Reason": "CAPTCHA_CHALLENGE; login-url=x"}},
    ],
    ids=["401", "anonymous 200", "captcha"],
)
def test_a_failed_login_is_asked_once_only(jira, answer):
    jira.get(f"{URL}/x", **answer)
    with pytest.raises(LoginFailed) as caught:
        wire().get("/x")
    assert len(jira.calls) == 1
    assert SECRET not in str(caught.value)


def test_a_redirect_to_another_origin_is_not_followed(jira):
    jira.get(f"{URL}/x", status=302, headers={"Location": "https://sso.example/login?next=1"})
    with pytest.raises(Unreachable, match=r"redirects to https://sso\.example"):
        wire().get("/x")


def test_a_login_page_is_told_as_one(jira):
    jira.get(f"{URL}/x", body="<html>log in</html>", content_type="text/html")
    with pytest.raises(Unreachable, match="web page instead of JSON"):
        wire().get("/x")
    assert len(jira.calls) == 3


def test_a_refusal_carries_jiras_words_and_status(jira):
    jira.post(f"{URL}/x", status=400, json={"errorMessages": ["Field 'foo' does\u001b[31m not exist"], "errors": {}})
    with pytest.raises(NotDone) as caught:
        wire().post("/x", {})
    assert caught.value.status == 400
    assert "Field 'foo' does" in caught.value.what
    assert "\u001b" not in caught.value.what


def test_a_server_that_never_answered_is_given_up_after_three_tries(jira):
    jira.get(f"{URL}/x", body=requests.exceptions.ConnectionError("refused"))
    with pytest.raises(Unreachable, match="could not be reached") as caught:
        wire().get("/x")
    assert len(jira.calls) == 3
    assert SECRET not in str(caught.value)


def test_no_error_text_carries_the_secret_or_headers(jira):
    jira.get(f"{URL}/x", status=404, body="nope", headers={"Set-Cookie": "session=abc"})
    with pytest.raises(NotDone) as caught:
        wire().get("/x")
    assert SECRET not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_half_a_surrogate_pair_does_not_lose_the_answer(jira):
    jira.get(f"{URL}/x", body=b'{"summary":"cut \\ud83d"}')
    assert wire().get("/x") == {"summary": "cut ?"}
    issue = wire().get("/x", kind=dict[str, Raw])
    assert bytes(issue["summary"]) == b'"cut ?"'


def test_letters_that_are_none_are_asked_again_also_in_texts_that_nobody_reads(jira):
    jira.get(f"{URL}/x", body=b'{"summary":"\xff"}')
    jira.get(f"{URL}/x", json={"summary": "ä"})
    assert wire().get("/x", kind=Changelog) == Changelog()
    assert len(jira.calls) == 2


def test_an_answer_of_another_shape_is_asked_once_only(jira):
    jira.get(f"{URL}/x", json={"issues": None})
    with pytest.raises(ValidationError):
        wire().get("/x", kind=Issues)
    assert len(jira.calls) == 1


def test_an_answer_nested_beyond_reason_is_asked_once_only(jira):
    jira.get(f"{URL}/x", body=b'{"a":' * 5_000 + b"1" + b"}" * 5_000)
    with pytest.raises(ValidationError, match="too deep"):
        wire().get("/x")
    assert len(jira.calls) == 1


class TestLimiter:
    """One limiter for all workers."""

    def limiter(self, per_second: float = 1e6) -> Limiter:
        import threading

        return Limiter(per_second, threading.Event())

    def test_never_faster_than_configured(self):
        limiter = self.limiter(100)
        started = time.monotonic()
        for _ in range(11):
            limiter.wait("GET /x")
        assert time.monotonic() - started >= 0.1

    def test_retry_after_is_read_in_seconds_and_as_a_date(self):
        from datetime import UTC, datetime, timedelta

        limiter = self.limiter()
        assert limiter.heed("e", 429, {"Retry-After": "7"}) == 7
        later = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
        assert 28 <= (limiter.heed("e", 429, {"Retry-After": later}) or 0) <= 30

    def test_a_burst_closes_one_endpoint_and_a_quota_all(self):
        limiter = self.limiter()
        limiter.heed("GET /a", 429, {"Retry-After": "60", "RateLimit-Reason": "jira-burst-based"})
        started = time.monotonic()
        limiter.wait("GET /b")
        assert time.monotonic() - started < 1
        assert limiter.wait("GET /a", 1) > 50
        limiter.heed("GET /a", 429, {"Retry-After": "60", "RateLimit-Reason": "jira-quota-tenant-based"})
        assert limiter.wait("GET /b", 1) > 50
        assert limiter.waiting > 50

    def test_a_reason_nobody_documented_pauses_all(self):
        limiter = self.limiter()
        limiter.heed("GET /a", 429, {"Retry-After": "60", "RateLimit-Reason": "jira-cost-based"})
        assert limiter.waiting > 50

    def test_too_many_writes_to_one_issue_hold_up_nobody_else(self):
        limiter = self.limiter()
        after = limiter.heed("PUT /i", 429, {"Retry-After": "2", "RateLimit-Reason": "jira-per-issue-on-write"})
        assert after == 2
        assert limiter.waiting == 0

    @pytest.mark.parametrize(
        "headers",
        [
            {"X-RateLimit-NearLimit": "true"},
            {"X-RateLimit-Remaining": "1", "X-RateLimit-FillRate": "10", "X-RateLimit-Interval-Seconds": "1"},
        ],
        ids=["cloud", "datacenter"],
    )
    def test_slows_down_before_it_is_told_to(self, headers):
        limiter = self.limiter(100)
        limiter.heed("e", 200, headers)
        started = time.monotonic()
        for _ in range(6):
            limiter.wait("e")
        assert time.monotonic() - started >= 0.08


def test_after_a_failed_login_no_other_request_leaves(jira):
    jira.get(f"{URL}/x", status=401)
    line = wire()
    for path in ("/x", "/y", "/z"):
        with pytest.raises(LoginFailed):
            line.get(path)
    assert len(jira.calls) == 1


def test_a_wait_longer_than_the_deadline_is_told_at_once_to_everybody(jira):
    headers = {"Retry-After": "1800", "RateLimit-Reason": "jira-quota-tenant-based"}
    jira.get(f"{URL}/x", status=429, headers=headers)
    line = wire(deadline=60)
    started = time.monotonic()
    for path in ("/x", "/y"):
        with pytest.raises(Throttled, match=r"wait 1\d{3} s") as caught:
            line.get(path)
        assert "requests.deadline" in (caught.value.hint or "")
    assert time.monotonic() - started < 5
    assert len(jira.calls) == 1


def test_a_web_page_in_the_middle_of_good_answers_is_only_a_hiccup(jira):
    jira.get(f"{URL}/x", json={})
    for _ in range(4):
        jira.get(f"{URL}/x", body="<html>", content_type="text/html")
    jira.get(f"{URL}/x", json={"ok": True})
    line = wire()
    line.get("/x")
    assert line.get("/x") == {"ok": True}


@pytest.mark.parametrize("headers", [{"X-RateLimit-FillRate": "2", "X-RateLimit-Interval-Seconds": "1"}])
def test_an_empty_bucket_waits_for_one_token(headers):
    limiter = Limiter(1e6, threading.Event())
    assert limiter.heed("e", 429, headers) == 0.5
