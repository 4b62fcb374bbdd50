"""How unlikely a count is by chance, and which of many such counts are significant. Arithmetic alone.

What must not live here: what is counted (`windows`, `archive`), and what significant counts mean (`folding`).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

LEVEL = 0.01  # the share of false alarms that Benjamini-Hochberg allows
CERTAIN = -700.0  # log p, below which a float is 0


def log_tail(count: int, mean: float, clumping: float) -> float:
    """The logarithm of P(X ≥ count), X negative binomial with variance mean / (1 - clumping).

    An upper bound, close where count is well above mean: the first term, the rest as a geometric series.

    >>> round(math.exp(log_tail(5, 1.0, 0.001)), 4)  # nearly Poisson: 0.0037
    0.0037
    """
    size = mean * (1 - clumping) / clumping
    ratio = max(clumping * (size + count) / (count + 1), clumping)
    if ratio >= 1 or size <= 0:
        return 0.0
    first = math.lgamma(size + count) - math.lgamma(size) - math.lgamma(count + 1)
    first += count * math.log(clumping) + size * math.log1p(-clumping)
    return min(0.0, first - math.log1p(-ratio))


def corrected(logs_p: Sequence[float], log_tests: float) -> list[float]:
    """Benjamini-Hochberg: log q for each log p, which come smallest first, among so many tests in all."""
    logs_q = []
    least = 0.0
    for rank in range(len(logs_p), 0, -1):
        least = min(least, logs_p[rank - 1] + log_tests - math.log(rank))
        logs_q.append(least)
    return logs_q[::-1]
