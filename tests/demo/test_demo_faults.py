"""Misbehaviour on demand: each fault as a client would meet it, and the healthy answers in between."""

import gzip
import time
from email.utils import parsedate_to_datetime

import pytest
import requests
from demo_world import ANN, Client, serving, small

from vcjira.demo import Bucket, EmbeddedJira, Fault, Faults
from vcjira.demo.faults import Draw, read, throttled
from vcjira.errors import Mend


def faulty(*rules: Fault, **more):
    return {"faults": Faults(rules=list(rules), **more)}


@pytest.mark.parametrize("status", ["429", "500", "502", "503", "504"])
def test_a_status_for_some_paths_and_so_many_times(status):
    rule = Fault(
        kind=status, path="bulkfetch", method="POST", times=2, after=1, retry_after=7, reason="jira-burst-based"
    )
    with serving(**faulty(rule)) as client:
        codes = [client.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1"]}).status_code for _ in range(4)]
        assert codes == [200, int(status), int(status), 200]
        assert client.get("issue/A-1").status_code == 200


def test_retry_after_in_seconds_as_a_date_or_not_at_all():
    for rule, check in [
        (Fault(kind="429", retry_after=7, reason="jira-quota-tenant-based"), lambda text: text == "7"),
        (Fault(kind="429", retry_after=30, http_date=True), lambda text: parsedate_to_datetime(text).year >= 2026),
        (Fault(kind="429"), lambda text: text is None),
    ]:
        with serving(**faulty(rule)) as client:
            answer = client.get("myself")
            assert answer.status_code == 429
            assert check(answer.headers.get("Retry-After"))
            assert answer.headers.get("RateLimit-Reason") == rule.reason


def test_a_share_of_requests_by_seed():
    def struck(seed):
        draw = Draw(Faults(rules=[Fault(kind="500", share=0.1)], seed=seed))
        return [bool(draw.strike("GET", "/x")) for _ in range(500)]

    assert struck(1) == struck(1) != struck(2)
    assert 25 < sum(struck(1)) < 80


def test_the_connection_breaks_before_and_in_the_middle():
    with serving(**faulty(Fault(kind="cut", path="A-1"), Fault(kind="cut_body", path="A-2"))) as client:
        with pytest.raises(requests.ConnectionError):
            client.get("issue/A-1")
        with pytest.raises((requests.ConnectionError, requests.exceptions.ChunkedEncodingError)):
            client.get("issue/A-2")
        assert client.get("issue/A-3").status_code == 200


def test_a_lost_answer_was_done_a_cut_one_was_not():
    with serving(**faulty(Fault(kind="lost", path="A-1$"), Fault(kind="cut", path="A-2$"))) as client:
        for key in ("A-1", "A-2"):
            with pytest.raises(requests.ConnectionError):
                client.put(f"issue/{key}", {"update": {"labels": [{"add": "x"}]}})
        labels = client.jira.store.labels()
        assert (labels["A-1"], labels["A-2"]) == (["x"], [])


def test_half_a_document_a_web_page_nothing_a_redirect():
    rules = [
        Fault(kind="truncate", path="A-1"),
        Fault(kind="html", path="A-2"),
        Fault(kind="empty", path="A-3"),
        Fault(kind="redirect", path="A-4", to="https://sso.example.com/in"),
    ]
    with serving(**faulty(*rules)) as client:
        half = client.get("issue/A-1")
        assert half.status_code == 200
        with pytest.raises(requests.exceptions.JSONDecodeError):
            half.json()
        page = client.get("issue/A-2")
        assert (page.status_code, page.headers["Content-Type"][:9]) == (200, "text/html")
        assert (client.get("issue/A-3").status_code, client.get("issue/A-3").content) == (200, b"")
        away = client.get("issue/A-4")
        assert (away.status_code, away.headers["Location"]) == (302, "https://sso.example.com/in")


def test_half_of_what_was_packed():
    with serving(small(60), **faulty(Fault(kind="cut_gzip"))) as client:
        url = f"{client.base}/search/jql?jql=project%20%3D%20A&fields=summary"
        packed = client.session.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=5)
        content = packed.raw.read()
        assert len(content) == int(packed.headers["Content-Length"])
        with pytest.raises(EOFError):
            gzip.decompress(content)
        assert client.session.get(url, headers={"Accept-Encoding": "identity"}, timeout=5).json()["issues"]


