"""A small Jira for the tests: two projects, three people, and a client that speaks to it over real HTTP."""

from contextlib import contextmanager

import requests

from vcjira.demo import EMAIL, TOKEN, EmbeddedJira, Store
from vcjira.demo.records import Account

ANN, BOB, CAT = "ann-1", "bob-2", "cat-3"


def small(count: int = 6) -> Store:
    """Issues A-1 .. A-n of project A and B-1 of project B."""
    store = Store()
    store.directory.add(Account(ANN, key="JIRAUSER1", name="ann", display="Ann", email="ann@a.example"))
    store.directory.add(Account(BOB, key="JIRAUSER2", name="bob", display="Bob", email="bob@b.example", hidden=True))
    store.directory.add(Account(CAT, key="JIRAUSER3", name="cat", display="Cat", kind="customer"))
    store.group("devs").members.extend([store.person(ANN), store.person(BOB)])
    store.organization("Cedar").members.append(store.person(CAT))
    store.new_project("A", "Alpha")
    store.new_project("B", "Beta", kind="service_desk")
    for number in range(count):
        store.create("A", f"Thing {number + 1}", reporter=ANN, fields={"description": "First.\n\nSecond."})
    store.create("B", "Desk thing", reporter=CAT, creator=ANN)
    return store


class Client:
    """`get`, `post`, `put`, `delete` below /rest/api/<version>, logged in unless told otherwise."""

    def __init__(self, jira: EmbeddedJira, version: str | None = None, *, auth: str = "good") -> None:
        self.jira = jira
        self.base = f"{jira.url}/rest/api/{version or ('3' if jira.product == 'cloud' else '2')}"
        self.session = requests.Session()
        self.session.trust_env = False
        if auth == "good" and jira.product == "cloud":
            self.session.auth = (EMAIL, TOKEN)
        elif auth == "good":
            self.session.headers["Authorization"] = f"Bearer {TOKEN}"
        elif auth == "wrong":
            self.session.auth = (EMAIL, "expired")

    def call(self, method: str, path: str, **options) -> requests.Response:
        url = path if path.startswith("http") else f"{self.base}/{path}"
        return self.session.request(method, url, timeout=20, allow_redirects=False, **options)

    def get(self, path: str, **params):
        return self.call("GET", path, params=params)

    def post(self, path: str, body):
        return self.call("POST", path, json=body)

    def put(self, path: str, body, **params):
        return self.call("PUT", path, json=body, params=params)

    def delete(self, path: str):
        return self.call("DELETE", path)

    def search(self, jql: str, **body) -> requests.Response:
        if self.jira.product == "cloud":
            return self.post("search/jql", {"jql": jql, **body})
        return self.post("search", {"jql": jql, **body})

    def keys(self, jql: str) -> list[str]:
        """Keys found, sorted."""
        answer = self.search(jql, fields=["updated"], maxResults=1000)
        assert answer.status_code == 200, answer.text
        return sorted(issue["key"] for issue in answer.json()["issues"])

    def walk(self, jql: str, size: int, **body) -> list[str]:
        """Ids by the token chain of Cloud."""
        found: list[str] = []
        token: dict = {}
        while True:
            page = self.post("search/jql", {"jql": jql, "fields": ["id"], "maxResults": size, **body, **token}).json()
            found += [issue["id"] for issue in page["issues"]]
            if page["isLast"]:
                return found
            token = {"nextPageToken": page["nextPageToken"]}


@contextmanager
def serving(store: Store | None = None, *, auth: str = "good", version: str | None = None, **options):
    with EmbeddedJira(store or small(), **options) as jira:
        client = Client(jira, version, auth=auth)
        with client.session:
            yield client
