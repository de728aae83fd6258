"""Everything a plan is drafted from, read from the mirror in a few queries: facts in hand, nothing decided yet."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from vcjira.config import Settings
from vcjira.errors import Mend
from vcjira.labels import where
from vcjira.labels.catalogue import Catalogue, catalogue
from vcjira.labels.veto import Event, Standing, Veto, Write, events, judge
from vcjira.mirror import Mirror, now

Id = tuple[str, str]
"""(site, issue id)"""


class Found(msgspec.Struct, frozen=True):
    """A pattern on an issue: how often, and when last."""

    pattern: str
    count: int
    last: datetime


class IssueFacts(msgspec.Struct, frozen=True):
    """One present issue, with what we think of it and what stands on it."""

    site: str
    issue_id: str
    key: str
    project: str
    created: datetime
    updated: datetime | None
    labels: tuple[str, ...]
    class_: str | None
    own_team: bool
    rules: tuple[str, ...]
    organization: str | None
    class_now: str | None
    hits: tuple[Found, ...]
    ours: dict[str, str]
    vetoes: dict[str, Veto]
    last: dict[str, str]
    objection: str | None
    """Who says outside the issue's history that nothing be added: the veto label, a line of the veto file."""
    announced: dict[str, datetime]
    """Case-folded label -> when we announced it."""


@dataclass(slots=True)
class Facts:
    created: datetime
    sites: dict[str, dict[str, Any]]
    """Name -> url, product, present (issues)."""
    catalogue: Catalogue
    issues: list[IssueFacts]
    own_team: str
    wait: timedelta
    order: str
    per_night: int | None
    rules: str
    """Digest of the configuration that decides about labels."""
    state: str
    """Digest of all facts: the state of the mirror, as far as labels depend on it."""


def gather(
    mirror: Mirror,
    settings: Settings,
    *,
    narrow: str | None = None,
    only: Collection[Id] | None = None,
    anywhere: bool = False,
) -> Facts:
    """Facts of the present issues that `labels.where` and `narrow` let through, of `only` those named.

    `anywhere` leaves `labels.where` aside.
    """
    created = now(mirror)
    labels = settings.labels
    book = catalogue(labels, created.date())
    sites = _sites(mirror, settings)
    conditions = [] if anywhere else _conditions(mirror, settings, narrow)
    rows = mirror.rows(_issues(conditions, only), {"sites": list(sites), "prefix": labels.prefix} | _ids(only))
    standings = _standings(mirror, rows)
    objections = _objections(settings)
    announced = _announced(mirror)
    facts = Facts(
        created=created,
        sites=sites,
        catalogue=book,
        issues=[],
        own_team=labels.own_team,
        wait=labels.wait,
        order=labels.order,
        per_night=labels.per_night,
        rules=rules_digest(settings),
        state="",
    )
    veto_label = (labels.veto_label or f"{labels.prefix}veto").casefold()
    for row in rows:
        key = (row["site"], row["issue_id"])
        standing = standings.get(key) or Standing(tuple(sorted(row["labels"] or ())))
        lines = objections.get(row["key"].upper(), {})
        objection = lines.get("")
        if objection is None and veto_label in map(str.casefold, standing.worn):
            objection = f"the label {veto_label} is on the issue"
        vetoes = {label: Veto(label, None, None, line) for label, line in lines.items() if label} | standing.vetoes
        facts.issues.append(_issue(row, standing, vetoes, objection, announced.get(key, {})))
    facts.issues.sort(key=lambda issue: (issue.site, issue.issue_id))
    facts.state = _state(facts)
    return facts


def _sites(mirror: Mirror, settings: Settings) -> dict[str, dict[str, Any]]:
    """The sites that are configured and in the mirror; an imported log is no site to write to."""
    configured = {site.name: site.url for site in settings.sites}
    present = dict(mirror.tuples("SELECT site, count(*) FROM issues WHERE presence = 'present' GROUP BY site"))
    return {
        row["site"]: {"url": configured[row["site"]], "product": row["product"], "present": present.get(row["site"], 0)}
        for row in mirror.rows("SELECT site, product FROM sites ORDER BY site")
        if row["site"] in configured
    }


