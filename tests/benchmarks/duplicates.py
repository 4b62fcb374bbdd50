"""How well near-duplicates are told from strangers: ours beside three usual ways, on labelled texts.

    python tests/benchmarks/duplicates.py TEXTS.jsonl.gz

Lines are `{"id", "cluster", "text"}`. Without an argument: `$PRESSWATCH_DEVSETS/near-duplicates.jsonl.gz`.
Each of the others is tried in several settings, knowing the answers, and its best is printed; ours has one.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations, pairwise
from pathlib import Path

from rensa import RMinHash

from crawler.compare.similar import bands, cluster
from crawler.text import normalise

Texts = list[tuple[str, str]]
Labels = dict[str, str]
Try = tuple[str, Labels]


def main() -> None:
    texts, truth = load(_path())
    print(f"{len(texts)} texts in {len(set(truth.values()))} clusters\n")
    print(f"{'':44}{'ARI':>8}{'precision':>11}{'recall':>8}{'ms a text':>11}")
    for name, method in METHODS.items():
        tried, seconds = _timed(method(texts))
        each = seconds / len(texts) * 1000
        setting, labels = max(tried, key=lambda result: score(truth, result[1])[0])
        ari, precision, recall = score(truth, labels)
        print(f"{name + setting:44}{ari:8.4f}{precision:11.4f}{recall:8.4f}{each:11.2f}")
    _print_candidates(texts, truth)


def _timed(tries: Iterator[Try]) -> tuple[list[Try], float]:
    """All tries, and the seconds of the longest: it made its signatures, which those after it used again."""
    done, longest, began = [], 0.0, time.perf_counter()
    for result in tries:
        done.append(result)
        longest, began = max(longest, time.perf_counter() - began), time.perf_counter()
    return done, longest


def _path() -> Path:
    if len(sys.argv) > 1:
        return Path(sys.argv[1])
    if folder := os.environ.get("PRESSWATCH_DEVSETS"):
        return Path(folder, "near-duplicates.jsonl.gz")
    sys.exit("Name a labelled jsonl.gz file, or set PRESSWATCH_DEVSETS.")


def load(path: Path) -> tuple[Texts, Labels]:
    """The texts by id, and the cluster each belongs to."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [(row["id"], row["text"]) for row in rows], {row["id"]: row["cluster"] for row in rows}


def score(truth: Labels, labels: Labels) -> tuple[float, float, float]:
    """Adjusted Rand index, and precision and recall over pairs of texts."""
    wanted, found = _pairs(truth.values()), _pairs(labels.values())
    both = _pairs((truth[name], labels[name]) for name in truth)
    chance = wanted * found / _pairs([""] * len(truth))
    ari = (both - chance) / ((wanted + found) / 2 - chance)
    return ari, both / max(1, found), both / wanted


