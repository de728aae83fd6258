"""Whom texts mention comes with the issues, by id on Cloud, by user name on Data Center, and counts where it should."""

from datetime import timedelta

import pytest
from sync_world import PRODUCTS, run, site

from vcjira import walls
from vcjira.config.models import Settings
from vcjira.demo import EmbeddedJira, Store
from vcjira.demo.records import Account
from vcjira.mirror import Mirror, now
from vcjira.nightly import again

ASKERS = [f"asker{number}" for number in range(10)]
TEAM = ["pat", "pia", "pam"]


def tracker(mentioned: str) -> Store:
    """30 requests of 10 people whose descriptions mention somebody, each answered by the team alone."""
    store = Store()
    for name in [*ASKERS, *TEAM]:  # on Data Center people are held by key and mentioned by name
        store.directory.add(Account(f"5b:{name}", f"JIRAUSER-{name}", name, name.title()))
    who = store.person(mentioned)
    mention = {"type": "mention", "attrs": {"id": who.id, "text": f"@{who.display}"}}
    document = {"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [mention]}]}
    for number in range(30):
        made = store.create("PLAT", "a thing", reporter=ASKERS[number % 10], fields={"description": document})
        store.comment(made.key, f"done: {number}", TEAM[number % 3])
    return store


@pytest.mark.parametrize(("mentioned", "one_way"), [("pat", 0), ("asker1", 30)])
@pytest.mark.parametrize("product", PRODUCTS)
def test_a_description_that_mentions_the_team_is_a_word_to_it(tmp_path, product, mentioned, one_way):
    store = tracker(mentioned)
    with EmbeddedJira(store, product=product) as jira, Mirror(tmp_path / "m", write=True) as mirror:
        run(mirror, site(jira))
        shown = {name: f"5b:{name}" if product == "cloud" else f"JIRAUSER-{name}" for name in [*ASKERS, *TEAM]}
        chosen = Settings.model_validate(
            {
                "people": {"affiliations": [{"account": shown[name], "organization": "Sales"} for name in ASKERS]},
                "teams": {"Platform": {"projects": ["PLAT"], "members": {"account": [shown[name] for name in TEAM]}}},
            }
        )
        again.everything(mirror, chosen)
        until = now(mirror) + timedelta(days=1)
        (cell,) = walls.matrix(mirror, chosen, until - walls.WINDOW, until)
    assert (cell.requests, cell.one_way) == (30, 30)
    assert cell.generous.hits == one_way
