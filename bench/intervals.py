"""How our intervals and names do on synthetic truth: coverage of each formula, false names when nothing is planted.

`make bench-statistics` prints a table; the slow tests in tests/test_statistics.py hold a part of it to limits.
"""

import math
import random
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from vcjira import patterns, statistics
from vcjira.config import Settings
from vcjira.mirror import Mirror

DRAWS = 4_000
HABITS = {
    "mild (Beta 2, 3)": (2.0, 3.0, 8),
    "flat (Beta 1, 1)": (1.0, 1.0, 30),
    "extreme (Beta 0.5, 0.2)": (0.5, 0.2, 20),
}
"""How requesters differ: the Beta their shares come from, and the most issues one has."""


def clusters(chance: random.Random, m: int, a: float, b: float, most: int) -> list[tuple[float, float]]:
    """(hits, size) of m requesters, each with a habit of its own."""
    found = []
    for _ in range(m):
        habit, size = chance.betavariate(a, b), chance.randint(1, most)
        found.append((float(sum(chance.random() < habit for _ in range(size))), float(size)))
    return found


def effective(drawn: list[tuple[float, float]]) -> tuple[float, float]:
    """Hits and size as the wall matrix uses them."""
    effect = max(1.0, statistics.design_effect(drawn) * statistics.few_clusters(len(drawn)))
    return sum(hits for hits, _ in drawn) / effect, sum(size for _, size in drawn) / effect


def covering(draws: int, inside: Callable[[], bool]) -> float:
    return sum(inside() for _ in range(draws)) / draws


def clustered(draws: int = DRAWS, seed: int = 1) -> list[tuple[str, int, float, float]]:
    """(habits, requesters, coverage of naive Wilson, of ours)."""
    chance = random.Random(seed)
    rows = []
    for name, (a, b, most) in HABITS.items():
        for m in (10, 15, 30, 100):
            naive = ours = 0
            for _ in range(draws):
                drawn = clusters(chance, m, a, b, most)
                n, k = sum(size for _, size in drawn), sum(hits for hits, _ in drawn)
                low, high = statistics.wilson(k, n)
                naive += low <= a / (a + b) <= high
                low, high = statistics.wilson(*effective(drawn))
                ours += low <= a / (a + b) <= high
            rows.append((name, m, naive / draws, ours / draws))
    return rows


