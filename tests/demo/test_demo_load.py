"""Files of real issues: every oddity is kept or counted, and people are the same people in both products."""

import gzip
import json
import threading
from contextlib import suppress
from copy import deepcopy

import pytest
from demo_world import serving, small
from hypothesis import given, settings
from hypothesis import strategies as st

from vcjira import nightly
from vcjira.config import load as settings_of
from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, Faults, load
from vcjira.demo.fields import wanted
from vcjira.demo.shapes import Shapes
from vcjira.errors import Mend
from vcjira.mirror import Mirror
from vcjira.sync import Options


def write(path, *records):
    text = "".join(json.dumps(record) + "\n" for record in records).encode()
    path.write_bytes(gzip.compress(text) if path.suffix == ".gz" else text)
    return path


def issue(number, key, **fields):
    return {"id": str(number), "key": key, "fields": fields}


def test_files_overlap_and_the_later_one_counts(tmp_path):
    one = write(tmp_path / "one.jsonl", issue(1, "A-1", summary="old"), issue(2, "A-2", summary="kept"))
    two = write(tmp_path / "two.ndjson.gz", issue(1, "A-1", summary="new"))
    with serving(load([one, two])) as client:
        read = client.post("issue/bulkfetch", {"issueIdsOrKeys": ["1", "2"], "fields": ["summary"]}).json()["issues"]
        assert [found["fields"]["summary"] for found in read] == ["new", "kept"]


def test_the_same_id_of_another_server_gets_a_fresh_one(tmp_path):
    one = write(tmp_path / "one.jsonl", issue(1, "A-1"))
    two = write(tmp_path / "two.jsonl", issue(1, "B-1"))
    store = load([one, two])
    assert {found.key for found in store.issues.values()} == {"A-1", "B-1"}
    assert store["A-1"].id == 1 != store["B-1"].id


def test_what_is_no_issue_is_counted(tmp_path):
    file = write(
        tmp_path / "mixed.jsonl",
        {"accountId": "x", "displayName": "X"},
        {"id": "3", "issueId": "1", "timeSpent": "1h"},
        {"file": "f", "payload": {"webhookEvent": "jira:issue_updated", "issue": issue(7, "W-7", summary="w")}},
        {"file": "f", "payload": {"webhookEvent": "user_created"}},
        {"id": "9", "key": "N-9"},
        {"id": 4, "changelog": {"histories": []}},
    )
    store = load([file])
    assert (store.skipped, sorted(found.key for found in store.issues.values())) == (4, ["N-9", "W-7"])
    with serving(store) as client:
        assert client.get("issue/N-9").json()["fields"]["labels"] == []


@pytest.mark.parametrize("text", ["{broken\n", "[1]\n", '"text"\n'])
def test_a_line_that_is_no_object_is_named(tmp_path, text):
    path = tmp_path / "bad.jsonl"
    path.write_text(json.dumps(issue(1, "A-1")) + "\n\n" + text)
    with pytest.raises(Mend, match=r"bad.jsonl:3"):
        load([path])


def test_totals_count_what_there_is_unless_told_to_lie(tmp_path):
    """A dump that counted comments which it did not keep is served as a real server would serve what is left."""
    said = {"id": "1", "body": "hello", "created": "2020-01-01T00:00:00.000+0000"}
    file = write(
        tmp_path / "c.jsonl",
        issue(1, "A-1", comment={"total": 0}),
        issue(2, "A-2", comment={"total": 5, "comments": [said]}),
        issue(3, "A-3"),
        {**issue(4, "A-4", summary="s"), "comments_data": [said]},
        issue(5, "A-5", comment={"total": 3}),
    )
    with serving(load([file])) as client:
        faults = client.jira.faults
        for key, here, counted in [("A-1", 0, 0), ("A-2", 1, 5), ("A-3", 0, 0), ("A-4", 1, 1), ("A-5", 0, 3)]:
            for faults.totals_of_files, total in ((False, here), (True, counted)):
                assert totals(client, key) == (here, total, here, total)


def totals(client, key):
    """Of the comments of an issue: embedded and their total, on their own page and its total."""
    embedded = client.get(f"issue/{key}").json()["fields"]["comment"]
    page = client.get(f"issue/{key}/comment").json()
    return len(embedded["comments"]), embedded["total"], len(page["comments"]), page["total"]


@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_totals_may_say_more_than_can_be_read(product):
    """By issue or by project; the issue named wins."""
    wrong = Faults(more_comments={"A": 2, "A-2": 0}, more_histories={"A-1": 3})
    with serving(small(2), product=product, faults=wrong) as client:
        assert totals(client, "A-1") == (0, 2, 0, 2)
        assert totals(client, "A-2") == totals(client, "B-1") == (0, 0, 0, 0)
        changelog = client.get("issue/A-1", expand="changelog").json()["changelog"]
        assert (len(changelog["histories"]), changelog["total"]) == (0, 3)