def _conditions(mirror: Mirror, settings: Settings, narrow: str | None) -> list[str]:
    checked = []
    if settings.labels.where:
        checked.append(where.check(mirror, settings.labels.where, settings.where("labels", "where")))
    if narrow:
        checked.append(where.check(mirror, narrow, "--where"))
    return checked


def _ids(only: Collection[Id] | None) -> dict[str, object]:
    return {} if only is None else {"only": [f"{site}\n{issue_id}" for site, issue_id in sorted(only)]}


def _issues(conditions: list[str], only: Collection[Id] | None) -> str:
    """The issues that can concern a plan: with a class or a hit, under our prefix, or in the journal."""
    scope = "".join(f" AND {condition}" for condition in conditions)
    if only is not None:
        scope += " AND site || chr(10) || issue_id IN (SELECT unnest($only::VARCHAR[]))"
    return f"""
WITH scope AS (SELECT * FROM issues WHERE presence = 'present' AND list_contains($sites::VARCHAR[], site){scope}),
found AS (
    SELECT site, issue_id, pattern, count(*) AS n, max(happened) AS last FROM hits
    WHERE issue_id IS NOT NULL GROUP BY ALL
),
hit AS (
    SELECT site, issue_id, list({{'pattern': pattern, 'count': n, 'last': last}} ORDER BY pattern) AS hits
    FROM found GROUP BY ALL
),
journal AS (SELECT DISTINCT site, issue_id, true AS written FROM label_writes)
SELECT i.site, i.issue_id, i.key, i.project, i.created, i.updated, i.labels, i.history_complete,
    c.class AS class_, coalesce(c.own_team, false) AS own_team, c.rules, c.organization, c.class_now,
    h.hits, coalesce(j.written, false) AS written
FROM scope i
LEFT JOIN classes c USING (site, issue_id)
LEFT JOIN hit h USING (site, issue_id)
LEFT JOIN journal j USING (site, issue_id)
WHERE c.class <> 'unknown' OR h.hits IS NOT NULL OR j.written
    OR len([label FOR label IN i.labels IF starts_with(lower(label), lower($prefix))]) > 0
"""


def _issue(
    row: dict[str, Any],
    standing: Standing,
    vetoes: dict[str, Veto],
    objection: str | None,
    announced: dict[str, datetime],
) -> IssueFacts:
    return IssueFacts(
        site=row["site"],
        issue_id=row["issue_id"],
        key=row["key"],
        project=row["project"],
        created=row["created"],
        updated=row["updated"],
        labels=tuple(sorted(standing.worn)),
        class_=row["class_"],
        own_team=row["own_team"],
        rules=tuple(row["rules"] or ()),
        organization=row["organization"],
        class_now=row["class_now"],
        hits=tuple(Found(hit["pattern"], hit["count"], hit["last"]) for hit in row["hits"] or ()),
        ours=dict(sorted(standing.ours.items())),
        vetoes=dict(sorted(vetoes.items())),
        last=dict(sorted(standing.last.items())),
        objection=objection,
        announced=dict(sorted(announced.items())),
    )


def _standings(mirror: Mirror, rows: Iterable[dict[str, Any]]) -> dict[Id, Standing]:
    """Whose labels they are, for the issues that the journal knows; all others are not ours."""
    told = histories(mirror)
    writes = journal(mirror)
    notes = _remembered(mirror)
    lifted = _lifted(mirror)
    standings = {}
    for row in rows:
        key = (row["site"], row["issue_id"])
        if key not in writes and key not in notes:
            continue
        standing = judge(
            row["labels"] or (),
            told.get(key, []),
            writes.get(key, []),
            seen=row["updated"],
            whole=bool(row["history_complete"]),
        )
        standing.vetoes = {
            label: veto
            for label, veto in (notes.get(key, {}) | standing.vetoes).items()
            if not _is_lifted(veto, lifted.get((*key, label)))
        }
        standings[key] = standing
    return standings