def test_a_request_that_hangs():
    with serving(**faulty(Fault(kind="hang", seconds=0.3, times=1))) as client:
        start = time.monotonic()
        client.get("myself")
        assert time.monotonic() - start >= 0.3
        client.jira.faults.rules.append(Fault(kind="hang", seconds=5, times=1))
        with pytest.raises(requests.Timeout):
            client.session.get(f"{client.base}/myself", timeout=0.2)


def test_latency_is_per_request_not_in_sum():
    with serving(latency=0.2) as client:
        from concurrent.futures import ThreadPoolExecutor

        start = time.monotonic()
        with ThreadPoolExecutor(5) as pool:
            list(pool.map(lambda _: requests.get(f"{client.base}/serverInfo", timeout=5), range(5)))
        assert 0.2 <= time.monotonic() - start < 0.8


def test_pages_that_repeat_and_tokens_that_repeat():
    with serving(small(30), **faulty(Fault(kind="duplicate", path="search/jql"))) as client:
        walked = client.walk("project = A", 10)
        assert len(walked) > len(set(walked)) == 30
    with serving(small(30), **faulty(Fault(kind="repeat_token", path="search/jql", after=1))) as client:
        first = client.search("project = A", maxResults=5).json()
        token = first["nextPageToken"]
        assert client.search("project = A", maxResults=5, nextPageToken=token).json()["nextPageToken"] == token
    with serving(small(30), **faulty(Fault(kind="short_page"))) as client:
        assert len(client.search("project = A", maxResults=10).json()["issues"]) == 5
        assert len(client.walk("project = A", 10)) == 30


def test_repeats_on_data_center():
    with serving(small(30), product="datacenter", **faulty(Fault(kind="duplicate"))) as client:
        first = client.search("project = A order by id", maxResults=10).json()["issues"]
        second = client.search("project = A order by id", maxResults=10, startAt=10).json()["issues"]
        assert second[0]["id"] == first[-1]["id"]
        client.jira.faults.rules[0].kind = "short_page"
        page = client.search("project = A order by id", maxResults=10).json()
        assert (len(page["issues"]), page["maxResults"]) == (5, 5)


def test_the_index_lags_but_reading_by_id_does_not():
    store = small(3)
    store.advance(1000)
    with serving(store, faults=Faults(index_lag=90)) as client:
        old = store["A-1"].updated
        store.edit_labels("A-1", ["x"], author=ANN)
        fresh = store.create("A", "fresh")
        store.delete("A-3")
        assert client.keys("project = A") == ["A-1", "A-2", "A-3"]
        assert client.keys("labels = x") == []
        assert (
            client.search("key = A-1", fields=["updated"]).json()["issues"][0]["fields"]["updated"]
            == (
                client.search("key = A-1 and updated <= " + str(old), fields=["updated"]).json()["issues"][0]["fields"][
                    "updated"
                ]
            )
        )
        read = client.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1", fresh.key, "A-3"], "fields": ["labels"]})
        assert [issue["fields"]["labels"] for issue in read.json()["issues"]] == [["x"], []]
        store.advance(91)
        assert client.keys("project = A") == ["A-1", "A-2", fresh.key]
        assert client.keys("labels = x") == ["A-1"]


def test_a_token_that_expires_in_the_middle():
    for unknown in ("401", "anonymous"):
        with serving(faults=Faults(expires_after=2, unknown=unknown)) as client:
            assert [client.keys("key = A-1"), client.keys("key = A-1")] == [["A-1"]] * 2
            answer = client.search("key = A-1")
            assert answer.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
            assert answer.status_code == (401 if unknown == "401" else 200)
            if unknown == "anonymous":
                assert answer.json()["issues"] == []
            assert client.get("myself").status_code == 401


