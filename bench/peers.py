"""Three ways in which others pull issues with changelogs and comments; each prints how many issues it got last.

They run in an environment of their own, `.venv-peers`, made on first use: none of them is a dependency of ours.
"""

import subprocess
import sys
from pathlib import Path

PEERS = Path(__file__).parents[1] / ".venv-peers"
PACKAGES = ("jira==3.10.5", "atlassian-python-api==5.0.5", "tap-jira==2.6.0")

JIRA = """
import sys
from jira import JIRA
jira = JIRA(sys.argv[1], basic_auth=("bot@demo.example", "demo-token"), options={"rest_api_version": "3"})
issues = jira.search_issues('created >= "2000-01-01"', maxResults=0, fields="*all", expand="changelog")
assert sum(len(issue.changelog.histories) for issue in issues) >= 11 * len(issues)
print(len(issues))
"""

ATLASSIAN_PAGES = """
import sys
from atlassian import Jira
jira = Jira(url=sys.argv[1], username="bot@demo.example", password="demo-token", cloud=True, api_version="3")
token, count, histories = None, 0, 0
while True:
    page = jira.enhanced_jql(
        'created >= "2000-01-01"', fields="*all", nextPageToken=token, limit=100, expand="changelog"
    )
    count += len(page["issues"])
    histories += sum(len(issue["changelog"]["histories"]) for issue in page["issues"])
    token = page.get("nextPageToken")
    if not token or page.get("isLast"):
        break
assert histories >= 11 * count
print(count)
"""
"""The kindest way: what the page of a search carries, which Cloud cuts at 40 histories and 20 comments."""

ATLASSIAN_EACH = """
import sys
from atlassian import Jira
jira = Jira(url=sys.argv[1], username="bot@demo.example", password="demo-token", cloud=True, api_version="3")
count = histories = 0
for issue in jira.enhanced_jql('created >= "2000-01-01"', fields="*all", limit=100)["issues"]:
    histories += len(jira.get_issue_changelog(issue["key"])["values"])
    jira.issue_get_comments(issue["key"])
    count += 1
assert histories >= 11 * count
print(count)
"""
"""The documented calls for a changelog and for comments, issue by issue; of the first 100 issues only."""

TAP = """
import sys, json, os, tempfile
from tap_jira import http
http.Client.url = lambda self, path: self.base_url.rstrip("/") + "/" + path.lstrip("/")
import tap_jira
from tap_jira import streams
sync_sub_streams = streams.sync_sub_streams
streams.sync_sub_streams = lambda page: sync_sub_streams([{"transitions": []} | issue for issue in page])
config = {"start_date": "2000-01-01T00:00:00Z", "username": "bot@demo.example", "password": "demo-token",
          "base_url": sys.argv[1], "user_agent": "bench"}
folder = tempfile.mkdtemp()
json.dump(config, open(folder + "/config.json", "w"))
tap_jira.Context.client = http.Client(config)
catalog = tap_jira.discover().to_dict()
for stream in catalog["streams"]:
    wanted = stream["tap_stream_id"] in ("issues", "issue_comments", "changelogs", "projects")
    for entry in stream["metadata"]:
        entry["metadata"]["selected"] = wanted
json.dump(catalog, open(folder + "/catalog.json", "w"))
sys.argv = ["tap-jira", "--config", folder + "/config.json", "--properties", folder + "/catalog.json"]
log = os.open(folder + "/out.jsonl", os.O_CREAT | os.O_WRONLY)
keep = os.dup(1)
os.dup2(log, 1)
tap_jira.main()
sys.stdout.flush()
os.dup2(keep, 1)
got = {"issues": 0, "changelogs": 0}
for line in open(folder + "/out.jsonl", "rb"):
    for stream in got:
        got[stream] += line.startswith(b'{"type": "RECORD", "stream": "%s"' % stream.encode())
assert got["changelogs"] >= 11 * got["issues"], got
print(got["issues"])
"""
"""The tap itself, its streams for projects, issues, comments and changelogs selected; https, which it insists on,
put back to http, and the transitions it expands given as empty: the embedded Jira has neither."""

ALL = {
    "jira 3.10.5 objects": JIRA,
    "atlassian-python-api, by pages": ATLASSIAN_PAGES,
    "atlassian-python-api, by issue": ATLASSIAN_EACH,
    "tap-jira 2.6.0": TAP,
}


def python_of_peers() -> str:
    """The interpreter of the peers' environment; made when it is not there."""
    python = PEERS / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEERS)], check=True)
        subprocess.run([str(PEERS / "bin" / "pip"), "install", "-q", *PACKAGES], check=True)
    return str(python)