def handed(number, before, after, author):
    return {
        "id": number,
        "created": f"2020-01-0{number}T00:00:00.000+0200",
        **({"author": author} if author else {}),
        "items": [{"field": "assignee", "fieldtype": "jira", "from": before, "to": after, "toString": after}],
    }


def test_people_of_the_changelog_are_those_of_the_fields(tmp_path):
    """On Data Center files a history names people by user name or key; both products must serve one id."""
    renamed = {"name": "bobby", "key": "bob", "displayName": "Bob B.", "active": True}
    ann = {"name": "ann", "displayName": "Ann"}
    raw = issue(1, "A-1", assignee=renamed, reporter=ann, creator=None)
    raw["changelog"] = {"histories": [handed(2, "ann", "bob", renamed), handed(1, None, "ann", None)]}
    store = load([write(tmp_path / "p.jsonl", raw)])
    with serving(store) as client:
        shown = client.get("issue/A-1", expand="changelog").json()
        newest, oldest = shown["changelog"]["histories"]
        assert (oldest["items"][0]["to"], newest["items"][0]["from"]) == ("ann", "ann")
        assert newest["items"][0]["to"] == shown["fields"]["assignee"]["accountId"] == "bob"
        assert "author" not in oldest
        assert oldest["created"] == "2019-12-31T22:00:00.000+0000"
        assert shown["fields"]["creator"] is None
        assert client.get("user", accountId="ann").json()["displayName"] == "Ann"
    with serving(store, product="datacenter") as client:
        shown = client.get("issue/A-1", expand="changelog").json()
        assert shown["changelog"]["histories"][-1]["items"][0]["to"] == shown["fields"]["assignee"]["key"] == "bob"
        assert shown["fields"]["assignee"]["name"] == "bobby"
        assert shown["fields"]["reporter"]["key"] == "ann"


def test_cloud_people_have_names_and_keys_on_data_center(tmp_path):
    both = {"accountId": "557058:1", "name": "old", "key": "old-key", "displayName": "O", "emailAddress": "o@x.example"}
    bare = {"accountId": "557058:2", "displayName": "P", "accountType": "customer"}
    attached = [{"id": "1", "author": both, "filename": "f"}]
    store = load([write(tmp_path / "p.jsonl", issue(1, "A-1", reporter=both, creator=bare, attachment=attached))])
    with serving(store) as client:
        fields = client.get("issue/A-1").json()["fields"]
        assert fields["reporter"]["accountId"] == fields["attachment"][0]["author"]["accountId"] == "557058:1"
        assert "name" not in fields["attachment"][0]["author"]
        assert fields["creator"]["accountType"] == "customer"
    with serving(store, product="datacenter") as client:
        fields = client.get("issue/A-1").json()["fields"]
        assert fields["reporter"]["key"] == fields["attachment"][0]["author"]["key"] == "old-key"
        assert fields["creator"]["key"] == fields["creator"]["name"] == "557058:2"


def test_bodies_in_either_form(tmp_path):
    document = {
        "type": "doc",
        "version": 1,
        "content": [
            {"type": "paragraph", "content": [{"type": "text", "text": "one"}, {"type": "hardBreak"}]},
            {"type": "bulletList", "content": [{"type": "listItem", "content": [{"type": "text", "text": "two"}]}]},
            {"type": "paragraph", "content": [{"type": "mention", "attrs": {"id": "557058:1"}}]},
        ],
    }
    file = write(tmp_path / "b.jsonl", issue(1, "A-1", description=document), issue(2, "A-2", description="x\ny\n\nz"))
    store = load([file])
    with serving(store) as client:
        assert client.get("issue/A-1").json()["fields"]["description"] == document
        content = client.get("issue/A-2").json()["fields"]["description"]["content"]
        assert [len(block["content"]) for block in content] == [3, 1]
        assert client.keys("description ~ two") == ["A-1"]
    with serving(store, product="datacenter") as client:
        assert client.get("issue/A-1").json()["fields"]["description"] == "one\n\n\ntwo\n\n[~557058:1]"
        assert client.get("issue/A-2").json()["fields"]["description"] == "x\ny\n\nz"


def test_half_a_surrogate_pair_survives(tmp_path):
    said = {"total": 1, "comments": [{"id": "1", "body": "\ud83d"}]}
    store = load([write(tmp_path / "s.jsonl", issue(1, "A-1", summary="cut \ud83d", comment=said))])
    for product in ("cloud", "datacenter"):
        with serving(store, product=product) as client:
            shown = client.get("issue/A-1")
            assert b"\\ud83d" in shown.content
            assert json.loads(shown.content)["fields"]["comment"]["total"] == 1
            assert client.search("summary ~ cut", fields=["summary"]).status_code == 200


