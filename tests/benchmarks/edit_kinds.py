"""How well kinds of edit are told: precision and recall of each kind on labelled edits.

    python -m tests.benchmarks.edit_kinds [--misses] [FILE …]      default: every set in tests/compare/edits/

`held.jsonl` and `held-b.jsonl` are the sets held back; the rules were tried on the `tune*.jsonl` ones, of which -e,
-f and -g were measured once before the rules saw them, and on -h none was tried yet. What a label means stands in
`DEFINITIONS.md` beside them. A line:
``{"id","language","where","old":[sentence…],"new":[…],"classes":[…]}``. What `classify` finds in a record is the
union of the kinds of its edits, without headline, byline and lead, which follow from where the edit stands.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crawler.compare.kinds import PLACES, Kind, classify

HALVES = Path(__file__).parent.parent / "compare" / "edits"
Record = dict[str, Any]


def main(arguments: Sequence[str]) -> int:
    shows_misses = "--misses" in arguments
    chosen = [Path(a) for a in arguments if a != "--misses"] or sorted(HALVES.glob("*.jsonl"), reverse=True)
    for path in chosen:
        records = read(path)
        began = time.perf_counter()
        found = [kinds_of(record) for record in records]
        each = (time.perf_counter() - began) / len(records) * 1000
        print(f"\n{path.name}: {len(records)} edits, {each:.2f} ms each")
        print(f"{'':16}{'precision':>10}{'recall':>8}{'labelled':>10}")
        scores = score(records, found)
        for kind, (precision, recall, support) in scores.items():
            print(f"{kind:16}{precision:10.3f}{recall:8.3f}{support:10}")
        count = len(scores)
        means = [sum(one[i] for one in scores.values()) / count for i in (0, 1)]
        print(f"{'mean':16}{means[0]:10.3f}{means[1]:8.3f}")
        if shows_misses:
            print_misses(records, found)
    return 0


def read(path: Path) -> list[Record]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]


def kinds_of(record: Record) -> frozenset[str]:
    edits = classify(record["old"], record["new"], record["where"], record["language"])
    return frozenset(kind.value for edit in edits for kind in edit.kinds if kind not in PLACES)


def score(records: Sequence[Record], found: Sequence[frozenset[str]]) -> dict[str, tuple[float, float, int]]:
    """Precision, recall and number of labels of each kind."""
    hits: Counter[str] = Counter()
    told: Counter[str] = Counter()
    labels: Counter[str] = Counter()
    for record, kinds in zip(records, found, strict=True):
        truth = set(record["classes"])
        hits.update(truth & kinds)
        told.update(kinds)
        labels.update(truth)
    names = [kind.value for kind in Kind if labels[kind.value] or told[kind.value]]
    return {
        n: (hits[n] / told[n] if told[n] else 0.0, hits[n] / labels[n] if labels[n] else 0.0, labels[n])
        for n in names
    }


def print_misses(records: Sequence[Record], found: Sequence[frozenset[str]]) -> None:
    for record, kinds in zip(records, found, strict=True):
        truth = frozenset(record["classes"])
        if kinds != truth:
            print(f"\n{record['id']} {record['where']}  wanted {sorted(truth)}  told {sorted(kinds)}")
            print(f"  - {' '.join(record['old'])}\n  + {' '.join(record['new'])}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