def test_wrong_tokens_and_captchas():
    with serving(auth="wrong") as client:
        assert client.get("myself").status_code == 401
    with serving(auth="wrong", faults=Faults(unknown="anonymous")) as client:
        assert (client.get("myself").status_code, client.search("key = A-1").json()["issues"]) == (401, [])
    with serving(**faulty(Fault(kind="captcha"))) as client:
        answer = client.get("myself")
        assert answer.status_code == 403
        assert "CAPTCHA" in answer.headers["X-Authentication-Denied-Reason"]
    with serving(**faulty(Fault(kind="401", path="search"), Fault(kind="anonymous", path="bulkfetch"))) as client:
        assert client.search("key = A-1").status_code == 401
        assert client.post("issue/bulkfetch", {"issueIdsOrKeys": ["A-1"]}).json()["issues"] == []


def test_bursts_and_near_limits():
    with serving(**faulty(Fault(kind="near_limit", path="field"), per_second=5)) as client:
        codes = [client.get("myself") for _ in range(8)]
        late = [answer for answer in codes if answer.status_code == 429]
        assert late
        assert late[0].headers["RateLimit-Reason"] == "jira-burst-based"
        assert client.get("field").headers["X-RateLimit-NearLimit"] == "true"


def test_the_token_bucket_of_data_center():
    with serving(product="datacenter", faults=Faults(bucket=Bucket(limit=3, fill=2, interval=0.3))) as client:
        answers = [client.get("myself") for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
        assert answers[0].headers["X-RateLimit-FillRate"] == "2"
        assert int(answers[-1].headers["Retry-After"]) >= 1
        time.sleep(0.35)
        assert client.get("myself").status_code == 200


def test_the_hook_sees_requests_before_they_are_answered():
    with serving() as client:
        client.jira.on_request(lambda request: client.jira.store.delete("A-1") if "A-2" in request.path else None)
        assert client.get("issue/A-2").status_code == 200
        assert client.get("issue/A-1").status_code == 404
        log = [(request.method, request.path, request.status) for request in client.jira.requests]
        assert log == [("GET", "/rest/api/3/issue/A-2", 200), ("GET", "/rest/api/3/issue/A-1", 404)]
        client.search("key = A-2")
        assert client.jira.requests[-1].body == {"jql": "key = A-2"}


def test_answers_are_compressed_when_asked_for():
    with serving(small(60)) as client:
        url = f"{client.base}/search/jql?jql=project%20%3D%20A&fields=summary"
        packed = client.session.get(url, headers={"Accept-Encoding": "gzip"}, stream=True, timeout=5)
        assert packed.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(packed.raw.read()).startswith(b'{"isLast"')
        plain = client.session.get(url, headers={"Accept-Encoding": "identity"}, timeout=5)
        assert "Content-Encoding" not in plain.headers
    with serving(small(60), compress=False) as client:
        assert "Content-Encoding" not in client.search("project = A").headers


def test_a_port_that_is_taken():
    with serving() as client:
        port = int(client.jira.url.rpartition(":")[2])
        with pytest.raises(Mend, match=f"port {port} cannot be used"):
            EmbeddedJira(small(1), port=port).start()


def test_two_servers_at_once_and_restart():
    one, two = EmbeddedJira(small(1)), EmbeddedJira(small(2))
    with one, two:
        assert one.url != two.url
        client = Client(two)
        with client.session:
            assert len(client.keys("project = A")) == 2
    one.stop()


def test_faults_from_a_file():
    told = read(b'{"rules": [{"kind": "429", "share": 0.1, "retry_after": 2}], "index_lag": 90}', "f.json")
    assert (told.rules[0].kind, told.index_lag) == ("429", 90)
    live = read(b'{"life": {"edit": 50}, "script": [{"do": "delete", "path": "jql", "after": 3}]}', "f.json")
    assert (live.life.edit, live.life.busy, told.life.busy, live.script[0].after) == (50, True, False, 3)
    for wrong in (b"{", b'{"script": [{"do": "frob"}]}', b'{"ruels": []}', b'{"rules": [{"kind": "frob"}]}'):
        with pytest.raises(Mend, match="not a description of faults"):
            read(wrong, "f.json")
    assert throttled(Faults(), 5, "cloud").per_second == 5
    assert throttled(Faults(), 5, "datacenter").bucket == Bucket(limit=5, fill=5, interval=1.0)
    assert throttled(Faults(), None, "cloud") == Faults()
