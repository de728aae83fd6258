"""The configuration that fits the invented company: its directory file and a commented vcjira.yaml."""

import csv
import io

from vcjira.demo.company.cast import PARTNERS, STAFF_DOMAIN, TEAMS, Cast
from vcjira.demo.records import Account
from vcjira.demo.shapes import Product
from vcjira.demo.shelf import EMAIL

COLUMNS = ("account_id", "email", "person", "organization", "team", "from", "until", "location")
REORGANISED = "2026-05-01"


def directory(cast: Cast, product: Product) -> str:
    """One line per person and period. Partners and customers are not in a staff directory."""
    file = io.StringIO()
    rows = csv.writer(file, lineterminator="\n")
    rows.writerow(COLUMNS)
    for groups in (cast.teams, cast.departments):
        for name, members in groups.items():
            for number, account in enumerate(members):
                for row in _rows(account, name, number, product):
                    rows.writerow(row)
    return file.getvalue()


def _rows(account: Account, home: str, number: int, product: Product) -> list[list[str]]:
    account_id = account.id if product == "cloud" else account.server_key
    place = ("Berlin", "Boston", "Kathmandu")[number % 3]
    first = [account_id, account.email or "", account.display or ""]
    if home == "Data Science" and number % 3 == 0:
        before = [*first, "Operations", "Operations", "", REORGANISED, place]
        return [before, [*first, home, home, REORGANISED, "", place]]
    return [[*first, home, home, "", "", place]]


def config(url: str, product: Product, directory_file: str) -> str:
    """A whole vcjira.yaml, ready to run."""
    email = f"    email: {EMAIL}\n" if product == "cloud" else ""
    teams = "\n".join(_team(name) for name in TEAMS)
    customers = "{account_type: customer}" if product == "cloud" else "{group: portal-customers}"
    given = "account_type: customer" if product == "cloud" else "group: [portal-customers]"
    return TEMPLATE.format(
        url=url,
        product=product,
        email=email,
        directory=directory_file,
        staff=STAFF_DOMAIN,
        partners=", ".join(PARTNERS),
        organizations="\n".join(_organization(name, domain) for name, domain in PARTNERS.items()),
        teams=teams,
        customers=customers,
        given=given,
        reorganised=REORGANISED,
    )


def _team(name: str) -> str:
    key, _, group = TEAMS[name]
    components = ", components: [DATA/ETL]" if key == "DATA" else ""
    return f"  {name}: {{projects: [{key}], field_team: [{name}]{components}, members: {{group: {group}}}}}"


def _organization(name: str, domain: str) -> str:
    return f"    {name}: {{email_domain: [{domain}]}}"


TEMPLATE = """\
# vcjira.yaml of the invented company of `vcjira demo`. Every key is explained by `vcjira schema config`.
version: 1
mirror: vcjira.duckdb

sites:
  - name: demo
    url: {url}                    # the embedded Jira; `vcjira serve-jira` prints its address
    product: {product}
{email}    token: env:VCJIRA_TOKEN
    scope: "project in (PLAT, DATA, CHK, IDN, HELP)"
    fields: {{team: Team, request_type: auto, organizations: auto}}
    requests: {{concurrency: 4, per_second: 200, timeout: 30}}

people:
  directory: {directory}          # account_id, email, person, organization, team, from, until, location
  bots: ["Automation*", "Deploy Alerts", "Chat to Jira"]
  shared_mailboxes: ["requests@{staff}"]
  originator_fields: [Requested for]   # the chat bot files for others and says so there
  organizations:                  # the asking side: who is outside, and whose mail that is
{organizations}

teams:                            # the receiving side
{teams}

value_chain:                      # who delivers to whom
  - Identity -> Platform
  - Platform -> Checkout
  - Platform -> Data Science
  - Data -> Checkout
  - Data -> Finance
  - Checkout -> Globex
  - Checkout -> Initech
  - Checkout -> Marketing
  - Globex -> Shoppers
  - Initech -> Shoppers
  - Support -> Blue Harbor
  - Support -> Quill Books

classify:
  unknown_budget: 25%
  rules:                          # the first rule that answers a question wins it
    - name: embedded with Data Science
      when: {{all: [{{directory.team: Data Science}}, {{team: Platform}}]}}
      from: {reorganised}
      class: partner
      because: one planning, one stand-up since the May reorganisation
    - name: resellers
      when: {{organization: [{partners}]}}
      answers: {{has_choice: yes, delivers_to_others: yes}}
      because: they sell our shop under their own name
    - name: own staff by mail
      when: {{email_domain: [{staff}]}}
      answers: {{has_choice: no}}
    - name: own staff by directory
      when: {{directory.location: [Berlin, Boston, Kathmandu]}}
      answers: {{has_choice: no}}
      because: some colleagues hide their mail address in Jira
    - name: portal customers
      when: {customers}
      answers: {{has_choice: yes, delivers_to_others: no}}
  tests:                          # run by `vcjira rules test` and before every change counts
    - name: a reseller is a partner
      given: {{requester: {{organization: [Globex], email: ada@globex.example}}, issue: {{project: CHK}}}}
      expect: partner
    - name: a colleague is a stakeholder
      given: {{requester: {{email: ben.sales@{staff}, organization: [Sales]}}, issue: {{project: PLAT}}}}
      expect: stakeholder
    - name: a customer is a customer
      given: {{requester: {{{given}, organization: [Blue Harbor], email: eva@blueharbor.example}}}}
      expect: customer
    - name: a stranger stays unknown
      given: {{requester: {{email: ike@gmail.com, organization: []}}}}
      expect: unknown

patterns:
  silent_handoff: {{level: team, before: 24h, after: 72h}}
  escalation: {{lines: [Support, "Platform, Data, Checkout, Identity"]}}   # from the front to the back
declared_split: {{customer: 60%, partner: 25%, stakeholder: 15%}}

reports:
  out: reports/
  run: [walls, requesters, embedding, stages, chain]

labels:
  enabled: true                   # `vcjira run` plans and writes; false: plans only
  prefix: vc-
  classes: [partner, stakeholder, customer]
  own_team: skip
  evidence_property: vcjira
  notify: false
  limits: {{issues: 2000, share: 100%}}   # a first labelling touches nearly everything
"""
