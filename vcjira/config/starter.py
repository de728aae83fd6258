"""The configuration that `vcjira init` writes: commented, valid, with rules that pass their own tests."""

from urllib.parse import urlsplit

CLOUD = "    email: {email:<34}# the account that owns the API token"
DATA_CENTER = "    # Data Center: a personal access token needs no `email`"

TEXT = """\
# vcjira: who is really asking, and was the work thrown over a wall or done together?
# `vcjira check` tells what is right and wrong here; `vcjira schema config` describes every key.
version: 1
mirror: vcjira.duckdb                        # one file, relative to this one

sites:
  - name: {name}
    url: {url}
{login}
    token: env:VCJIRA_TOKEN                  # or file:PATH, or keyring:SERVICE/USER; never the token itself
    scope: ""                                # JQL, such as: project in (PLAT, DATA)
    # fields: {{team: Team}}                   # names or ids of this site's custom fields
    requests: {{concurrency: 8, per_second: 20, timeout: 60}}

people:
  # directory: people.csv                    # account_id or email, person, organization, team, from, until
  bots: ["automation*", "*-bot", {{account_type: app}}]

teams: {{}}                                    # the receiving side, for example
#  Platform: {{projects: [PLAT], members: {{group: platform-devs}}}}

classify:
  unknown_budget: 25%                        # above it nothing is labelled
  rules:                                     # from top to bottom; the first answer to a question wins
    - name: own staff
      when: {{email_domain: [{domain}]}}
      answers: {{has_choice: no}}              # they cannot buy elsewhere: stakeholders
    - name: portal customers
      when: {{account_type: customer}}         # customers of a Jira service desk
      answers: {{has_choice: yes, delivers_to_others: no}}
    # - name: resellers
    #   when: {{organization: [Globex, Initech]}}
    #   answers: {{has_choice: yes, delivers_to_others: yes}}
    #   from: 2026-05-01
  tests:
    - given: {{requester: {{email: somebody@{domain}}}}}
      expect: stakeholder
    - given: {{requester: {{email: somebody@elsewhere.example}}}}
      expect: unknown

reports:
  out: reports/
  run: [walls, requesters]

labels:
  enabled: false                             # `vcjira run` writes labels only when this is true
  prefix: vc-
  limits: {{issues: 500, share: 30%}}          # per run; above them nothing is written
"""


def starter(url: str | None, email: str | None) -> str:
    """The text of a starting configuration, for Cloud when the address is one of Atlassian's or an e-mail is given."""
    address = (url or "https://acme.atlassian.net").rstrip("/")
    host = urlsplit(address).hostname or "acme"
    cloud = host.endswith(".atlassian.net") or email is not None
    domain = email.rpartition("@")[2] if email and "@" in email else "acme.example"
    login = CLOUD.format(email=email or f"bot@{domain}").rstrip() if cloud else DATA_CENTER
    name = "".join(c if c.isalnum() or c in "-_" else "-" for c in host.split(".")[0]).strip("-") or "jira"
    return TEXT.format(name=name, url=address, login=login, domain=domain)
