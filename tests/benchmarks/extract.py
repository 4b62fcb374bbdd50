"""How well articles are read off real pages, beside four other extractors, page by page in one run.

    PRESSWATCH_EXTRACT_SET=folder python -m tests.benchmarks.extract [--pages N] [--alone]

The folder holds saved pages and `index.json`: a list of {"file", "url", "with", "without", "title", "date"}.
`with`: stretches of text that must be in the body; `without`: that must not. `title` and `date` (an ISO day)
may be missing. The others are installed into an environment of their own in the cache folder, once.

Printed: precision and recall of those stretches, their F1; headlines that are the very words; days that are
the very day, of those a page has; CPU milliseconds a page, ours with the Lexbor parse alone beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
import venv
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from crawler.parse import read
from crawler.parse.body import open_body
from crawler.seed import read_bytes
from storage.records import Page, Source, TargetKind

_PEERS = {
    "trafilatura": ["trafilatura==2.0.0", "lxml-html-clean"],
    "readability": ["readability-lxml>=0.8.1", "lxml-html-clean"],
    "newspaper": ["newspaper4k>=0.9.3", "lxml-html-clean"],
    "resiliparse": [],
}
_SHARED = ["resiliparse>=0.15"]
_SOURCE = Source(name="Press", recipe="generic")


@dataclass(slots=True)
class Score:
    wanted: int = 0
    found: int = 0
    unwanted: int = 0
    headlines: int = 0
    days: int = 0
    milliseconds: list[float] = field(default_factory=list)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--alone", action="store_true", help="without the others")
    asked = parser.parse_args()
    folder = Path(os.environ["PRESSWATCH_EXTRACT_SET"])
    labels = json.loads((folder / "index.json").read_text(encoding="utf-8"))[: asked.pages]
    scores: dict[str, Score] = defaultdict(Score)
    lexbor: list[float] = []
    with ExitStack() as stack:
        peers = {} if asked.alone else {n: stack.enter_context(_peer(n)) for n in _PEERS}
        for label in labels:
            path = folder / label["file"]
            _count(scores["presswatch"], label, _ours(path, label, lexbor))
            for name, process in peers.items():
                _count(scores[name], label, _ask(process, path, label))
    _print(scores, labels, lexbor)


# ---------------------------------------------------------------- who reads


def _ours(path: Path, label: dict[str, Any], lexbor: list[float]) -> dict[str, Any]:
    data = read_bytes(path)
    url = label["url"] if label["url"].startswith("http") else ""
    page = Page(url, url, 200, (("Content-Type", "text/html"),), data, None)
    started = time.process_time()
    article = read(page, _SOURCE, TargetKind.ARTICLE).article
    spent = 1000 * (time.process_time() - started)
    markup = open_body(page).text
    started = time.process_time()
    LexborHTMLParser(markup)
    lexbor.append(1000 * (time.process_time() - started))
    body = "\n".join(article.paragraphs) if article else ""
    headline, published = (article.headline, article.published) if article else (None, None)
    return {"body": body, "headline": headline, "published": published, "milliseconds": spent}


@contextmanager
def _peer(name: str) -> Iterator[subprocess.Popen[str]]:
    command = [str(_environment(name)), str(Path(__file__).with_name("extract_peers.py")), name]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _environment(name: str) -> Path:
    """The Python of the environment that has `name` in it; made where it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "presswatch-bench" / name
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print(f"installing {name} …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        for wanted in (["pip>=24"], [*_SHARED, *_PEERS[name]]):
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", *wanted], check=True)
        (folder / "ready").touch()
    return python


def _ask(process: subprocess.Popen[str], path: Path, label: dict[str, Any]) -> dict[str, Any]:
    assert process.stdin is not None
    assert process.stdout is not None
    print(json.dumps({"path": str(path), "url": label["url"]}), file=process.stdin, flush=True)
    answer: dict[str, Any] = json.loads(process.stdout.readline())
    return answer


# ---------------------------------------------------------------- how well


def _count(score: Score, label: dict[str, Any], told: dict[str, Any]) -> None:
    body = _squashed(told["body"])
    score.wanted += len(label["with"])
    score.found += sum(_squashed(stretch) in body for stretch in label["with"])
    score.unwanted += sum(_squashed(stretch) in body for stretch in label["without"])
    score.headlines += bool(label.get("title")) and _words(told["headline"]) == _words(label["title"])
    score.days += _is_day(label) and (told["published"] or "")[:10] == label["date"]
    score.milliseconds.append(told["milliseconds"])


def _print(scores: dict[str, Score], labels: list[dict[str, Any]], lexbor: list[float]) -> None:
    titled, dated = sum(bool(label.get("title")) for label in labels), sum(map(_is_day, labels))
    print(f"{len(labels)} pages, {titled} with a headline, {dated} with a day\n")
    print(
        f"{'':12} {'precision':>9} {'recall':>7} {'F1':>7} {'headline':>9} {'day':>6} {'ms mean':>8} {'median':>7}"
    )
    ours = statistics.mean(scores["presswatch"].milliseconds)
    for name, score in scores.items():
        precision = score.found / max(1, score.found + score.unwanted)
        recall = score.found / max(1, score.wanted)
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        mean, median = statistics.mean(score.milliseconds), statistics.median(score.milliseconds)
        print(
            f"{name:12} {precision:9.4f} {recall:7.4f} {f1:7.4f} {score.headlines / max(1, titled):9.4f}"
            f" {score.days / max(1, dated):6.3f} {mean:8.2f} {median:7.2f}   {mean / ours:.1f} times ours"
        )
    beyond = ours - statistics.mean(lexbor)
    print(f"\nof ours, the Lexbor parse {statistics.mean(lexbor):.2f} ms a page; beyond it {beyond:.2f} ms")


def _is_day(label: dict[str, Any]) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", str(label.get("date") or "")) is not None


def _squashed(text: str | None) -> str:
    return " ".join((text or "").split())


def _words(text: str | None) -> list[str]:
    return re.findall(r"\w+", (text or "").lower())


if __name__ == "__main__":
    main()
