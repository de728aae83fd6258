"""The schema of the mirror: one constant, a version, numbered steps from older versions.

Contract columns come first in each table (`CONTRACT` names them for export); what follows is internal.
No keys and no indexes: DuckDB's ART indexes are where its crash reports are, and delete + insert in one
transaction needs none. Where `fsst` is named DuckDB would choose it too, but trying all the others costs more than
compressing itself.
"""

VERSION = 7

TABLES = """
CREATE TABLE meta (name TEXT, value TEXT);

-- what Jira said --------------------------------------------------------------------------------
CREATE TABLE issues (
    site TEXT, issue_id TEXT, key TEXT, project TEXT, type TEXT, status TEXT, status_category TEXT,
    priority TEXT, created TIMESTAMP, updated TIMESTAMP, resolved TIMESTAMP, reporter_id TEXT,
    creator_id TEXT, assignee_id TEXT, parent_key TEXT, team_field TEXT, labels TEXT[],
    components TEXT[], organizations TEXT[], request_type TEXT, channel TEXT, summary TEXT,
    description_words INTEGER, presence TEXT, history_complete BOOLEAN, comments_complete BOOLEAN,
    fetched_at TIMESTAMP,
    resolution TEXT, due TIMESTAMP, forwarded_from TEXT, lint TEXT[]
);
CREATE TABLE issue_fields (     -- as Jira gave them, JSON, slimmed; for deriving again
    site TEXT, issue_id TEXT, fields TEXT USING COMPRESSION zstd
);
CREATE TABLE changes (
    site TEXT, issue_id TEXT, change_id TEXT, item INTEGER, changed TIMESTAMP, author_id TEXT,
    field TEXT, field_id TEXT, from_value TEXT, from_text TEXT, to_value TEXT, to_text TEXT
);
CREATE TABLE comments (
    site TEXT, issue_id TEXT, comment_id TEXT, created TIMESTAMP, author_id TEXT, public BOOLEAN,
    words INTEGER, question BOOLEAN, digest TEXT, lint TEXT[]
);
CREATE TABLE links (site TEXT, issue_id TEXT, other_key TEXT, type TEXT, direction TEXT);
CREATE TABLE people (
    site TEXT, account_id TEXT, name TEXT, email TEXT, email_domain TEXT, account_type TEXT,
    active BOOLEAN, bot BOOLEAN, groups TEXT[], organizations TEXT[],
    seen TIMESTAMP,                 -- `updated` of the issue that showed the account so
    username TEXT                   -- by which texts mention the account on Data Center
);
CREATE TABLE mentions (         -- whom a text mentions; comment_id is null for the description
    site TEXT, issue_id TEXT, comment_id TEXT, account TEXT     -- an account id, on Data Center a user name
);
CREATE TABLE texts (            -- only where `language.keep_text` is set; comment_id is null for the description
    site TEXT, issue_id TEXT, comment_id TEXT, body TEXT
);
CREATE TABLE site_fields (site TEXT, field_id TEXT, name TEXT, custom TEXT);
CREATE TABLE statuses (site TEXT, status_id TEXT, name TEXT, category TEXT);
CREATE TABLE projects (site TEXT, project_id TEXT, key TEXT, name TEXT, type TEXT, archived BOOLEAN);
CREATE TABLE memberships (site TEXT, kind TEXT, name TEXT, account_id TEXT);   -- kind: group | organization
CREATE TABLE lookups (          -- what was asked, and if it could be read
    site TEXT, kind TEXT, name TEXT, ok BOOLEAN, detail TEXT, fetched_at TIMESTAMP
);

-- how we got it ---------------------------------------------------------------------------------
CREATE TABLE sites (
    site TEXT, product TEXT, url TEXT, account_id TEXT, zone TEXT, scope TEXT, fingerprint TEXT,
    last_sync TIMESTAMP, watermark TIMESTAMP, certificate TEXT
);
CREATE TABLE runs (
    run_id TEXT, command TEXT, started TIMESTAMP, finished TIMESTAMP, exit_code INTEGER, summary TEXT
);
CREATE TABLE findings (
    site TEXT, run_id TEXT, code TEXT, project TEXT, count BIGINT, detail TEXT, note BOOLEAN
);

-- what we make of it ----------------------------------------------------------------------------
CREATE TABLE classes (
    site TEXT, issue_id TEXT, requester_id TEXT, carrier_id TEXT, organization TEXT, team TEXT,
    own_team BOOLEAN, class TEXT, has_choice TEXT, delivers_to_others TEXT, rules TEXT[], class_now TEXT
);
CREATE TABLE handovers (
    site TEXT, issue_id TEXT USING COMPRESSION fsst, seq INTEGER, happened TIMESTAMP, actor_id TEXT,
    from_team TEXT, to_team TEXT, from_person TEXT, to_person TEXT, held_s DOUBLE, bulk BOOLEAN, automated BOOLEAN,
    change_id TEXT USING COMPRESSION fsst
);
CREATE TABLE hits (
    site TEXT, issue_id TEXT USING COMPRESSION fsst, pattern TEXT, happened TIMESTAMP,
    evidence TEXT USING COMPRESSION fsst
);
CREATE TABLE walls (
    site TEXT, organization TEXT, team TEXT, window_from TIMESTAMP, window_to TIMESTAMP, requests BIGINT,
    requesters BIGINT, one_way BIGINT, share DOUBLE, low DOUBLE, high DOUBLE, design_effect DOUBLE,
    named BOOLEAN, silent_handoffs BIGINT, ping_pongs BIGINT, median_first_response_s DOUBLE,
    embedding DOUBLE, mode TEXT
);

-- who is who, by `vcjira.people`; open ends of periods are null ---------------------------------
CREATE TABLE directory (        -- the lines of the directory file; `columns` as JSON, names in lower case
    line INTEGER, site TEXT, account_id TEXT, email TEXT, person TEXT, organization TEXT, team TEXT,
    valid_from TIMESTAMP, valid_until TIMESTAMP, columns TEXT
);
CREATE TABLE identities (site TEXT, account_id TEXT, person TEXT, evidence TEXT);   -- accounts of one person
CREATE TABLE affiliations (     -- periods do not overlap; line: of the directory that held then
    site TEXT, account_id TEXT, organization TEXT, team TEXT, valid_from TIMESTAMP, valid_until TIMESTAMP,
    source TEXT, evidence TEXT, line INTEGER, organizations TEXT[]     -- all that the weaker sources name
);
CREATE TABLE person_teams (     -- authority: 0 is highest; several rows where somebody is in several teams
    site TEXT, account_id TEXT, team TEXT, valid_from TIMESTAMP, valid_until TIMESTAMP, how TEXT, authority INTEGER
);
CREATE TABLE issue_teams (site TEXT, issue_id TEXT, team TEXT, how TEXT);           -- owner when it was raised
CREATE TABLE silent_domains (domain TEXT);      -- free mail and disposable: nobody's affiliation
CREATE TABLE issue_parties (site TEXT, issue_id TEXT, requester_id TEXT, carrier_id TEXT, hops TEXT);

-- why an issue has its class, by `vcjira.rules` -------------------------------------------------
CREATE TABLE verdicts (         -- one per set of rules that were true (fired) or could not be decided (undecided)
    verdict_id INTEGER, class TEXT, has_choice TEXT, delivers_to_others TEXT, has_choice_rule TEXT,
    delivers_rule TEXT, fired TEXT[], undecided TEXT[], against TEXT[]
);
CREATE TABLE issue_verdicts (site TEXT, issue_id TEXT, then_id INTEGER, now_id INTEGER);

-- conversation, by `vcjira.handovers`; side: requester | receiving | null ----------------------
CREATE TABLE requests (         -- issues that somebody asked of another side; organization and team are never null
    site TEXT, issue_id TEXT USING COMPRESSION fsst, key TEXT USING COMPRESSION fsst, project TEXT, organization TEXT,
    team TEXT, requester_id TEXT, created TIMESTAMP, closed TIMESTAMP, readable BOOLEAN, bulk BOOLEAN
);
CREATE TABLE talk (
    site TEXT, issue_id TEXT USING COMPRESSION fsst, comment_id TEXT USING COMPRESSION fsst, created TIMESTAMP,
    author_id TEXT USING COMPRESSION fsst, side TEXT, human BOOLEAN, public BOOLEAN, question BOOLEAN,
    template BOOLEAN, gate BOOLEAN
);
CREATE TABLE novelty (          -- kind: novel | routine; undecided issues are not listed
    site TEXT, issue_id TEXT, kind TEXT, theme TEXT, score DOUBLE
);

-- what is marked before anything is counted, by `vcjira.handovers.marks` -----------------------
CREATE TABLE bulk_changes (     -- history entries of bulk edits (E6); run: when the edit began
    site TEXT, issue_id TEXT, change_id TEXT, author_id TEXT, run TIMESTAMP, changed TIMESTAMP
);
CREATE TABLE bulk_issues (site TEXT, issue_id TEXT, creator_id TEXT);       -- raised in bulk
CREATE TABLE templates (site TEXT, author_id TEXT, digest TEXT);    -- what one author wrote again and again (E18)
CREATE TABLE status_kinds (     -- name in lower case; category as the site tells it, else by the name
    site TEXT, name TEXT, category TEXT, active BOOLEAN, waiting BOOLEAN, asking BOOLEAN
);

-- what a derivation goes by, so that the next one derives only what changed, by `vcjira.nightly.again` ----
CREATE TABLE stale (site TEXT, issue_id TEXT);      -- issues that were saved or marked since
CREATE TABLE facts (            -- kind: account | asker | address | team | site | rules
    kind TEXT, site TEXT, name TEXT, facts HUGEINT
);
CREATE TABLE queue (            -- from when to when an issue waited for its team, and when a human picked it
    site TEXT, issue_id TEXT, team TEXT, priority TEXT, type TEXT, created TIMESTAMP, picked TIMESTAMP,
    excused BOOLEAN, leaves TIMESTAMP
);

-- what looks across issues, kept so that a night need not read them all again, by `vcjira.handovers.novelty` and
-- `vcjira.patterns` --------------------------------------------------------------------------------
CREATE TABLE titles (           -- words: hashed, in order, negative where repeated; score: how new to the team
    site TEXT, issue_id TEXT, created TIMESTAMP, reporter_id TEXT, team TEXT, words BIGINT[], score DOUBLE
);
CREATE TABLE themes (site TEXT, bucket INTEGER, term UBIGINT, theme TEXT, g2 DOUBLE);      -- what emerged in a month
CREATE TABLE first_uses (site TEXT, thing UBIGINT, issue_id TEXT, created TIMESTAMP);      -- the ten first of a thing
CREATE TABLE team_acts (        -- what a team did in the window of `deadline_toss`; toss: 1 where it handed over
    site TEXT, issue_id TEXT, team TEXT, happened TIMESTAMP, toss INTEGER, bulk BOOLEAN, automated BOOLEAN
);

-- how close a pair works, by `vcjira.stages`; number 0 is the newest window --------------------
CREATE TABLE stages (
    site TEXT, organization TEXT, team TEXT, number INTEGER, window_from TIMESTAMP, window_to TIMESTAMP,
    first_request TIMESTAMP, stage TEXT, seen TEXT, sure BOOLEAN, requests BIGINT, joint BIGINT, two_way BIGINT,
    spoken BIGINT, started BIGINT, questions BIGINT, answered BIGINT, words BIGINT, elsewhere BIGINT, weeks BIGINT
);

-- what we wrote ---------------------------------------------------------------------------------
CREATE TABLE label_writes (
    run_id TEXT, site TEXT, issue_id TEXT, written TIMESTAMP, op TEXT, label TEXT, outcome TEXT, reason TEXT,
    account_id TEXT,                -- who wrote: ourselves at that time
    before TIMESTAMP, after TIMESTAMP   -- the issue's `updated` as read before and after: our change lies between
);
CREATE TABLE label_runs (           -- kind: apply | undo
    run_id TEXT, plan_id TEXT, kind TEXT, undoes TEXT, started TIMESTAMP, finished TIMESTAMP, summary TEXT
);
CREATE TABLE label_notes (          -- what people did to labels under our prefix, remembered; kind: veto | foreign
    site TEXT, issue_id TEXT, label TEXT, kind TEXT, happened TIMESTAMP, author_id TEXT
);
CREATE TABLE label_lifts (site TEXT, issue_id TEXT, label TEXT, happened TIMESTAMP);   -- vetoes up to then are lifted
CREATE TABLE label_proposals (site TEXT, issue_id TEXT, label TEXT, announced TIMESTAMP);
"""

