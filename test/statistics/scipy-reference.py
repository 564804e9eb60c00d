"""Writes scipy-reference.json beside this file: what scipy, numpy and the standard library say of the same numbers.

    python3 -m venv /tmp/reference && /tmp/reference/bin/pip install numpy==2.4.6 scipy==1.17.1
    /tmp/reference/bin/python test/statistics/scipy-reference.py
    npx biome format --write test/statistics/scipy-reference.json
"""

import json
import math
import pathlib
import platform
import statistics
from fractions import Fraction

import numpy
import scipy
from scipy import special, stats
from scipy.spatial import distance

random = numpy.random.default_rng(20260)


def rounded(values, digits=3):
    return [round(float(value), digits) for value in values]


def samples():
    """Pairs of samples: near, far, tied, of unequal sizes, with heavy tails."""
    yield "same normal", rounded(random.normal(0, 1, 40)), rounded(random.normal(0, 1, 50))
    yield "shifted normal", rounded(random.normal(0, 1, 60)), rounded(random.normal(0.7, 1, 45))
    yield "wider normal", rounded(random.normal(0, 1, 80)), rounded(random.normal(0, 2, 80))
    yield "equal sizes", rounded(random.uniform(0, 1, 30)), rounded(random.uniform(0.2, 1.2, 30))
    yield "tied integers", rounded(random.poisson(3, 70), 0), rounded(random.poisson(4, 90), 0)
    yield "cauchy", rounded(random.standard_cauchy(50)), rounded(random.standard_cauchy(20) * 3)
    yield "apart", [1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0]
    yield "one each", [1.0], [2.0]
    yield "equal", [1.0, 2.0, 3.0], [1.0, 2.0, 3.0]
    yield "small chance", rounded(random.normal(0, 1, 100)), rounded(random.normal(3, 1, 90))


def ks(name, a, b):
    exact = stats.ks_2samp(a, b, method="exact")
    scale = math.sqrt(len(a) * len(b) / (len(a) + len(b)))
    return {
        "name": name,
        "a": a,
        "b": b,
        "statistic": float(exact.statistic),
        "exact": float(exact.pvalue),
        "asymptotic": float(special.kolmogorov(scale * exact.statistic)),
    }


def ks_large(seed):
    """Too large to be written down: both sides are told by what the test can make itself."""
    n, m, stretch = 1500 + seed, 1100, 1 + 0.05 * seed
    a = [i * 0.618033988749895 % 1 for i in range(n)]
    b = [(i * 0.7548776662466927 % 1) ** stretch for i in range(m)]
    statistic = float(stats.ks_2samp(a, b, method="asymp").statistic)
    chance = float(special.kolmogorov(math.sqrt(n * m / (n + m)) * statistic))
    return {"n": n, "m": m, "stretch": stretch, "statistic": statistic, "asymptotic": chance}


TABLES = [
    [[10, 20, 30], [12, 18, 33]],
    [[100, 50], [50, 100]],
    [[1000, 2000, 3000, 4000], [1010, 1950, 3100, 3940]],
    [[5, 5, 5, 5, 5, 5], [5, 5, 5, 5, 5, 5]],
    [[400, 3, 7], [100, 30, 70]],
    [[int(value) for value in random.poisson(50, 120)], [int(value) for value in random.poisson(80, 120)]],
    [[int(value) for value in random.poisson(50, 300)], [int(value) for value in random.poisson(50, 300)]],
]


def homogeneity(table):
    result = stats.chi2_contingency(table, correction=False)
    return {
        "a": table[0],
        "b": table[1],
        "statistic": float(result.statistic),
        "degrees": int(result.dof),
        "p": float(result.pvalue),
    }


def fit(observed, expected):
    scaled = [value * sum(observed) / sum(expected) for value in expected]
    result = stats.chisquare(observed, scaled)
    return {"observed": observed, "expected": expected, "statistic": float(result.statistic), "p": float(result.pvalue)}


def psi(a, b):
    """With half a row added to every bin where one is empty on one side."""
    pairs = [(x, y) for x, y in zip(a, b) if x + y > 0]
    added = 0.5 if any(x == 0 or y == 0 for x, y in pairs) else 0
    p, q = ([pair[side] + added for pair in pairs] for side in (0, 1))
    return float(stats.entropy(p, q) + stats.entropy(q, p))


HISTOGRAMS = TABLES + [
    [[10, 0, 5], [0, 10, 5]],
    [[1, 0], [0, 1]],
    [[10, 0, 0, 90], [20, 0, 1, 80]],
    [[1, 1, 1], [1000, 1000, 1000]],
]

SUMS = [
    [0.1] * 10,
    [1e16, 1.0, -1e16, 1e-16],
    [1e308, 1e308, -1e308, 5e-324],
    rounded(random.normal(1e6, 1e-2, 50), 6),
    [1.7e12 + i * i for i in range(60)],
    rounded(random.lognormal(0, 3, 60), 9),
    [1e-200, 3e-200, 5e-324],
    [2.0**52 + 1, 2.0**53, -0.5],
]


def moments(values):
    exact = statistics.variance([Fraction(value) for value in values])
    return {
        "values": values,
        "mean": float(statistics.mean([Fraction(value) for value in values])),
        "variance": float(exact) if exact < 2**1024 else None,
    }


def main():
    gamma = [
        [a, x, float(special.gammaincc(a, x))]
        for a in (0.5, 1, 1.5, 2, 5, 10.5, 49.5, 150, 499.5, 5000)
        for x in sorted({a * factor for factor in (0.01, 0.3, 0.9, 1, 1.1, 1.5, 3)} | {0.0, 1e-8, 30.0, 600.0})
    ]
    reference = {
        "python": platform.python_version(),
        "numpy": numpy.__version__,
        "scipy": scipy.__version__,
        "logGamma": [[x, float(special.gammaln(x))] for x in (0.5, 1, 1.5, 2, 3.25, 10, 100.5, 1e4, 1e6)],
        "upperGamma": gamma,
        "kolmogorov": [[x, float(special.kolmogorov(x))] for x in (0.001, 0.02, 0.1, 0.3, 0.5, 0.99, 1, 1.01, 1.36, 2, 4, 8)],
        "ks": [ks(*pair) for pair in samples()],
        "ksLarge": [ks_large(seed) for seed in (0, 1, 2, 5)],
        "homogeneity": [homogeneity(table) for table in TABLES],
        "fit": [
            fit([16, 18, 16, 14, 12, 12], [1, 1, 1, 1, 1, 1]),
            fit([16, 18, 16, 14, 12, 12], [16, 16, 16, 16, 16, 8]),
            fit([1, 999], [0.5, 0.5]),
            fit(TABLES[5][0], TABLES[5][1]),
        ],
        "jensenShannon": [
            {"a": a, "b": b, "distance": float(distance.jensenshannon(a, b, base=2))} for a, b in HISTOGRAMS
        ],
        "psi": [{"a": a, "b": b, "psi": psi(a, b)} for a, b in HISTOGRAMS],
        "moments": [moments(values) for values in SUMS],
    }
    target = pathlib.Path(__file__).with_suffix(".json")
    target.write_text(json.dumps(reference) + "\n")


main()
