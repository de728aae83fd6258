"""Intervals, shrinkage and tests for the numbers we show: pure functions of counts, no library.

Checked against statsmodels and scipy (tests/test_statistics.py). The names follow the literature.
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from statistics import NormalDist

Z95 = NormalDist().inv_cdf(0.975)
Z99 = NormalDist().inv_cdf(0.995)
Interval = tuple[float, float]


def wilson(k: float, n: float, z: float = Z95) -> Interval:
    """Wilson score interval of a share k/n (Wilson 1927); n may be an effective, fractional size; (0, 1) for n = 0."""
    if n <= 0:
        return 0.0, 1.0
    p = min(max(k / n, 0.0), 1.0)
    mid = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    low = 0.0 if k <= 0 else max(0.0, mid - half)
    high = 1.0 if k >= n else min(1.0, mid + half)
    return low, high


def garwood(k: int, level: float = 0.95, dispersion: float = 1.0) -> Interval:
    """Exact interval of a Poisson count (Garwood 1936).

    With `dispersion` d it is d times that of k / d: of a negative binomial count whose variance is d times its mean.
    """
    tail = (1 - level) / 2
    low = 0.0 if k == 0 else dispersion * gamma_quantile(tail, k / dispersion)
    return low, dispersion * gamma_quantile(1 - tail, k / dispersion + 1)


def dispersion(counts: Sequence[int], sizes: Sequence[float]) -> float | None:
    """By what the variance of counts, one per period, exceeds their mean; sizes are what they are counts among.

    Pearson's X² / (m - 1) over m periods, at least 1, as of a quasi-Poisson count (McCullagh & Nelder 1989, 4.5), with
    `few_clusters` for Student's t; 1 where X² is below its median: a few periods that hide their dispersion are many,
    so to wait for significance, or for the five counts a period that a test wants, covers too little. None where it
    cannot be checked: fewer than three periods, or fewer counts than periods.
    """
    pairs = [(k, size) for k, size in zip(counts, sizes, strict=True) if size > 0]
    total, whole, m = sum(k for k, _ in pairs), sum(size for _, size in pairs), len(pairs)
    if m < FEWEST_PERIODS or total < m:
        return None
    expected = [total * size / whole for _, size in pairs]
    x = sum((k - mean) ** 2 / mean for (k, _), mean in zip(pairs, expected, strict=True))
    if gamma_cdf(x / 2, (m - 1) / 2) <= 0.5:
        return 1.0
    return max(1.0, x / (m - 1)) * few_clusters(m)


FEWEST_PERIODS = 3
FEWEST_EXPECTED = 5
"""In each period of a chart, so that its counts are near enough to normal."""


@dataclass(frozen=True, slots=True)
class Control:
    """One period of a control chart: where chance leaves its value 99 times of 100, null where that cannot be said.

    `change` is `higher` or `lower` where the period is named as different from all together, else empty.
    """

    usual_low: float | None = None
    usual_high: float | None = None
    change: str = ""


def p_chart(cells: Sequence[tuple[float, float] | None]) -> list[Control]:
    """A p-chart (Shewhart 1931) of shares: (hits, size) per period, sizes effective; None where there is too little."""
    return _chart(cells, lambda p, n: math.sqrt(p * (1 - p) / n), laney=False, top=1.0)


def u_chart(cells: Sequence[tuple[float, float]]) -> list[Control]:
    """Laney's u'-chart (2002) of rates: (count, size) per period; sigma grows with the mean moving range.

    Periods in which fewer than five are to be expected are left out.
    """
    whole = sum(n for _, n in cells)
    rate = sum(k for k, _ in cells) / whole if whole else 0.0
    enough = [(k, n) if n * rate >= FEWEST_EXPECTED else None for k, n in cells]
    return _chart(enough, lambda u, n: math.sqrt(u / n), laney=True, top=math.inf)


def _chart(
    cells: Sequence[tuple[float, float] | None], sigma: Callable[[float, float], float], *, laney: bool, top: float
) -> list[Control]:
    """A change is named at p < 0.01, or at the second of two periods beyond 95 % to the same side (U6)."""
    known = [cell for cell in cells if cell is not None and cell[1] > 0]
    if len(known) < FEWEST_PERIODS or not sum(k for k, _ in known):
        return [Control()] * len(cells)
    centre = sum(k for k, _ in known) / sum(n for _, n in known)
    wide = max(1.0, _moving([_z(cell, centre, sigma) for cell in known])) if laney else 1.0
    chart: list[Control] = []
    before = 0.0
    for cell in cells:
        if cell is None or cell[1] <= 0:
            chart.append(Control())
            before = 0.0
            continue
        z, half = _z(cell, centre, sigma) / wide, Z99 * wide * sigma(centre, cell[1])
        named = abs(z) > Z99 or (min(abs(z), abs(before)) > Z95 and z * before > 0)
        change = ("higher" if z > 0 else "lower") if named else ""
        chart.append(Control(max(0.0, centre - half), min(top, centre + half), change))
        before = z
    return chart


def _z(cell: tuple[float, float], centre: float, sigma: Callable[[float, float], float]) -> float:
    spread = sigma(centre, cell[1])
    return (cell[0] / cell[1] - centre) / spread if spread else 0.0


def _moving(z: Sequence[float]) -> float:
    """Sigma by the mean moving range; 1.128 is its mean over sigma for two (d2)."""
    return sum(abs(b - a) for a, b in pairwise(z)) / (len(z) - 1) / 1.128


def newcombe(k1: float, n1: float, k2: float, n2: float, z: float = Z95) -> Interval:
    """Interval of the difference k1/n1 - k2/n2 (Newcombe 1998, method 10)."""
    if n1 <= 0 or n2 <= 0:
        return -1.0, 1.0
    p1, p2 = k1 / n1, k2 / n2
    (l1, u1), (l2, u2) = wilson(k1, n1, z), wilson(k2, n2, z)
    gap = p1 - p2
    return gap - math.hypot(p1 - l1, u2 - p2), gap + math.hypot(u1 - p1, p2 - l2)


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Adjusted p-values (Benjamini & Hochberg 1995), in the order given."""
    order = sorted(range(len(p)), key=lambda i: p[i], reverse=True)
    adjusted = [0.0] * len(p)
    least = 1.0
    for place, i in enumerate(order):
        least = min(least, p[i] * len(p) / (len(p) - place))
        adjusted[i] = least
    return adjusted