def histories(mirror: Mirror) -> dict[Id, list[Event]]:
    """Label events of the issues that the journal knows, in order (E10: time, then numeric history id)."""
    told: dict[Id, list[Event]] = defaultdict(list)
    rows = mirror.tuples("""
        SELECT site, issue_id, changed, author_id, from_text, to_text FROM changes
        SEMI JOIN label_writes USING (site, issue_id)
        WHERE field = 'labels' OR field_id = 'labels'
        ORDER BY site, issue_id, changed, try_cast(change_id AS BIGINT), change_id, item
    """)
    for site, issue_id, changed, author, before, after in rows:
        told[site, issue_id] += events(changed, author, before, after)
    return told


def journal(mirror: Mirror) -> dict[Id, list[Write]]:
    """The rows of `label_writes` that may have reached Jira, by issue, in the order of writing."""
    writes: dict[Id, list[Write]] = defaultdict(list)
    rows = mirror.tuples("""
        SELECT site, issue_id, run_id, op, label, outcome, account_id, before, after FROM label_writes
        WHERE outcome IN ('done', 'failed', 'intended') ORDER BY site, issue_id, written, op DESC, label, run_id
    """)
    for site, issue_id, *rest in rows:
        writes[site, issue_id].append(Write(*rest))
    return writes


def _remembered(mirror: Mirror) -> dict[Id, dict[str, Veto]]:
    """Vetoes noted by earlier runs: they stay when the history is cut or comes back shorter."""
    notes: dict[Id, dict[str, Veto]] = defaultdict(dict)
    for site, issue_id, label, happened, author in mirror.tuples(
        "SELECT site, issue_id, label, happened, author_id FROM label_notes WHERE kind = 'veto'"
    ):
        notes[site, issue_id][label.casefold()] = Veto(label, happened, author)
    return notes


def _lifted(mirror: Mirror) -> dict[tuple[str, str, str], datetime]:
    rows = mirror.tuples("SELECT site, issue_id, label, max(happened) FROM label_lifts GROUP BY ALL")
    return {(site, issue_id, label.casefold()): happened for site, issue_id, label, happened in rows}


def _is_lifted(veto: Veto, until: datetime | None) -> bool:
    return until is not None and (veto.happened is None or veto.happened <= until)


def _announced(mirror: Mirror) -> dict[Id, dict[str, datetime]]:
    announced: dict[Id, dict[str, datetime]] = defaultdict(dict)
    for site, issue_id, label, moment in mirror.tuples(
        "SELECT site, issue_id, label, min(announced) FROM label_proposals GROUP BY ALL"
    ):
        announced[site, issue_id][label.casefold()] = moment
    return announced


def _objections(settings: Settings) -> dict[str, dict[str, str]]:
    """Issue key -> case-folded label, or "" for all -> the line of `labels.veto_file` that objects."""
    named = settings.labels.veto_file
    if named is None:
        return {}
    path = Path(named) if Path(named).is_absolute() else settings.base / named
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        place = settings.where("labels", "veto_file")
        raise Mend(f"the veto file {path} cannot be read", where=place, hint="create it, or drop the key") from None
    found: dict[str, dict[str, str]] = defaultdict(dict)
    for number, line in enumerate(lines, 1):
        words = line.split("#")[0].split()
        if words:
            label = words[1].casefold() if len(words) > 1 else ""
            found[words[0].upper()][label] = f"{path.name}:{number} objects"
    return found


def rules_digest(settings: Settings) -> str:
    """Changes when the configuration that decides about labels does; limits and timing do not count."""
    deciding = {"prefix", "classes", "patterns", "own_team", "where", "catalogue", "retire_after"}
    parts = [
        settings.people.model_dump_json(),
        settings.classify.model_dump_json(exclude={"unknown_budget", "tests"}),
        settings.labels.model_dump_json(include=deciding),
        *(f"{name}={team.model_dump_json()}" for name, team in settings.teams.items()),
        *(f"{name}={options.model_dump_json()}" for name, options in sorted(settings.patterns.items())),
    ]
    return hashlib.blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()


def _state(facts: Facts) -> str:
    digest = hashlib.blake2b(digest_size=16)
    digest.update(msgspec.json.encode([facts.created, facts.sites, facts.rules]))
    encode = msgspec.json.Encoder(order="deterministic").encode
    for issue in facts.issues:
        digest.update(encode(issue))
    return digest.hexdigest()
