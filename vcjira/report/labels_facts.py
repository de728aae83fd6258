"""What a plan of labels looks like to the person who must approve it: the facts of the report `labels`."""

from typing import Any

from vcjira import labels
from vcjira.config import Settings
from vcjira.mirror import Mirror
from vcjira.report.window import Window

SHOWN = ("site", "key", "project", "class", "add", "remove", "why", "odd", "reason", "due")


def gather(mirror: Mirror, settings: Settings, period: Window) -> dict[str, Any]:
    """The plan as it would be drafted now, of the window's projects; whatever `labels.enabled` says."""
    listed = ", ".join("'" + project.replace("'", "''") + "'" for project in period.projects)
    return of_plan(labels.sketch(mirror, settings, narrow=f"project IN ({listed})" if listed else None), settings)


def of_plan(plan: labels.Plan, settings: Settings, most: int | None = None) -> dict[str, Any]:
    """`plan`: see `labels.summary.facts`; besides: over (a limit, in words), enabled."""
    told = plan.facts(most)
    for name in ("oddest", "changes", "refused", "announced"):
        told[name] = [{field: row[field] for field in SHOWN if field in row} for row in told[name]]
    over = labels.over_limits(plan, settings) if plan.kind == "apply" else None
    return {"plan": told, "over": over.what if over else None, "enabled": settings.labels.enabled}
