"""`vcjira sync` and `vcjira status`: bring the mirror up to date, and say how it stands."""

import json
from typing import Any

import click

from vcjira.cli.app import App


@click.command()
@click.option("--full", is_flag=True, help="Read everything again.")
@click.option("--audit", is_flag=True, help="Read everything into a scratch mirror and report every difference.")
@click.option("--project", "projects", multiple=True, metavar="KEY", help="Only this project; may be repeated.")
@click.option("--force", is_flag=True, help="Once: believe it when a large part of a site vanished.")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.pass_obj
def sync(app: App, full: bool, audit: bool, projects: tuple[str, ...], force: bool, as_json: bool) -> None:
    """Bring the mirror up to date."""
    from vcjira import nightly
    from vcjira.cli.progress import watching
    from vcjira.sync import Options

    options = Options(full=full, projects=projects, force=force)
    with app.mirror(write=not audit) as mirror, watching(app) as (watch, stop):
        if audit:
            _audit(app, mirror, options, watch, stop, as_json)
            return
        outcomes = nightly.sync(mirror, app.settings, options, watch=watch, stop=stop)
    if as_json:
        app.say_json([nightly.outcome_facts(outcome) for outcome in outcomes])
    else:
        for outcome in outcomes:
            _tell(app, nightly.outcome_facts(outcome))
    click.get_current_context().exit(nightly.exit_code(outcomes))


def _audit(app: App, mirror: Any, options: Any, watch: Any, stop: Any, as_json: bool) -> None:
    from vcjira import nightly

    differences = nightly.audit(mirror, app.settings, options, watch=watch, stop=stop)
    if as_json:
        app.say_json({"differences": differences})
    else:
        for row in differences:
            app.say(app.clean(f"{row['site']}  {row['table']}  {row['key'] or row['issue_id']}  {row['what']}"))
        app.say(f"{len(differences)} differences" if differences else "the mirror equals a full reading")
    click.get_current_context().exit(4 if differences else 0)


def _tell(app: App, facts: dict[str, Any]) -> None:
    if facts["error"] and not facts["certificate"]:
        app.warn(f"{facts['site']}: {facts['error']}")
        return
    gone = "".join(f", {count} {name.replace('_', ' ')}" for name, count in facts["gone"].items())
    app.say(f"{facts['site']}: {facts['walked']} issues in Jira, {facts['fetched']} fetched{gone}")
    if facts["traffic"]:
        traffic = facts["traffic"]
        app.log(
            f"  {traffic['requests']} requests, {traffic['retries']} tried again, "
            f"{traffic['limited']} slowed down by Jira, {traffic['waited_s']:.0f} s waited",
            **traffic,
        )
    _tell_certificate(app, facts["certificate"])
    if facts["error"]:
        app.warn(facts["error"])


def _tell_certificate(app: App, certificate: dict[str, Any]) -> None:
    if certificate.get("complete"):
        app.say("  complete")
        return
    for finding in certificate.get("findings", []):
        project = f" {finding['project']}" if finding["project"] else ""
        app.say(app.clean(f"  incomplete:{project} {finding['count']} {finding['code']}: {finding['detail']}"))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout.")
@click.pass_obj
def status(app: App, as_json: bool) -> None:
    """What is in the mirror, how fresh, how complete."""
    with app.mirror() as mirror:
        sites = mirror.rows(_STATUS)
        runs = mirror.rows(
            "SELECT run_id, command, started, finished, exit_code FROM runs ORDER BY started DESC, run_id LIMIT 5"
        )
    for site in sites:
        site["certificate"] = json.loads(site["certificate"] or '{"complete": false, "findings": []}')
    if as_json:
        app.say_json({"sites": sites, "runs": runs})
        return
    if not sites:
        app.say("the mirror is empty; run `vcjira sync`")
    for site in sites:
        app.say(
            f"{site['name']}: {site['present']} issues ({site['issues']} ever seen), {site['changes']} changes, "
            f"{site['comments']} comments, {site['people']} people"
        )
        app.say(f"  last complete sync {site['last_sync'] or 'never'} (Jira's clock, UTC)")
        _tell_certificate(app, site["certificate"])
    for run in runs:
        code = "did not end" if run["exit_code"] is None else f"exit {run['exit_code']}"
        app.say(f"  run {run['run_id']}  {run['started']:%Y-%m-%d %H:%M}  {run['command']}  {code}")


_STATUS = """
WITH names AS (SELECT site FROM sites UNION SELECT DISTINCT site FROM issues)
SELECT n.site AS name,
       (SELECT count(*) FROM issues i WHERE i.site = n.site) AS issues,
       (SELECT count(*) FROM issues i WHERE i.site = n.site AND presence = 'present') AS present,
       (SELECT count(*) FROM changes c WHERE c.site = n.site) AS changes,
       (SELECT count(*) FROM comments c WHERE c.site = n.site) AS comments,
       (SELECT count(*) FROM people p WHERE p.site = n.site) AS people,
       s.last_sync, s.watermark, s.certificate
FROM names n LEFT JOIN sites s ON s.site = n.site ORDER BY n.site
"""
