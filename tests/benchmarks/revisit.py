"""How soon edits are noticed, and for how many requests: every policy on every made-up site.

    python -m tests.benchmarks.revisit [ARTICLES [SEEDS]]       1,000 articles and 3 seeds unless told

For each site: requests per article in its first week and the share of edits noticed within the hour, ours and
fixed polling with as many requests; and how many requests each needs for 95 %. All of it is simulated.
"""

from __future__ import annotations

import sys

from crawler.revisit import Promise
from crawler.simulate import PRESETS, SITES, compare, synthetic


def main(articles: int, seeds: int) -> None:
    print(f"{'site':<9}{'edits':>6}  {'policy':<10}{'requests':>9}{'in time':>9}{'median':>9}{'needs':>9}")
    for name in [*PRESETS, *(each for each in SITES if each not in PRESETS)]:
        histories = [synthetic(name, articles, seed) for seed in range(1, seeds + 1)]
        edits = sum(history.edits for history in histories) / articles / seeds
        runs = [compare([history], Promise()) for history in histories]
        for results in zip(*runs, strict=True):
            requests = sum(r.requests_per_article for r in results) / seeds
            share = sum(r.seen_within for r in results) / seeds
            median = max((r.median_delay_seconds or 0) for r in results) / 60
            needs = [r.needs for r in results if r.needs is not None]
            needed = f"{sum(needs) / len(needs):.1f}" if len(needs) == seeds else "-"
            print(
                f"{name:<9}{edits:>6.2f}  {results[0].policy:<10}{requests:>9.1f}{share:>9.1%}"
                f"{median:>5.0f} min{needed:>9}"
            )
        print(f"          {SITES[name].what}")


if __name__ == "__main__":
    given = [int(argument) for argument in sys.argv[1:3]]
    main(*(given + [1000, 3][len(given) :]))