def test_custom_fields_get_a_name_by_their_look(tmp_path):
    fields = {
        "customfield_1": ["com.atlassian.greenhopper.service.sprint.Sprint@1[id=1]"],
        "customfield_2": "0|i000:",
        "customfield_3": {"requestType": {"id": "1", "name": "Help"}},
        "customfield_4": {"displayName": "Ann", "name": "ann"},
        "customfield_5": [{"value": "x"}],
        "customfield_6": 3.5,
        "customfield_7": None,
    }
    with serving(load([write(tmp_path / "f.jsonl", issue(1, "A-1", **fields))])) as client:
        told = {entry["id"]: entry for entry in client.get("field").json() if entry["custom"]}
        assert [told[f"customfield_{n}"]["name"] for n in (1, 2, 3)] == ["Sprint", "Rank", "Request Type"]
        assert [told[f"customfield_{n}"]["schema"]["type"] for n in (4, 5, 6, 7)] == [
            "user",
            "array",
            "number",
            "string",
        ]
        assert client.keys("cf[6] > 3 and cf[6] <= 3.5") == ["A-1"]
        assert client.search("cf[6] > x").status_code == 400


def test_the_clock_starts_after_everything_that_happened(tmp_path):
    said = {"id": "1", "body": "late", "created": "2030-01-01T00:00:00.000+0000"}
    raw = issue(1, "A-1", updated="2024-01-01T00:00:00.000-0500", comment={"total": 1, "comments": [said]})
    store = load([write(tmp_path / "t.jsonl", raw)])
    assert store.now.year == 2030
    store.edit_labels("A-1", ["x"])
    assert store["A-1"].updated > store["A-1"].comments[0].created
    assert store["A-1"].histories[0].id > 1


def test_a_field_that_was_never_told_stays_absent(tmp_path):
    with serving(load([write(tmp_path / "n.jsonl", issue(1, "A-1", summary="s"))])) as client:
        fields = client.search("key = A-1", fields=["updated", "created", "summary"]).json()["issues"][0]["fields"]
        assert fields == {"summary": "s"}


@pytest.mark.parametrize(
    ("name", "issues", "histories", "comments"),
    [("duraspace_jira.ndjson.gz", 3031, 15115, 5963), ("jac-atlassian-changelog.jsonl.gz", 50, 467, 0)],
)
def test_real_files_lose_nothing(shared, name, issues, histories, comments):
    path = shared / "data" / "dev" / name
    if not path.exists():
        pytest.skip(f"needs {name}")
    store = load([path])
    assert len(store) == issues
    assert sum(len(found.histories) for found in store.issues.values()) == histories
    assert sum(len(found.comments) for found in store.issues.values()) == comments
    with serving(store) as client:
        walked = client.walk("created > 0 order by id", 500)
        assert len(set(walked)) == issues
        token, seen = {}, 0
        while True:
            body = {"issueIdsOrKeys": walked[:1000], "maxResults": 900, **token}
            page = client.post("changelog/bulkfetch", body).json()
            seen += sum(len(group["changeHistories"]) for group in page["issueChangeLogs"])
            if "nextPageToken" not in page:
                break
            token = {"nextPageToken": page["nextPageToken"]}
        assert seen == sum(len(store.find(issue_id).histories) for issue_id in walked[:1000])


def real_files(shared, largest):
    found = [path for path in sorted((shared / "data" / "dev").glob("*.gz")) if path.stat().st_size < largest]
    return found or pytest.skip("needs ../shared/data/dev")


def test_every_line_of_a_real_file_is_an_issue_or_counted(shared):
    for path in real_files(shared, 500_000):
        store = load([path])
        with gzip.open(path) as file:
            lines = sum(bool(line.strip()) for line in file)
        assert len(store) + store.skipped + store.replaced == lines, path.name


def test_all_real_files_in_one_jira(shared):
    store = load(real_files(shared, 300_000))
    for product in ("cloud", "datacenter"):
        with serving(store, product=product) as client:
            ids = sorted(store.issues)
            for start in range(0, len(ids), 100):
                found = ",".join(map(str, ids[start : start + 100]))
                body = {"fields": ["*all"], "maxResults": 100}
                page = client.search(f"id in ({found}) order by id", **body).json()["issues"]
                assert [int(entry["id"]) for entry in page] == ids[start : start + 100]


CONFIG = """
version: 1
mirror: m.duckdb
sites:
  - {{name: t, url: "{url}", product: {product}, token: env:VCJIRA_TOKEN{email},
     requests: {{per_second: 1000, concurrency: 4}}}}
"""