def design_effect(clusters: Iterable[tuple[float, float]]) -> float:
    """Variance of the share over independent clusters, relative to simple sampling; clusters are (hits, size).

    Linearised ratio estimator (Cochran 1977, 6.4; Rao & Scott 1992), with the correction m/(m-1) for m clusters.
    1 where it cannot be estimated: fewer than two clusters, or all or nothing hit.
    """
    pairs = list(clusters)
    return design_effect_of_sums(
        sum(size for _, size in pairs),
        len(pairs),
        sum(hits for hits, _ in pairs),
        sum(hits * hits for hits, _ in pairs),
        sum(hits * size for hits, size in pairs),
        sum(size * size for _, size in pairs),
    )


def design_effect_of_sums(n: float, m: float, k: float, hh: float, hs: float, ss: float) -> float:
    """As `design_effect`, from what a database can add up: sizes, clusters, hits, and the sums of hits squared,
    hits times size and sizes squared over the clusters."""
    p = k / n if n else 0.0
    if m < 2 or not 0 < p < 1:
        return 1.0
    spread = hh - 2 * p * hs + p * p * ss
    return max(0.0, spread) * m / (m - 1) / (n * p * (1 - p))


def clustered_effect(n: float, m: float, k: float, hh: float, hs: float, ss: float) -> float:
    """The design effect that sizes are divided by for an interval: `few_clusters` times as large, and at least 1."""
    return max(1.0, design_effect_of_sums(n, m, k, hh, hs, ss) * few_clusters(int(m)))


FEWEST_CLUSTERS = 10
"""U2: of fewer no interval is said."""


