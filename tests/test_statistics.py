"""Statistics against statsmodels and scipy (../shared/eventlogs/ref), and on synthetic truth."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vcjira import statistics

ORACLE = Path(__file__).resolve().parents[2] / "shared" / "eventlogs" / "ref" / "stats_oracle.json"
KNOWN = json.loads(ORACLE.read_text()) if ORACLE.exists() else {}


@pytest.mark.parametrize("row", KNOWN.get("wilson95", []))
def test_wilson_as_statsmodels(row: list[float]) -> None:
    assert statistics.wilson(row[0], row[1]) == pytest.approx(row[2:], abs=1e-6)


@pytest.mark.parametrize("row", KNOWN.get("clopper_pearson95", []))
def test_clopper_pearson_as_statsmodels(row: list[float]) -> None:
    assert statistics.clopper_pearson(row[0], row[1]) == pytest.approx(row[2:], abs=1e-6)


@pytest.mark.parametrize("row", KNOWN.get("poisson_garwood95", []))
def test_garwood_as_scipy(row: list[float]) -> None:
    assert statistics.garwood(int(row[0])) == pytest.approx(row[1:], abs=1e-6)


@pytest.mark.skipif(not KNOWN, reason="needs ../shared")
def test_benjamini_hochberg_as_statsmodels() -> None:
    example = KNOWN["bh_example"]
    assert statistics.benjamini_hochberg(example["p"]) == pytest.approx(example["q"], abs=1e-6)


def test_no_hit_of_twenty_still_allows_a_sixth() -> None:
    assert statistics.wilson(0, 20) == pytest.approx((0, 0.161125), abs=1e-6)
    assert statistics.wilson(0, 0) == (0.0, 1.0)


def test_newcombe_as_in_his_paper() -> None:
    # Newcombe 1998, table II, example (a) 56/70 - 48/80, method 10
    assert statistics.newcombe(56, 70, 48, 80) == pytest.approx((0.0524, 0.3339), abs=1e-4)


def test_independent_issues_have_a_design_effect_near_one_and_copies_their_number() -> None:
    chance = random.Random(1)
    alone = [(float(chance.random() < 0.4), 1.0) for _ in range(2000)]
    assert statistics.design_effect(alone) == pytest.approx(1, abs=0.05)
    copied = [(hit * 8, size * 8) for hit, size in alone]
    assert statistics.design_effect(copied) == pytest.approx(8, rel=0.05)


def test_kaplan_meier_of_a_textbook_sample() -> None:
    # Freireich et al. 1963, 6-mercaptopurine: median remission 23 weeks, 95 % from 13 on
    ended = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    sample = [(float(t), True) for t in ended] + [(float(t), False) for t in censored]
    point, low, high = statistics.kaplan_meier_interval(sample)
    assert (point, low, high) == (23, 13, None)


def test_no_duration_is_known_when_too_few_cases_ended() -> None:
    assert statistics.kaplan_meier([(5.0, True), (9.0, False), (9.0, False)]) is None
    assert statistics.kaplan_meier([]) is None


def test_cells_that_differ_only_by_chance_are_shrunk_to_one_share() -> None:
    chance = random.Random(2)
    cells = [(float(sum(chance.random() < 0.7 for _ in range(50))), 50.0) for _ in range(40)]
    prior = statistics.beta_binomial(cells)
    means = [statistics.posterior(k, n, prior)[0] for k, n in cells]
    raw = [k / n for k, n in cells]
    assert max(means) - min(means) < 0.35 * (max(raw) - min(raw))


def test_cells_that_do_differ_keep_most_of_their_difference() -> None:
    cells = [(5.0, 100.0), (95.0, 100.0), (40.0, 100.0), (60.0, 100.0)]
    prior = statistics.beta_binomial(cells)
    assert statistics.posterior(95, 100, prior)[0] > 0.9


@given(st.integers(0, 200), st.integers(1, 200))
def test_intervals_contain_the_share_and_stay_between_0_and_1(k: int, extra: int) -> None:
    n = k + extra
    for low, high in (statistics.wilson(k, n), statistics.clopper_pearson(k, n)):
        assert 0 <= low <= k / n <= high <= 1


@given(st.floats(0.01, 0.99), st.floats(0.5, 50), st.floats(0.5, 50))
def test_beta_quantile_is_the_inverse_of_its_distribution(q: float, a: float, b: float) -> None:
    assert statistics.beta_cdf(statistics.beta_quantile(q, a, b), a, b) == pytest.approx(q, abs=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_keep_the_order_and_are_no_smaller(p: list[float]) -> None:
    q = statistics.benjamini_hochberg(p)
    assert all(b >= a - 1e-12 for a, b in zip(p, q, strict=True))
    assert [q[i] for i in sorted(range(len(p)), key=p.__getitem__)] == sorted(q)


@pytest.mark.slow
def test_clustered_intervals_cover_at_the_stated_rate() -> None:
    """1,000 draws of 40 requesters with very different habits: Wilson with the design effect covers, without not."""
    chance = random.Random(3)
    adjusted = naive = 0
    for _ in range(1000):
        clusters = []
        for _ in range(40):
            habit, size = chance.betavariate(2, 3), chance.randint(1, 20)
            clusters.append((float(sum(chance.random() < habit for _ in range(size))), float(size)))
        n = sum(size for _, size in clusters)
        k = sum(hits for hits, _ in clusters)
        deff = max(1.0, statistics.design_effect(clusters))
        low, high = statistics.wilson(k / deff, n / deff)
        adjusted += low <= 0.4 <= high
        low, high = statistics.wilson(k, n)
        naive += low <= 0.4 <= high
    assert adjusted >= 920
    assert naive < 850