def _pairs(labels: Iterable[object]) -> int:
    return sum(count * (count - 1) // 2 for count in Counter(labels).values())


def _print_candidates(texts: Texts, truth: Labels) -> None:
    """How many true pairs share a band, and how many candidates a text has to be compared with."""
    holders = defaultdict[int, list[str]](list)
    banded = {name: set(bands(text)) for name, text in texts}
    for name, values in banded.items():
        for value in values:
            holders[value].append(name)
    met = {name: {other for value in banded[name] for other in holders[value]} - {name} for name in banded}
    same = [pair for pair in combinations(truth, 2) if truth[pair[0]] == truth[pair[1]]]
    shared = sum(other in met[one] for one, other in same)
    print(f"\n{shared / len(same):.4f} of the true pairs share a band;", end=" ")
    print(f"{sum(map(len, met.values())) / len(met):.1f} texts share one with each")


# ---------------------------------------------------------------- the methods: (setting, labels) of each try


def ours(texts: Texts) -> Iterator[Try]:
    yield "", cluster(texts)


def minhash(texts: Texts) -> Iterator[Try]:
    """MinHash of 128 values, cut into bands of some rows; two texts that share a band are one."""
    for width in (1, 2, 3):
        signatures = {name: _minhash(_shingles(text, width)) for name, text in texts}
        for rows in (2, 3, 4, 6, 8, 16):
            keys = {name: _rows(values, rows) for name, values in signatures.items()}
            yield f", {width} words, {128 // rows} bands", _joined_by_key(keys)


def _minhash(shingles: set[str]) -> list[int]:
    signature = RMinHash(num_perm=128, seed=1)
    signature.update(sorted(shingles))
    return list(signature.digest())


def _rows(values: list[int], rows: int) -> list[object]:
    return [(start, *values[start : start + rows]) for start in range(0, len(values) - rows + 1, rows)]


def simhash(texts: Texts) -> Iterator[Try]:
    """64 bits, each the vote of all shingles; texts that differ in few bits are one."""
    for width in (1, 2, 3):
        prints = {name: _simhash(_shingles(text, width)) for name, text in texts}
        near = [(one, two, (prints[one] ^ prints[two]).bit_count()) for one, two in combinations(prints, 2)]
        for most in (3, 6, 9, 11, 13, 15):
            close = ((one, two) for one, two, distance in near if distance <= most)
            yield f", {width} words, {most} bits", _joined(prints, close)


def _simhash(shingles: set[str]) -> int:
    votes = [0] * 64
    for shingle in shingles:
        value = int.from_bytes(hashlib.blake2b(shingle.encode(), digest_size=8).digest(), "big")
        for bit in range(64):
            votes[bit] += 1 if value >> bit & 1 else -1
    return sum(1 << bit for bit, vote in enumerate(votes) if vote > 0)


def containment(texts: Texts) -> Iterator[Try]:
    """Texts that hold some share of the smaller one's three-word shingles are one."""
    shingles = {name: _shingles(text, 3) for name, text in texts}
    shared = _shared_counts(shingles)
    for least in (0.15, 0.2, 0.3, 0.4, 0.5, 0.6):
        close = (
            (one, two)
            for (one, two), count in shared.items()
            if count >= least * min(len(shingles[one]), len(shingles[two]))
        )
        yield f", {least:.0%} of the smaller", _joined(shingles, close)


def _shared_counts(shingles: dict[str, set[str]]) -> Counter[tuple[str, str]]:
    holders = defaultdict[str, list[str]](list)
    for name, members in shingles.items():
        for shingle in members:
            holders[shingle].append(name)
    shared = Counter[tuple[str, str]]()
    for names in holders.values():
        if len(names) <= 60:  # a shingle that so many share tells nothing, and costs their square
            shared.update(combinations(names, 2))
    return shared


METHODS: dict[str, Callable[[Texts], Iterator[Try]]] = {
    "presswatch": ours,
    "MinHash-LSH": minhash,
    "SimHash-64": simhash,
    "containment": containment,
}


def _shingles(text: str, width: int) -> set[str]:
    tokens = normalise(text).casefold().split()
    return {" ".join(tokens[start : start + width]) for start in range(max(1, len(tokens) - width + 1))}


# ---------------------------------------------------------------- pairs to clusters


def _joined_by_key(keys: dict[str, list[object]]) -> Labels:
    holders = defaultdict[object, list[str]](list)
    for name, values in keys.items():
        for value in values:
            holders[value].append(name)
    return _joined(keys, (pair for names in holders.values() for pair in pairwise(names)))


def _joined(names: Iterable[str], close: Iterable[tuple[str, str]]) -> Labels:
    """Labels such that every pair of `close` shares one, and so on from pair to pair."""
    parent = {name: name for name in names}

    def root(name: str) -> str:
        while parent[name] != name:
            parent[name] = name = parent[parent[name]]
        return name

    for one, two in close:
        parent[root(one)] = root(two)
    return {name: root(name) for name in parent}


if __name__ == "__main__":
    main()