@pytest.mark.slow
@pytest.mark.parametrize("product", ["cloud", "datacenter"])
def test_the_program_reads_all_of_them(shared, tmp_path, monkeypatch, product):
    """One Jira of all but the largest files, with every oddity: issues, histories and comments arrive, none twice."""
    monkeypatch.setenv("VCJIRA_TOKEN", TOKEN)
    store = load(real_files(shared, 3_000_000))
    issues = store.issues.values()
    histories = sum(bool(history.edits) for issue in issues for history in issue.histories)
    with EmbeddedJira(store, product=product) as jira:
        email = f", email: {EMAIL}" if product == "cloud" else ""
        (tmp_path / "c.yaml").write_text(CONFIG.format(url=jira.url, product=product, email=email))
        settings = settings_of(tmp_path / "c.yaml")
        with Mirror(settings.mirror, write=True) as mirror:
            stop = threading.Event()
            outcome = nightly.sync(mirror, settings, Options(), watch=lambda *_: None, stop=stop)[0]
            stop.set()
            assert outcome.error is None
            counts = [
                mirror.value("SELECT count(*) FROM issues"),
                mirror.value("SELECT count(DISTINCT (issue_id, change_id)) FROM changes"),
                mirror.value("SELECT count(*) FROM comments"),
            ]
    assert counts == [len(store), histories, sum(len(issue.comments) for issue in issues)]
    assert counts[0] > 6_000


CUT_OFF = gzip.compress(b'{"id":"1","key":"A-1"}\n' * 900, mtime=0)[:40]


@pytest.mark.parametrize("content", [b"junk", CUT_OFF, b""], ids=["junk", "cut off", "nothing"])
def test_a_file_that_is_no_whole_gzip_is_named(tmp_path, content):
    path = tmp_path / "x.jsonl.gz"
    path.write_bytes(content)
    if not content:
        assert len(load([path])) == 0
        return
    with pytest.raises(Mend, match=r"cannot be read to its end"):
        load([path])


def whole():
    """An issue with everything that is read."""
    ann = {"name": "ann", "key": "ann", "accountId": "1:a", "displayName": "Ann", "emailAddress": "a@x.example"}
    status = {"id": "3", "name": "Open", "statusCategory": {"key": "new"}}
    when = "2020-01-01T00:00:00.000+0000"
    said = {
        "id": "7",
        "author": ann,
        "body": "b",
        "created": when,
        "updated": when,
        "visibility": {},
        "jsdPublic": True,
    }
    step = {"field": "assignee", "fieldtype": "jira", "fieldId": "assignee", "from": "ann", "to": None, "toString": "x"}
    link = {"id": "1", "type": {"name": "Blocks"}, "outwardIssue": {"id": "9", "key": "A-9"}}
    fields = {
        "summary": "s", "description": {"type": "doc", "content": [{"type": "text", "text": "x"}]}, "labels": ["l"],
        "project": {"id": "1", "key": "A", "name": "A", "projectCategory": {"id": "1"}}, "components": [{"name": "c"}],
        "issuetype": {"id": "1", "name": "Bug"}, "status": status, "priority": {"name": "High"}, "resolution": None,
        "reporter": ann, "creator": ann, "assignee": None, "created": when, "updated": when, "resolutiondate": when,
        "comment": {"total": 2, "comments": [said]}, "issuelinks": [link], "parent": {"id": "8", "key": "A-8"},
        "customfield_10001": [{"value": "v", "id": "1"}], "customfield_10002": ann, "duedate": "2020-01-01",
    }  # fmt: skip
    history = {"id": "5", "author": ann, "created": when, "items": [step], "historyMetadata": {"type": "t"}}
    log = {"total": 1, "histories": [history]}
    return {"id": "1", "key": "A-1", "fields": fields, "changelog": log, "properties": {"p": {"value": 1}}}


def places(value, path=()):
    """The path of every part of a value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in inner:
        yield (*path, name)
        yield from places(part, (*path, name))


odd = st.sampled_from([None, True, 0, -5, 3.5, "", "x", "99999999999999999999", [], [1], {}, {"id": {}}, [[]], [None]])


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(list(places(whole()))), odd), min_size=1, max_size=3))
def test_whatever_stands_in_a_file_is_served_or_counted(tmp_path_factory, changes):
    """A whole issue, some parts of it replaced by what does not belong there."""
    thing = whole()
    for path, value in changes:
        held = thing
        with suppress(KeyError, IndexError, TypeError):
            for name in path[:-1]:
                held = held[name]
            held[path[-1]] = deepcopy(value)
    file = tmp_path_factory.mktemp("any") / "x.jsonl"
    file.write_text(json.dumps(thing) + "\n")
    store = load([file])
    assert len(store) + store.skipped == 1
    for product in ("cloud", "datacenter"):
        shapes = Shapes("http://h", product, "2", "UTC", Faults(), store.directory.meet)
        for found in store.issues.values():
            shown = json.loads(shapes.issue(found, wanted(["*all"], "*all"), histories=True))
            assert shown["key"] == found.key
