"""The patterns' SQL on other engines: one text, and the few words that engines spell differently.

The text keeps to what DuckDB, PostgreSQL and Spark share: windows with `lag` and sums, `EXISTS`, `CASE`, no lists.
`READS` are the tables to copy there, from the mirror and from the tables that `patterns.prepare` and
`fields.between` leave.
"""

import re

READS = (
    "issues", "requests", "talk", "classes", "handovers", "novelty", "person_teams", "machines", "asked_titles",
    "title_words", "acts", "status_steps", "resolution_steps", "project_steps", "field_steps", "link_edges", "queue",
    "work_signs", "holder_calendars", "working_days", "working_times", "team_acts",
)  # fmt: skip
"""Beside these a pattern reads the path of its level and debounce: `paths.table` names it."""

SPELLED: dict[str, tuple[tuple[str, str], ...]] = {
    "duckdb": (),
    "postgresql": ((r"\bepoch\(([^()]*)\)", r"CAST(extract(epoch FROM \1) AS double precision)"),),
    "spark": (
        (r"\bepoch\(([^()]*)\)", r"(unix_micros(CAST(\1 AS TIMESTAMP)) / 1000000)"),
        (r"\bDOUBLE PRECISION\b", "DOUBLE"),
        (r"\bVARCHAR\(200\)", "STRING"),
        (r"extract\(isodow FROM ([^()]*)\)", r"extract(DAYOFWEEK_ISO FROM \1)"),
        (r"\bTIMESTAMP '", "TIMESTAMP_NTZ '"),
        (r"(?<=\w)''(?=\w)", r"\\'"),
    ),
}
"""Engine -> what to write instead, as regular expressions over the text."""


def spelled(sql: str, engine: str) -> str:
    """The same query as another engine spells it."""
    for pattern, replacement in SPELLED[engine]:
        sql = re.sub(pattern, replacement, sql)
    return sql
