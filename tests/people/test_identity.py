"""Which accounts are one person, and how we know; what is only suspected; how a join is undone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from people_rows import fill, memory, settings

from vcjira import people
from vcjira.errors import Mend
from vcjira.mirror import Mirror

ANN = {"account_id": "ann", "email": "Ann@Globex.example"}


@pytest.fixture
def mirror() -> Iterator[Mirror]:
    with memory() as mirror:
        yield mirror


def organization(mirror: Mirror, account: str) -> list[tuple[Any, ...]]:
    return mirror.tuples("SELECT organization, source FROM affiliations WHERE account_id = ?", [account])


class TestOnePersonSeveralAccounts:
    TWO = (ANN, {"site": "t", "account_id": "ann2"})

    def joined(self, mirror: Mirror) -> list[tuple[str, str]]:
        return mirror.tuples("SELECT account_id, evidence FROM identities ORDER BY 1")

    def test_the_directory_joins_by_person(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(mirror, people=self.TWO)
        directory = "account_id,person,organization\nann,Ann Lee,Globex\nann2,ann lee,\n"
        people.derive(mirror, settings(tmp_path, directory=directory))
        assert [account for account, _ in self.joined(mirror)] == ["ann", "ann2"]
        assert organization(mirror, "ann2") == [("Globex", "directory")]

    def test_one_e_mail_address_joins_across_sites(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(mirror, people=[ANN, {"site": "t", "account_id": "ann2", "email": "ann@globex.EXAMPLE"}])
        people.derive(mirror, settings(tmp_path))
        assert self.joined(mirror) == [("ann", "e-mail ann@globex.example"), ("ann2", "e-mail ann@globex.example")]

    def test_a_shared_mailbox_joins_nobody(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(mirror, people=[ANN, {"site": "t", "account_id": "ann2", "email": "ann@globex.example"}])
        people.derive(mirror, settings(tmp_path, shared_mailboxes=["ann@globex.example"]))
        assert self.joined(mirror) == []

    def test_names_join_nobody_but_are_offered(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(mirror, people=[{"account_id": "a1", "name": "Ann Lee"}, {"account_id": "a2", "name": "ann lee"}])
        config = settings(tmp_path)
        people.derive(mirror, config)
        assert self.joined(mirror) == []
        assert [(row["one"], row["other"], row["why"]) for row in people.suspects(mirror, config)] == [
            ("s/a1", "s/a2", "equal names")
        ]

    @pytest.mark.parametrize(("word", "joins", "offered"), [("accept", 2, 0), ("dismiss", 0, 0), ("never", 0, 0)])
    def test_offers_are_settled_in_a_file(
        self, mirror: Mirror, tmp_path: Path, word: str, joins: int, offered: int
    ) -> None:
        fill(mirror, people=[{"account_id": "a1", "name": "Ann Lee"}, {"account_id": "a2", "name": "ann lee"}])
        config = settings(tmp_path, decisions=f"# decided\n2026-06-01 {word} same_as: s/a1 = s/a2 # looked\n")
        people.derive(mirror, config)
        assert len(self.joined(mirror)) == joins
        assert len(people.suspects(mirror, config)) == offered

    @pytest.mark.parametrize(
        ("same_as", "told"),
        [
            ([["a", "b"], ["b", "s/c"], ["c", "a"]], "s/a and s/c are one person already"),
            ([["a", "b"], ["B", "a"]], "s/a and s/b are one person already"),
            ({"a": "b", "b": ["a"]}, "s/a and s/b are one person already"),
        ],
    )
    def test_entries_that_go_in_a_circle_are_refused(
        self, mirror: Mirror, tmp_path: Path, same_as: Any, told: str
    ) -> None:
        fill(mirror, people=[{"account_id": who} for who in "abcd"])
        with pytest.raises(Mend, match="goes in a circle") as complaint:
            people.derive(mirror, settings(tmp_path, same_as=same_as))
        assert told in str(complaint.value)

    def test_entries_that_share_an_account_are_one_person(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(mirror, people=[{"account_id": who} for who in "abcd"])
        people.derive(mirror, settings(tmp_path, same_as=[["a", "b"], ["b", "s/c"], ["d", "nobody"]]))
        assert [account for account, _ in self.joined(mirror)] == ["a", "b", "c"]
        assert mirror.value("SELECT count(DISTINCT person) FROM identities") == 1

    @pytest.mark.parametrize(
        ("one", "other", "why"),
        [
            ("Lee, Ann", "Ann Lee (Globex)", "near-equal names"),
            ("José Ruiz", "jose ruiz", "near-equal names"),
            ("Ann Lee", "Ann Lees", None),
            ("Ann", "Ann", None),
            ("Former user", "Former user", None),
            ("[DELETED] User", "[DELETED] User", None),
            ("user-0f3c1", "user-0f3c1", None),
        ],
    )
    def test_names_that_are_nearly_equal_are_offered_and_those_of_nobody_are_not(
        self, mirror: Mirror, tmp_path: Path, one: str, other: str, why: str | None
    ) -> None:
        fill(mirror, people=[{"account_id": "a1", "name": one}, {"account_id": "a2", "name": other}])
        config = settings(tmp_path)
        people.derive(mirror, config)
        assert [row["why"] for row in people.suspects(mirror, config)] == ([why] if why else [])

    def test_a_name_that_a_crowd_has_is_no_sign(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(mirror, people=[{"account_id": f"a{n}", "name": "Service Account"} for n in range(11)])
        config = settings(tmp_path)
        people.derive(mirror, config)
        assert people.suspects(mirror, config) == []

    def test_deleted_and_anonymised_accounts_stay_nodes_of_their_own(self, mirror: Mirror, tmp_path: Path) -> None:
        gone = {"name": "Former user", "email": "gone@acme.example"}
        fill(mirror, people=[{"account_id": "a1", **gone}, {"account_id": "a2", **gone}])
        people.derive(mirror, settings(tmp_path))
        assert self.joined(mirror) == []

    def test_never_keeps_apart_what_a_key_would_join_and_the_rest_together(
        self, mirror: Mirror, tmp_path: Path
    ) -> None:
        fill(mirror, people=[{"account_id": f"a{n}", "email": "office@acme.example"} for n in range(3)])
        people.derive(mirror, settings(tmp_path, decisions="2026-06-01 never same_as: s/a0 = s/a2\n"))
        assert [account for account, _ in self.joined(mirror)] == ["a0", "a1"]

    def test_an_address_read_from_a_text_joins_nobody(self, mirror: Mirror, tmp_path: Path) -> None:
        fill(
            mirror,
            people=[ANN, {"account_id": "desk", "account_type": "app"}],
            issues=[{"issue_id": "1", "reporter_id": "desk", "forwarded_from": "new@hooli.example"}],
        )
        people.derive(mirror, settings(tmp_path))
        assert self.joined(mirror) == []


EVERYBODY = [{"account_id": f"u{n}", "name": f"U {n}", "email": f"u{n}@d{n % 3}.example"} for n in range(6)]
TABLES = ("people", "identities", "affiliations", "person_teams", "issue_teams", "issue_parties")


@pytest.fixture(scope="module")
def crowd() -> Iterator[Mirror]:
    """Six accounts with an issue each."""
    with memory() as mirror:
        fill(mirror, people=EVERYBODY, issues=[{"issue_id": f"{n}", "reporter_id": f"u{n}"} for n in range(6)])
        yield mirror


def all_rows(mirror: Mirror) -> list[object]:
    return [sorted(mirror.tuples(f"SELECT * FROM {table}"), key=repr) for table in TABLES]


@effort(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.integers(0, 3), min_size=6, max_size=6), st.booleans())
def test_joining_then_separating_restores_everything(
    crowd: Mirror, tmp_path_factory: pytest.TempPathFactory, groups: list[int], by_directory: bool
) -> None:
    """`groups` says for each account which person it is of; 0 leaves it alone."""
    folder = tmp_path_factory.getbasetemp()
    people.derive(crowd, settings(folder))
    before = all_rows(crowd)
    joined = [[f"u{n}" for n, other in enumerate(groups) if other == group] for group in (1, 2, 3)]
    joined = [accounts for accounts in joined if len(accounts) > 1]
    lines = "".join(f"{account},P{number}\n" for number, accounts in enumerate(joined) for account in accounts)
    config = {"directory": "account_id,person\n" + lines} if by_directory else {"same_as": joined}
    people.derive(crowd, settings(folder, **config))
    assert crowd.value("SELECT count(DISTINCT person) FROM identities") == len(joined)
    assert crowd.value("SELECT count(*) FROM identities") == sum(map(len, joined))
    people.derive(crowd, settings(folder))
    assert all_rows(crowd) == before
