"""A mirror whose plan is large: classes, hits, a journal with what people did to our labels. Same size, same mirror."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from vcjira.config import Settings
from vcjira.mirror import Mirror

URL = "https://acme.atlassian.net"

FILL = """
INSERT INTO sites BY NAME SELECT 's' AS site, TIMESTAMP '2026-11-24' AS last_sync, 'cloud' AS product, $url AS url;
"""

ISSUES = """
INSERT INTO issues BY NAME SELECT 's' AS site, n::TEXT AS issue_id, project || '-' || n AS key, project,
    TIMESTAMP '2020-01-01' + INTERVAL 1 MINUTE * (n * 50) AS created, TIMESTAMP '2026-11-01' AS updated,
    CASE WHEN n % 997 = 0 THEN ['backend', 'vc-partner'] WHEN n % 3 = 0 THEN ['backend'] ELSE [] END AS labels,
    'present' AS presence, true AS history_complete, true AS comments_complete, 'Summary ' || n AS summary
FROM (SELECT n, 'P' || floor(30 * pow(hash(n + 2) % 100000 / 100000, 2))::INTEGER AS project FROM range($n) t(n))
"""

CLASSES = """
INSERT INTO classes BY NAME SELECT site, issue_id, false AS own_team, 'Org ' || hash(issue_id) % 140 AS organization,
    CASE WHEN hash(issue_id) % 5000 = 0 THEN 'partner'
        ELSE ['customer', 'stakeholder', 'stakeholder', 'partner'][(hash(issue_id) % 4 + 1)::INTEGER] END AS class,
    [CASE WHEN hash(issue_id) % 5000 = 0 THEN 'embedded with Data Science'
        ELSE ['portal', 'own staff', 'own staff', 'resellers'][(hash(issue_id) % 4 + 1)::INTEGER] END] AS rules
FROM issues
"""

HITS = """
INSERT INTO hits BY NAME SELECT site, issue_id, 'ping_pong' AS pattern, TIMESTAMP '2026-10-01' AS happened,
    '{}' AS evidence FROM issues WHERE hash(issue_id || 'h') % 60 = 0
"""

JOURNAL = """
INSERT INTO label_writes BY NAME SELECT 'r1' AS run_id, site, issue_id, TIMESTAMP '2026-10-01' AS written, 'add' AS op,
    'vc-customer' AS label, 'done' AS outcome, 'bot' AS account_id, TIMESTAMP '2026-09-30' AS before,
    TIMESTAMP '2026-10-01' AS after FROM issues WHERE issue_id::BIGINT % 400 = 7;
INSERT INTO changes BY NAME SELECT site, issue_id, issue_id || 'a' AS change_id, 0 AS item,
    TIMESTAMP '2026-10-01' AS changed, 'bot' AS author_id, 'labels' AS field, '' AS from_text,
    'vc-customer' AS to_text FROM label_writes;
INSERT INTO changes BY NAME SELECT site, issue_id, issue_id || 'b' AS change_id, 0 AS item,
    TIMESTAMP '2026-10-02' AS changed, 'ann' AS author_id, 'labels' AS field, 'vc-customer' AS from_text,
    '' AS to_text FROM label_writes WHERE issue_id::BIGINT % 800 = 7;
UPDATE issues SET labels = list_append(labels, 'vc-customer')
WHERE issue_id IN (SELECT issue_id FROM label_writes) AND issue_id::BIGINT % 800 <> 7
"""


@contextmanager
def filled(path: Path, issues: int) -> Iterator[tuple[Mirror, Settings]]:
    """The mirror, and a configuration that asks for about that many changes."""
    site = {"name": "s", "url": URL, "token": "env:T"}
    labels = {"patterns": ["ping_pong"], "limits": {"issues": 1_000_000, "share": 1.0}}
    with Mirror(path, write=True) as mirror:
        mirror.run(FILL, {"url": URL})
        mirror.run(ISSUES, {"n": issues})
        mirror.run(CLASSES)
        mirror.run(HITS)
        mirror.run(JOURNAL)
        yield mirror, Settings.model_validate({"sites": [site], "labels": labels})
