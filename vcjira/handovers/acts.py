"""What people did on issues, whoever they are: wrote, edited the text, own a sub-task, held the issue, logged work."""


def acts(table: str, *, near: str) -> str:
    """SQL of `table`: who did what on the issues of `near`, and since when: anything (`happened`), edited the text or
    owns a sub-task (`text`), held the issue or logged work (`work`); null where not. Parameters: since, before any of
    these issues was created (what is older need not be looked through), and as_of."""
    return f"""
CREATE OR REPLACE TEMP TABLE {table} AS
WITH near AS (SELECT DISTINCT site, issue_id FROM {near}),
acts AS (
    SELECT site, issue_id, author_id AS account_id, created AS happened, 'talk' AS kind FROM talk SEMI JOIN near
        USING (site, issue_id) WHERE human AND NOT template AND created BETWEEN $since AND $as_of
    UNION ALL
    SELECT site, issue_id, author_id, changed, CASE WHEN lower(field) IN ('timespent', 'worklogid') THEN 'work'
        ELSE 'text' END
    FROM changes SEMI JOIN near USING (site, issue_id)
    WHERE changed BETWEEN $since AND $as_of AND (lower(field) IN ('summary', 'description', 'timespent', 'worklogid')
        OR lower(field) LIKE 'acceptance%')
    UNION ALL
    SELECT site, issue_id, to_person, happened, 'work' FROM handovers SEMI JOIN near USING (site, issue_id)
        WHERE happened BETWEEN $since AND $as_of
    UNION ALL
    SELECT site, issue_id, from_person, happened, 'work' FROM handovers SEMI JOIN near USING (site, issue_id)
        WHERE happened BETWEEN $since AND $as_of
    UNION ALL
    SELECT i.site, i.issue_id, i.assignee_id, i.created, 'work' FROM issues i SEMI JOIN near USING (site, issue_id)
    UNION ALL
    SELECT p.site, p.issue_id, i.assignee_id, i.created, 'text' FROM issues p SEMI JOIN near USING (site, issue_id)
        JOIN issues i ON i.site = p.site AND i.parent_key = p.key AND i.created <= $as_of
)
SELECT a.site, a.issue_id, a.account_id, min(a.happened) AS happened,
    min(a.happened) FILTER (kind = 'text') AS text, min(a.happened) FILTER (kind = 'work') AS work
FROM acts a ANTI JOIN (SELECT site, account_id FROM people WHERE bot) b USING (site, account_id)
WHERE a.account_id IS NOT NULL GROUP BY ALL
"""
