"""The stages of an engagement, from absent to embedded, and which of them the counts of a window allow.

The rules stand in the order of patterns.md 5.3; thresholds are conventions. A threshold counts as passed when the
posterior Beta(1 + k, 1 + n - k) puts 80 % on it; where the bare share would pass but the evidence is too thin for
that, the lower stage is given, with a question mark. Fewer than five requests: unknown, never low.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from vcjira import statistics
from vcjira.mirror import Mirror

STAGES = {
    "S0": "absent",
    "S1": "tosser",
    "S2": "responder",
    "S3": "conversant",
    "S4": "co-worker",
    "S5": "embedded",
    "unknown": "unknown",
}
MEANING = {
    "S0": "no request in the window, though there were some before",
    "S1": "requests, and none of what follows",
    "S2": "answers half of the questions within five working days, seven days where there is no calendar",
    "S3": "60 % of the requests two-way, and starts a quarter of the exchanges",
    "S4": "joint work on 30 % of the requests",
    "S5": "as S4; half of what it writes is on issues it did not file, active in 8 of 13 weeks",
    "unknown": "fewer than five requests in the window",
}
MIN_REQUESTS = 5
SURE = 0.8
ANSWERS, TWO_WAY, STARTS, JOINT, ELSEWHERE = 0.5, 0.6, 0.25, 0.3, 0.5
ACTIVE_WEEKS = 8

COUNTS = ("requests", "two_way", "joint", "spoken", "started", "questions", "answered", "words", "elsewhere", "weeks")
"""What a window is judged by."""
_COUNTS = ", ".join(COUNTS)


def place(mirror: Mirror) -> None:
    """Make the temporary table `stage_history` of `stage_windows`: `seen` is the stage of the window alone, `stage` the
    one that stands, which changes only after two windows that agree; `sure` where the two are one and it is sure.

    Few windows differ in their counts, so these are judged, each once.
    """
    mirror.run(f"CREATE OR REPLACE TEMP TABLE stage_judged AS SELECT {_COUNTS}, '' AS seen, true AS sure"
               " FROM stage_windows LIMIT 0")  # fmt: skip
    judged = []
    for row in mirror.rows(f"SELECT DISTINCT {_COUNTS} FROM stage_windows"):
        seen, sure = judge(row)
        judged.append(row | {"seen": seen, "sure": sure})
    mirror.load("stage_judged", judged)
    mirror.run(_STANDING)


_STANDING = f"""
CREATE OR REPLACE TEMP TABLE stage_history AS
WITH told AS (
    SELECT *, row_number() OVER pair = 1 OR lag(seen) OVER pair = seen AS stands
    FROM stage_windows JOIN stage_judged USING ({_COUNTS})
    WINDOW pair AS (PARTITION BY site, organization, team ORDER BY number DESC)
),
standing AS (
    SELECT * EXCLUDE (stands), last_value(CASE WHEN stands THEN seen END IGNORE NULLS) OVER (
        PARTITION BY site, organization, team ORDER BY number DESC ROWS UNBOUNDED PRECEDING) AS stage
    FROM told
)
SELECT * REPLACE (sure AND seen = stage AS sure) FROM standing
"""


def judge(row: Mapping[str, Any]) -> tuple[str, bool]:
    """The stage of one window and whether it is sure; not sure: a higher one is likely but thinly shown."""
    if row["requests"] == 0:
        return "S0", True
    if row["requests"] < MIN_REQUESTS:
        return "unknown", False
    thin = False
    for stage, tests in _rules(row):
        if all(_passed(k, n, threshold) for k, n, threshold in tests):
            return stage, not thin
        thin = thin or all(n > 0 and k / n >= threshold for k, n, threshold in tests)
    return "S1", not thin


def _rules(row: Mapping[str, Any]) -> list[tuple[str, list[tuple[int, int, float]]]]:
    """(stage, [(k, n, threshold)]) from the top; all of a stage must pass."""
    joint = (row["joint"], row["requests"], JOINT)
    rules = [
        ("S4", [joint]),
        ("S3", [(row["two_way"], row["requests"], TWO_WAY), (row["started"], row["spoken"], STARTS)]),
        ("S2", [(row["answered"], row["questions"], ANSWERS)]),
    ]
    if row["weeks"] >= ACTIVE_WEEKS:
        rules.insert(0, ("S5", [joint, (row["elsewhere"], row["words"], ELSEWHERE)]))
    return rules


@lru_cache(maxsize=65_536)
def _passed(k: int, n: int, threshold: float) -> bool:
    """Is the share above the threshold with a posterior probability of 80 %?"""
    return n > 0 and 1 - statistics.beta_cdf(threshold, 1 + k, 1 + n - k) >= SURE
