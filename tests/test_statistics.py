"""Statistics against statsmodels and scipy (../shared/eventlogs/ref), and on synthetic truth."""

import importlib.util
import json
import random
from pathlib import Path
from typing import Any

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
def test_beta_quantiles_give_the_interval_of_clopper_and_pearson_as_statsmodels(row: list[float]) -> None:
    k, n, *interval = row
    low = statistics.beta_quantile(0.025, k, n - k + 1) if k else 0.0
    high = statistics.beta_quantile(0.975, k + 1, n - k) if k < n else 1.0
    assert [low, high] == pytest.approx(interval, abs=1e-6)


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
    assert statistics.kaplan_meier_interval([(5.0, True), (9.0, False), (9.0, False)]) == (None, 5.0, None)
    assert statistics.kaplan_meier_interval([]) == (None, None, None)


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
    low, high = statistics.wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1


@given(st.floats(0.01, 0.99), st.floats(0.5, 50), st.floats(0.5, 50))
def test_beta_quantile_is_the_inverse_of_its_distribution(q: float, a: float, b: float) -> None:
    assert statistics.beta_cdf(statistics.beta_quantile(q, a, b), a, b) == pytest.approx(q, abs=1e-6)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=30))
def test_adjusted_p_values_keep_the_order_and_are_no_smaller(p: list[float]) -> None:
    q = statistics.benjamini_hochberg(p)
    assert all(b >= a - 1e-12 for a, b in zip(p, q, strict=True))
    assert [q[i] for i in sorted(range(len(p)), key=p.__getitem__)] == sorted(q)


def test_students_tail_as_in_the_tables() -> None:
    assert statistics.student_tail(2.262157, 9) == pytest.approx(0.025, abs=1e-6)
    assert statistics.student_tail(-1.812461, 10) == pytest.approx(0.95, abs=1e-6)


def test_few_clusters_widen_an_interval_and_many_do_not() -> None:
    assert statistics.few_clusters(10) == pytest.approx((2.262157 / 1.959964) ** 2, abs=1e-5)
    assert statistics.few_clusters(1) == 1
    assert 1 < statistics.few_clusters(1000) < 1.01


def test_a_whole_is_shared_out_with_an_interval_for_each() -> None:
    shares = statistics.dirichlet([18, 1, 0])
    assert sum(mean for mean, _, _ in shares) == pytest.approx(1)
    assert shares[0] == pytest.approx((19 / 22, *_beta(19, 3)))
    assert shares[2][1] < 0.01


def _beta(a: float, b: float) -> tuple[float, float]:
    return statistics.beta_quantile(0.025, a, b), statistics.beta_quantile(0.975, a, b)


def test_the_design_effect_of_sums_is_that_of_the_clusters() -> None:
    clusters = [(3.0, 5.0), (0.0, 2.0), (7.0, 7.0), (1.0, 9.0)]
    sums = (
        sum(size for _, size in clusters),
        4,
        sum(hits for hits, _ in clusters),
        sum(hits * hits for hits, _ in clusters),
        sum(hits * size for hits, size in clusters),
        sum(size * size for _, size in clusters),
    )
    p = 11 / 23
    spread = sum((hits - p * size) ** 2 for hits, size in clusters) * 4 / 3
    assert statistics.design_effect_of_sums(*sums) == pytest.approx(spread / (23 * p * (1 - p)))
    assert statistics.design_effect(clusters) == pytest.approx(statistics.design_effect_of_sums(*sums))


@pytest.mark.parametrize(("x", "freedom"), [(3.841459, 1), (5.991465, 2), (18.307038, 10), (124.342113, 100)])
def test_the_gamma_distribution_gives_the_table_of_chi_squared(x: float, freedom: int) -> None:
    assert 1 - statistics.gamma_cdf(x / 2, freedom / 2) == pytest.approx(0.05, abs=1e-6)


@given(st.floats(0.01, 0.99), st.floats(0.2, 5_000))
def test_gamma_quantile_is_the_inverse_of_its_distribution(q: float, shape: float) -> None:
    assert statistics.gamma_cdf(statistics.gamma_quantile(q, shape), shape) == pytest.approx(q, abs=1e-6)


def test_counts_that_vary_more_than_chance_have_a_dispersion_by_hand() -> None:
    """Around 10: 64 / 10 + 0 + 64 / 10 = 12.8 with two degrees of freedom; t of two degrees is 4.302653."""
    spread = 12.8 / 2 * (4.302653 / 1.959964) ** 2
    assert statistics.dispersion([2, 10, 18], [7, 7, 7]) == pytest.approx(spread, rel=1e-5)
    assert statistics.dispersion([9, 10, 11], [7, 7, 7]) == 1
    assert statistics.dispersion([8, 10, 12], [7, 7, 7]) == 1  # 0.8 of two degrees lies below the median, 1.39
    assert statistics.dispersion([7, 10, 13], [7, 7, 7]) == pytest.approx((4.302653 / 1.959964) ** 2, rel=1e-5)
    assert statistics.dispersion([2, 10, 18], [20, 100, 180]) == 1  # as many as there were issues