def simple(draws: int = DRAWS, seed: int = 2) -> list[tuple[str, float]]:
    """(formula and case, coverage)."""
    chance = random.Random(seed)

    def wilson(n: int, p: float) -> bool:
        low, high = statistics.wilson(_binomial(chance, n, p), n)
        return low <= p <= high

    def newcombe(n: int, p: float, q: float) -> bool:
        low, high = statistics.newcombe(_binomial(chance, n, p), n, _binomial(chance, 2 * n, q), 2 * n)
        return low <= p - q <= high

    def garwood(rate: float) -> bool:
        low, high = statistics.garwood(_poisson(chance, rate))
        return low <= rate <= high

    def kaplan_meier(n: int) -> bool:
        spans = [(chance.expovariate(1.0), chance.expovariate(0.5)) for _ in range(n)]
        _, low, high = statistics.kaplan_meier_interval([(min(a, b), a <= b) for a, b in spans])
        return (low or 0.0) <= math.log(2) <= (math.inf if high is None else high)

    def shrunk() -> float:
        truth = [chance.betavariate(8, 4) for _ in range(40)]
        cells = [(float(_binomial(chance, n, p)), float(n)) for p in truth for n in [chance.randint(30, 90)]]
        prior = statistics.beta_binomial(cells)
        held = 0
        for p, (k, n) in zip(truth, cells, strict=True):
            _, low, high = statistics.posterior(k, n, prior)
            held += low <= p <= high
        return held / len(truth)

    rows = [
        (f"Wilson n={n} p={p}", covering(draws, lambda n=n, p=p: wilson(n, p))) for n in (20, 50) for p in (0.05, 0.3)
    ]
    rows += [(f"Newcombe n={n}, 2n", covering(draws, lambda n=n: newcombe(n, 0.6, 0.4))) for n in (30, 100)]
    rows += [(f"Garwood mean={rate}", covering(draws, lambda rate=rate: garwood(rate))) for rate in (3.0, 25.0)]
    rows += [
        (f"Kaplan-Meier median, n={n}, a third censored", covering(draws, lambda n=n: kaplan_meier(n)))
        for n in (30, 100)
    ]
    few = max(1, draws // 20)
    rows.append(("Beta-Binomial posterior, 40 cells", sum(shrunk() for _ in range(few)) / few))
    return rows


def discoveries(runs: int = 400, seed: int = 3, planted: int = 0) -> tuple[float, float, float]:
    """(share of runs with any false name, false names / names, planted cells that are named) of 40 cells."""
    chance = random.Random(seed)
    anyone = wrong = named = found = 0
    for _ in range(runs):
        cells = []
        for place in range(40):
            a, b = (6.0, 2.0) if place < planted else (2.0, 3.0)
            drawn = clusters(chance, chance.choice([10, 12, 15, 20, 40]), a, b, 9)
            share = sum(hits for hits, _ in drawn) / sum(size for _, size in drawn)
            cells.append((*effective(drawn), len(drawn), share))
        names = _named(cells)
        bad = sum(place >= planted for place in names)
        anyone, wrong, named, found = anyone + (bad > 0), wrong + bad, named + len(names), found + len(names) - bad
    return anyone / runs, wrong / max(1, named), found / max(1, planted * runs)


def _named(cells: list[tuple[float, float, int, float]]) -> list[int]:
    """As the wall matrix names: Benjamini-Hochberg over the rest, and the interval above the middle."""
    hits, sizes = sum(cell[0] for cell in cells), sum(cell[1] for cell in cells)
    p = [statistics.excess_p(k, n, hits - k, sizes - n, m - 1) for k, n, m, _ in cells]
    q = statistics.benjamini_hochberg(p)
    middle = sorted(cell[3] for cell in cells)[len(cells) // 2]
    return [i for i, (k, n, _, _) in enumerate(cells) if q[i] <= 0.10 and statistics.wilson(k, n)[0] > middle]


def uneven(draws: int = DRAWS, seed: int = 4) -> list[tuple[float, int, float, float]]:
    """(variance / mean of the counts of a month, months, coverage of Garwood, of ours) for 10 hand-overs a month."""
    chance = random.Random(seed)
    rows = []
    for ratio in (1.0, 2.0, 5.0):
        for m in (4, 6, 12):
            held = [0, 0]
            for _ in range(draws):
                means = [10.0 if ratio == 1 else chance.gammavariate(10 / (ratio - 1), ratio - 1) for _ in range(m)]
                counts = [_poisson(chance, mean) for mean in means]
                for place, spread in enumerate((1.0, statistics.dispersion(counts, [1.0] * m) or 1.0)):
                    low, high = statistics.garwood(sum(counts), dispersion=spread)
                    held[place] += low <= 10 * m <= high
            rows.append((ratio, m, held[0] / draws, held[1] / draws))
    return rows


MONDAY = datetime(2026, 1, 5)
FRIDAYS = {("in", 1): 1.0, ("out", 1): 1.5, ("in", 0): 1.0, ("out", 0): 4.0}
"""(in the slot or out of it, 1 where handed over) -> acts of a team in one week of 52: 2.67 times the rate."""


def fridays(draws: int = 1_000, seed: int = 6) -> list[tuple[str, int, float, float]]:
    """(how weeks differ, weeks, coverage of Poisson, of `deadline_toss`), each draw a team."""
    chance = random.Random(seed)
    rows = []
    for name, shape in (("alike", 0.0), ("mild (Gamma 2)", 2.0), ("strong (Gamma 0.5)", 0.5)):
        for weeks in (10, 26, 52):
            acts = []
            for team in range(draws):
                for week in range(weeks):
                    swing = {toss: chance.gammavariate(shape, 1 / shape) if shape else 1.0 for toss in (0, 1)}
                    for (slot, toss), mean in FRIDAYS.items():
                        moment = MONDAY + timedelta(days=7 * week + (4 if slot == "in" else 1), hours=16)
                        by = swing[toss] if slot == "in" else 1.0
                        act = {"site": "s", "issue_id": "1", "team": str(team), "happened": moment, "toss": toss}
                        acts += [act | {"bulk": False, "automated": False}] * _poisson(chance, mean * 52 / weeks * by)
            rows.append((name, weeks, *_fridays(acts, MONDAY + timedelta(days=365))))
    return rows


def _fridays(acts: list[dict[str, object]], now: datetime) -> tuple[float, float]:
    chosen = {"version": 1, "patterns": {"deadline_toss": {"hand_overs": 1}}}
    one = patterns.check(Settings.model_validate(chosen))["deadline_toss"]
    with Mirror(Path(":memory:"), write=True) as mirror:
        mirror.load("sites", [{"site": "s", "product": "cloud", "url": "", "last_sync": now}])
        mirror.load("team_acts", acts)
        found = mirror.rows(patterns.query(mirror, one, "").replace("ln(1.5)", "-99"))
    truth, poisson = math.log((1 / 1) / (1.5 / 4)), 0
    for row in found:
        reach = 1.96 * math.sqrt(
            sum(1 / row[f"{kind}_{slot}"] for kind in ("tossed", "active") for slot in ("in", "out"))
        )
        poisson += abs(math.log(row["ratio"]) - truth) <= reach
    ours = sum(math.log(row["low"]) <= truth <= math.log(row["high"]) for row in found)
    return poisson / len(found), ours / len(found)


def changes(runs: int = 300, seed: int = 5) -> list[tuple[str, int, float, float]]:
    """(habits, requesters, share of the months named in years without a change by naive sizes, by ours)."""
    chance = random.Random(seed)
    rows = []
    for name, (a, b, most) in {**HABITS, "one class each, 20 %": (0.0005, 0.002, 6)}.items():
        for m in (10, 30):
            named = [0, 0]
            for _ in range(runs):
                months = [clusters(chance, m, a, b, most) for _ in range(12)]
                effect = statistics.design_effect([one for drawn in months for one in drawn])
                effect = max(1.0, effect * statistics.few_clusters(12 * m))
                sizes = [(sum(k for k, _ in drawn), sum(n for _, n in drawn)) for drawn in months]
                for place, by in enumerate((1.0, effect)):
                    chart = statistics.p_chart([(k / by, n / by) for k, n in sizes])
                    named[place] += sum(bool(month.change) for month in chart)
            rows.append((name, m, named[0] / runs / 12, named[1] / runs / 12))
    return rows


def _binomial(chance: random.Random, n: int, p: float) -> int:
    return sum(chance.random() < p for _ in range(n))


def _poisson(chance: random.Random, rate: float) -> int:
    limit, product, count = math.exp(-rate), chance.random(), 0
    while product > limit:
        product *= chance.random()
        count += 1
    return count


def main() -> None:
    began = time.perf_counter()
    print(f"coverage of 95 % intervals, {DRAWS:,} draws each")
    for name, share in simple():
        print(f"  {name:<46} {share:6.1%}")
    print("  clustered by requester                         naive  with design effect")
    for name, m, naive, ours in clustered():
        print(f"  {name:<26} {m:>4} requesters      {naive:6.1%} {ours:6.1%}")
    print("  counts of uneven months                        Garwood  with dispersion")
    for ratio, m, naive, ours in uneven():
        print(f"  variance {ratio:.0f} times the mean {m:>5} months          {naive:6.1%} {ours:6.1%}")
    print("  ratio of hand-overs on Friday, by weeks        Poisson  by weeks")
    for name, m, naive, ours in fridays():
        print(f"  {name:<26} {m:>5} weeks          {naive:6.1%} {ours:6.1%}")
    print("  months named in years without a change         naive  with design effect")
    for name, m, naive, ours in changes():
        print(f"  {name:<26} {m:>4} requesters      {naive:6.1%} {ours:6.1%}")
    for planted in (0, 4):
        anyone, rate, power = discoveries(planted=planted)
        told = f"any false name in {anyone:.1%} of runs, false of named {rate:.1%}, found {power:.0%}"
        print(f"  40 cells, {planted} planted: {told}")
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