CONTRACT: dict[str, tuple[str, ...]] = {
    "issues": (
        "site", "issue_id", "key", "project", "type", "status", "status_category", "priority", "created",
        "updated", "resolved", "reporter_id", "creator_id", "assignee_id", "parent_key", "team_field", "labels",
        "components", "organizations", "request_type", "channel", "summary", "description_words", "presence",
        "history_complete", "comments_complete", "fetched_at",
    ),
    "changes": (
        "site", "issue_id", "change_id", "item", "changed", "author_id", "field", "field_id", "from_value",
        "from_text", "to_value", "to_text",
    ),
    "comments": ("site", "issue_id", "comment_id", "created", "author_id", "public", "words"),
    "links": ("site", "issue_id", "other_key", "type", "direction"),
    "people": (
        "site", "account_id", "name", "email", "email_domain", "account_type", "active", "bot", "groups",
        "organizations",
    ),
    "classes": (
        "site", "issue_id", "requester_id", "carrier_id", "organization", "team", "own_team", "class",
        "has_choice", "delivers_to_others", "rules", "class_now",
    ),
    "handovers": (
        "site", "issue_id", "seq", "happened", "actor_id", "from_team", "to_team", "from_person", "to_person",
        "held_s", "bulk", "automated",
    ),
    "hits": ("site", "issue_id", "pattern", "happened", "evidence"),
    "walls": (
        "site", "organization", "team", "window_from", "window_to", "requests", "requesters", "one_way",
        "share", "low", "high", "design_effect", "named", "silent_handoffs", "ping_pongs",
        "median_first_response_s", "embedding", "mode",
    ),
    "label_writes": ("run_id", "site", "issue_id", "written", "op", "label", "outcome", "reason"),
}  # fmt: skip
"""Columns a user may rely on, in order; `vcjira schema export` prints them."""