@pytest.mark.parametrize("counts", [[2, 18], [1, 0, 1], []])
def test_few_periods_or_few_counts_cannot_be_checked(counts: list[int]) -> None:
    assert statistics.dispersion(counts, [1] * len(counts)) is None


def test_an_overdispersed_count_has_the_interval_of_fewer_counts() -> None:
    low, high = 1.623486, 11.668332  # Garwood of 5, by scipy
    assert statistics.garwood(20, dispersion=4) == pytest.approx((4 * low, 4 * high), abs=1e-5)
    assert statistics.garwood(0, dispersion=4)[0] == 0


def test_a_p_chart_by_hand() -> None:
    """Half of all, 100 each: sigma is 0.05. One month at -2 sigma is not named, a second one is, and one at +6 is."""
    chart = statistics.p_chart([(40, 100), (40, 100), (40, 100), (80, 100)])
    assert [month.change for month in chart] == ["", "lower", "lower", "higher"]
    assert (chart[0].usual_low, chart[0].usual_high) == pytest.approx((0.5 - 2.575829 * 0.05, 0.5 + 2.575829 * 0.05))
    apart = statistics.p_chart([(40, 100), None, (40, 100), None, (70, 100)])
    assert [month.change for month in apart] == ["", "", "", "", "higher"]
    assert apart[1] == statistics.Control()


def test_a_u_chart_by_hand_widens_where_months_are_uneven() -> None:
    """10, 30, 10, 30 around 20: z is 2.236 of sqrt(20), the moving range twice that, sigma 4.472 / 1.128 of it."""
    (first, *_) = chart = statistics.u_chart([(10, 1), (30, 1), (10, 1), (30, 1)])
    assert first.usual_high == pytest.approx(20 + 2.575829 * (20**0.5 / 1.128) * 20**0.5, rel=1e-6)
    assert (first.usual_low, {month.change for month in chart}) == (0, {""})
    even = statistics.u_chart([(20, 1)] * 11 + [(60, 1)])
    assert [month.change for month in even] == [""] * 11 + ["higher"]


def test_a_chart_of_two_periods_or_of_few_counts_says_nothing() -> None:
    assert statistics.p_chart([(10, 50), None, (40, 50)]) == [statistics.Control()] * 3
    assert statistics.u_chart([(2, 1), (4, 1), (9, 9)]) == [statistics.Control()] * 3


def test_a_year_without_a_change_seldom_names_a_month(bench: Any) -> None:
    """By requester, as reports do; naive sizes would name many times as many."""
    chance = random.Random(11)
    ours = naive = 0
    for _ in range(150):
        months = [bench.clusters(chance, 15, 2.0, 3.0, 8) for _ in range(12)]
        effect = statistics.design_effect([one for drawn in months for one in drawn]) * statistics.few_clusters(180)
        sizes = [(sum(k for k, _ in drawn), sum(n for _, n in drawn)) for drawn in months]
        naive += sum(bool(month.change) for month in statistics.p_chart(sizes))
        sizes = [(k / effect, n / effect) for k, n in sizes]
        ours += sum(bool(month.change) for month in statistics.p_chart(sizes))
    assert ours <= 0.02 * 150 * 12
    assert naive > 3 * ours


@pytest.fixture(scope="module")
def bench() -> Any:
    """bench/intervals.py, which prints all of it."""
    path = Path(__file__).parents[1] / "bench" / "intervals.py"
    spec = importlib.util.spec_from_file_location("intervals", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.slow
def test_intervals_cover_at_the_stated_rate(bench: Any) -> None:
    """1,000 draws each; 92 % may come out of a formula that covers 95 (two standard errors are 1.4 %)."""
    for name, share in bench.simple(1000):
        assert share >= 0.91, name


@pytest.mark.slow
def test_intervals_by_requester_cover_and_naive_ones_do_not(bench: Any) -> None:
    for name, requesters, naive, ours in bench.clustered(600):
        assert ours >= 0.90, (name, requesters)
        assert naive < 0.90, (name, requesters)


@pytest.mark.slow
def test_counts_of_a_few_uneven_months_are_covered(bench: Any) -> None:
    for ratio, months, _, ours in bench.uneven(1000):
        assert 0.93 <= ours <= 0.99, (ratio, months)


@pytest.mark.slow
def test_a_ratio_of_fridays_is_covered_however_weeks_differ(bench: Any) -> None:
    """By the SQL of `deadline_toss`; 300 teams each, two standard errors are 2.5 %."""
    for name, weeks, _, ours in bench.fridays(300):
        assert ours >= 0.88, (name, weeks)


@pytest.mark.slow
def test_named_cells_stay_within_the_false_discovery_rate(bench: Any) -> None:
    anyone, _, _ = bench.discoveries(150)
    assert anyone <= 0.10
    _, wrong, found = bench.discoveries(150, planted=4)
    assert wrong <= 0.10
    assert found >= 0.6
