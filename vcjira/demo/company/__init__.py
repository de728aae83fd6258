"""An invented company as a store: delivery teams, those who ask them, and every pattern planted somewhere."""

from typing import Literal

from vcjira.demo import fields, times
from vcjira.demo.company import bench, cast, plots, settings
from vcjira.demo.company.stage import (
    EPIC_LINK,
    ORGANIZATIONS,
    PARTICIPANTS,
    POINTS,
    REQUEST_TYPE,
    REQUESTED_FOR,
    TEAM_FIELD,
    WAITING,
    Stage,
)
from vcjira.demo.shapes import Product
from vcjira.demo.store import Store

FIELDS = (
    (TEAM_FIELD, "Team", "team", "com.atlassian.teams:rm-teams-custom-field-team", None),
    (ORGANIZATIONS, "Organizations", "array", "com.atlassian.servicedesk:sd-customer-organizations", "organization"),
    (REQUEST_TYPE, "Request Type", "sd-customerrequesttype", "com.atlassian.servicedesk:vp-origin", None),
    (EPIC_LINK, "Epic Link", "any", "com.pyxis.greenhopper.jira:gh-epic-link", None),
    (POINTS, "Story Points", "number", "com.atlassian.jira.plugin.system.customfieldtypes:float", None),
    (REQUESTED_FOR, "Requested for", "user", "com.atlassian.jira.plugin.system.customfieldtypes:userpicker", None),
    (PARTICIPANTS, "Request participants", "array", "com.atlassian.servicedesk:sd-request-participants", "user"),
)
STATUSES = (
    ("To Do", "new"),
    ("In Progress", "indeterminate"),
    ("In Review", "indeterminate"),
    ("Blocked", "indeterminate"),
    (WAITING, "indeterminate"),
    ("Done", "done"),
)
DAY_AFTER = times.DAY


class Company(Store):
    """A store that knows what was planted in it, and how vcjira would be configured for it."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = cast.Cast(self)
        self.truth: dict[str, list[str]] = {}
        """Pattern or oddity -> keys of the issues made to show it."""

    def directory_csv(self, product: Product = "cloud") -> str:
        """The staff directory, as `people.directory` reads it."""
        return settings.directory(self.cast, product)

    def config_yaml(self, url: str, product: Product = "cloud", directory: str = "people.csv") -> str:
        """A whole vcjira.yaml for this company, with rules, their tests and teams."""
        return settings.config(url, product, directory)


def company(issues: int = 600, seed: int = 7, *, weight: Literal["story", "bench"] | str = "story") -> Company:
    """The same company for the same seed; with `bench` weight many large, dull issues, quickly."""
    store = Company()
    for name, shown, kind, schema, items in FIELDS:
        store.custom[name] = fields.custom(name, shown, kind, schema, items)
    for name, category in STATUSES:
        store.new_value("status", name, category)
    end = store.now_ms
    store.clock.set(end - 400 * times.DAY)
    store.cast = cast.gather(store)
    if weight == "bench":
        bench.fill(store, store.cast, issues, seed, end)
    else:
        stage = Stage(store, store.cast, seed, end - DAY_AFTER)
        plots.write(stage, issues)
        stage.play()
        store.truth = stage.truth()
    store.past.clear()
    store.clock.set(end)
    store.settle()
    return store