STEPS: dict[int, str] = {
    2: """
CREATE TABLE stages (
    site TEXT, organization TEXT, team TEXT, number INTEGER, window_from TIMESTAMP, window_to TIMESTAMP,
    first_request TIMESTAMP, stage TEXT, seen TEXT, sure BOOLEAN, requests BIGINT, joint BIGINT, two_way BIGINT,
    spoken BIGINT, started BIGINT, questions BIGINT, answered BIGINT, words BIGINT, elsewhere BIGINT, weeks BIGINT
);
""",
    3: "CREATE TABLE texts (site TEXT, issue_id TEXT, comment_id TEXT, body TEXT);",
    4: """
CREATE TABLE bulk_changes (site TEXT, issue_id TEXT, change_id TEXT, author_id TEXT, run TIMESTAMP);
CREATE TABLE bulk_issues (site TEXT, issue_id TEXT);
CREATE TABLE templates (site TEXT, author_id TEXT, digest TEXT);
CREATE TABLE status_kinds (
    site TEXT, name TEXT, category TEXT, active BOOLEAN, waiting BOOLEAN, asking BOOLEAN
);
CREATE TABLE queue (
    site TEXT, issue_id TEXT, team TEXT, priority TEXT, type TEXT, created TIMESTAMP, picked TIMESTAMP,
    excused BOOLEAN, leaves TIMESTAMP
);
CREATE TABLE stale (site TEXT, issue_id TEXT);
CREATE TABLE facts (kind TEXT, site TEXT, name TEXT, facts HUGEINT);
""",
    5: """
CREATE TABLE mentions (site TEXT, issue_id TEXT, comment_id TEXT, account TEXT);
ALTER TABLE people ADD COLUMN username TEXT;
""",
    6: """
ALTER TABLE bulk_issues ADD COLUMN creator_id TEXT;
CREATE TABLE titles (
    site TEXT, issue_id TEXT, created TIMESTAMP, reporter_id TEXT, team TEXT, words BIGINT[], score DOUBLE
);
CREATE TABLE themes (site TEXT, bucket INTEGER, term UBIGINT, theme TEXT, g2 DOUBLE);
CREATE TABLE first_uses (site TEXT, thing UBIGINT, issue_id TEXT, created TIMESTAMP);
CREATE TABLE team_acts (
    site TEXT, issue_id TEXT, team TEXT, happened TIMESTAMP, toss INTEGER, bulk BOOLEAN, automated BOOLEAN
);
DELETE FROM meta WHERE name IN ('derived', 'derived_with');
""",
    7: """
ALTER TABLE bulk_changes ADD COLUMN changed TIMESTAMP;
DELETE FROM meta WHERE name IN ('derived', 'derived_with');
""",
}
"""Version reached -> SQL that brings the version before to it."""