@lru_cache(maxsize=4096)
def few_clusters(m: int) -> float:
    """By what a design effect estimated from m clusters is to be multiplied: (t / z) squared with m - 1 degrees.

    Without it, intervals from 10 clusters cover 89-95 % instead of 95 (bench/statistics.py).
    """
    if m < 2:
        return 1.0
    low, high = Z95, 13.0
    while high - low > 1e-9:
        mid = (low + high) / 2
        low, high = (mid, high) if student_tail(mid, m - 1) > 0.025 else (low, mid)
    return (low / Z95) ** 2


def beta_binomial(cells: Sequence[tuple[float, float]]) -> Interval:
    """(a, b) of the Beta that the cells' shares come from, by moments (Kleinman 1973); cells are (hits, size).

    Where the cells vary no more than chance, a + b is large: everything is shrunk to the common share.
    """
    sized = [(k, n) for k, n in cells if n > 0]
    total = sum(n for _, n in sized)
    if not sized or total <= 0:
        return 1.0, 1.0
    p = (sum(k for k, _ in sized) + 0.5) / (total + 1)
    spread = sum(n * (k / n - p) ** 2 for k, n in sized)
    chance = p * (1 - p) * (len(sized) - 1)
    weight = total - sum(n * n for _, n in sized) / total
    excess = spread - chance
    if len(sized) < 2 or weight <= 0 or excess <= 0:
        strength = 1e6 if len(sized) > 1 else 2.0
    else:
        between = excess / weight
        strength = max(p * (1 - p) / between - 1, 0.5)
    strength = min(strength, 1e6)
    return p * strength, (1 - p) * strength


def posterior(k: float, n: float, prior: Interval, level: float = 0.95) -> tuple[float, float, float]:
    """Mean and central interval of a share after k of n, under a Beta prior."""
    a, b = prior[0] + k, prior[1] + n - k
    tail = (1 - level) / 2
    return a / (a + b), beta_quantile(tail, a, b), beta_quantile(1 - tail, a, b)


def dirichlet(counts: Sequence[float], level: float = 0.95) -> list[tuple[float, float, float]]:
    """Mean and central interval of each share of a whole, under a prior of 1 for each (its marginal is a Beta)."""
    total = sum(counts) + len(counts)
    tail = (1 - level) / 2
    return [
        ((k + 1) / total, beta_quantile(tail, k + 1, total - k - 1), beta_quantile(1 - tail, k + 1, total - k - 1))
        for k in counts
    ]


def student_tail(t: float, freedom: float) -> float:
    """The probability that Student's t with so many degrees of freedom is above t."""
    half = 0.5 * beta_cdf(freedom / (freedom + t * t), freedom / 2, 0.5)
    return half if t >= 0 else 1 - half


def excess_p(k1: float, n1: float, k2: float, n2: float, freedom: float | None = None) -> float:
    """One-sided p-value that share 1 is no larger than share 2 (pooled score test, with continuity correction).

    Where n1 was divided by a design effect estimated from few clusters, `freedom` is the clusters less one: Student's
    t instead of the normal distribution.
    """
    if n1 <= 0 or n2 <= 0:
        return 1.0
    p = (k1 + k2) / (n1 + n2)
    scale = math.sqrt(p * (1 - p) * (1 / n1 + 1 / n2))
    if scale == 0:
        return 1.0
    gap = k1 / n1 - k2 / n2 - 0.5 * (1 / n1 + 1 / n2)
    if gap <= 0:
        return 1.0
    return student_tail(gap / scale, freedom) if freedom else 1 - NormalDist().cdf(gap / scale)


def kaplan_meier_interval(
    durations: Iterable[tuple[float, bool]], share: float = 0.5, z: float = Z95
) -> tuple[float | None, float | None, float | None]:
    """The duration by which `share` of the cases have ended; items are (duration, ended?); None if never reached.

    Kaplan & Meier 1958; a case that has not ended counts for as long as it was seen. Then the interval by log(-log)
    bounds (Brookmeyer & Crowley 1982).
    """
    ordered = sorted(durations)
    left = len(ordered)
    survival, hazard = 1.0, 0.0
    found: list[float | None] = [None, None, None]
    target = 1 - share
    i = 0
    while i < len(ordered):
        t = ordered[i][0]
        same = [ended for d, ended in ordered[i : _last(ordered, i)]]
        events = sum(same)
        if events:
            survival *= 1 - events / left
            hazard += events / (left * (left - events)) if left > events else math.inf
            for place, bound in enumerate(_loglog(survival, hazard, z)):
                if found[place] is None and bound <= target + 1e-12:
                    found[place] = t
        left -= len(same)
        i += len(same)
    return found[0], found[1], found[2]


