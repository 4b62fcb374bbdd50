"""How well edits are found: alignment, tags and changed words on labelled pairs, beside difflib.

    python tests/benchmarks/edits.py [FOLDER]      FOLDER, or $PRESSWATCH_DEVSETS, holds edits.jsonl.gz

Each line of that file: `id`, `old` and `new` (lists of sentences), and what is true of them in the words of
`crawler.compare.diff.workbench`. Prints one line a method, for each half of the set and for the whole.
"""

from __future__ import annotations

import difflib
import gzip
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from crawler.compare.diff import changed_tokens, workbench
from crawler.text import words

Found = dict[str, Any]
Method = Callable[[Sequence[str], Sequence[str]], Found]


def main(arguments: Sequence[str]) -> int:
    folder = arguments[0] if arguments else os.environ.get("PRESSWATCH_DEVSETS")
    if not folder:
        print("name the folder that holds edits.jsonl.gz, or set PRESSWATCH_DEVSETS", file=sys.stderr)
        return 2
    labelled = read(Path(folder) / "edits.jsonl.gz")
    for half, chosen in (("even", labelled[::2]), ("odd", labelled[1::2]), ("all", labelled)):
        for name, method in METHODS.items():
            print(f"{half:5}{name:12}", line(method, chosen))
    return 0


def read(path: Path) -> list[Found]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(text) for text in lines if text.strip()]


def line(method: Method, labelled: Sequence[Found]) -> str:
    started = time.perf_counter()
    found = [method(wanted["old"], wanted["new"]) for wanted in labelled]
    milliseconds = (time.perf_counter() - started) / len(labelled) * 1000
    figures = score(labelled, found)
    return "  ".join(
        [*(f"{name} {value:.4f}" for name, value in figures.items()), f"{milliseconds:.2f} ms a pair"]
    )


def score(labelled: Sequence[Found], found: Sequence[Found]) -> dict[str, float]:
    """F1 of the pairs, of each tag, their mean (macro) and of the changed words; 0-1."""
    hits: dict[str, Counter[str]] = {name: Counter() for name in ("pairs", *"UEADM", "words")}
    for want, got in zip(labelled, found, strict=True):
        count(hits["pairs"], set(map(tuple, want["pairs"])), set(map(tuple, got["pairs"])))
        for side in ("old", "new"):
            for tag in "UEADM":
                count(hits[tag], positions(want[f"{side}_tag"], tag), positions(got[f"{side}_tag"], tag))
            for one, other in zip(want[f"tok_{side}"], got[f"tok_{side}"], strict=True):
                count(hits["words"], set(one), set(other))
    figures = {name: 2 * hit["both"] / max(1, hit["want"] + hit["got"]) for name, hit in hits.items()}
    return {**figures, "macro": sum(figures[tag] for tag in "UEADM") / 5}


def count(hit: Counter[str], want: set[Any], got: set[Any]) -> None:
    hit.update(both=len(want & got), want=len(want), got=len(got))


def positions(tags: Sequence[str], tag: str) -> set[int]:
    return {index for index, other in enumerate(tags) if other == tag}


def with_difflib(old: Sequence[str], new: Sequence[str]) -> Found:
    """The usual way: SequenceMatcher over sentences; what it calls replaced is edited, first with first."""
    found = Found(pairs=[], old_tag=["D"] * len(old), new_tag=["A"] * len(new))
    found["tok_old"] = [list(range(len(words(text)))) for text in old]
    found["tok_new"] = [list(range(len(words(text)))) for text in new]
    for kind, i, i_end, j, j_end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        for a, b in zip(range(i, i_end), range(j, j_end), strict=False):
            found["pairs"].append([a, b])
            found["old_tag"][a] = found["new_tag"][b] = "U" if kind == "equal" else "E"
            found["tok_old"][a], found["tok_new"][b] = changed_tokens(old[a], new[b])
    return found


METHODS: dict[str, Method] = {"presswatch": workbench, "difflib": with_difflib}

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