def _last(ordered: list[tuple[float, bool]], start: int) -> int:
    end = start
    while end < len(ordered) and ordered[end][0] == ordered[start][0]:
        end += 1
    return end


def _loglog(survival: float, hazard: float, z: float) -> tuple[float, float, float]:
    """Survival, its lower and its upper bound; the lower bound reaches the target first."""
    if survival <= 0 or survival >= 1 or math.isinf(hazard):
        return survival, survival, survival
    spread = z * math.sqrt(hazard) / abs(math.log(survival))
    return survival, survival ** math.exp(spread), survival ** math.exp(-spread)


def beta_cdf(x: float, a: float, b: float) -> float:
    """Regularised incomplete beta function, by its continued fraction (Lentz; Press et al., 6.4)."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(x, a, b) / a
    return 1 - front * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: float, b: float) -> float:
    tiny = 1e-300
    c, d = 1.0, 1 - (a + b) * x / (a + 1)
    d = 1 / (d if abs(d) > tiny else tiny)
    total = d
    for m in range(1, 10_000):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + step * d
            d = 1 / (d if abs(d) > tiny else tiny)
            c = 1 + step / c
            c = c if abs(c) > tiny else tiny
            total *= c * d
        if abs(c * d - 1) < 1e-14:
            break
    return total


def beta_quantile(q: float, a: float, b: float) -> float:
    """The point below which a Beta(a, b) has probability q: Newton's steps; halves where they leave the bracket."""
    low, high = 0.0, 1.0
    shift = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    x = _near_normal(q, a, b)
    for _ in range(100):
        gap = beta_cdf(x, a, b) - q
        low, high = (low, x) if gap > 0 else (x, high)
        if abs(gap) < 1e-13 or high - low < 1e-16 or not 0 < x < 1:
            break
        slope = math.exp(shift + (a - 1) * math.log(x) + (b - 1) * math.log1p(-x))
        following = x - gap / slope if slope > 0 else -1.0
        x = following if low < following < high else (low + high) / 2
    return x


def _near_normal(q: float, a: float, b: float) -> float:
    """A first guess, by the normal distribution of the same mean and variance."""
    mean = a / (a + b)
    guess = mean + NormalDist().inv_cdf(min(max(q, 1e-9), 1 - 1e-9)) * math.sqrt(mean * (1 - mean) / (a + b + 1))
    return guess if 0 < guess < 1 else 0.5


def gamma_cdf(x: float, a: float) -> float:
    """Regularised lower incomplete gamma function: its series, or its continued fraction (Press et al., 6.2)."""
    if x <= 0:
        return 0.0
    front = math.exp(a * math.log(x) - x - math.lgamma(a))
    if x < a + 1:
        term = total = 1 / a
        n = a
        while term > total * 1e-16:
            n += 1
            term *= x / n
            total += term
        return front * total
    tiny = 1e-300
    b = x + 1 - a
    c, d = 1 / tiny, 1 / b
    total = d
    for i in range(1, 100_000):
        b += 2
        d = 1 / (i * (a - i) * d + b or tiny)
        c = b + i * (a - i) / c or tiny
        total *= c * d
        if abs(c * d - 1) < 1e-15:
            break
    return 1 - front * total


def gamma_quantile(q: float, shape: float) -> float:
    """The point below which a Gamma of this shape (rate 1) has probability q, by bisection."""
    low, high = 0.0, 2.0 * shape + 50
    for _ in range(80):
        mid = (low + high) / 2
        low, high = (mid, high) if gamma_cdf(mid, shape) < q else (low, mid)
    return (low + high) / 2
