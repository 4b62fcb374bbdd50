"""What a page costs from fetch to record, beside others, on the same pages in the same run.

    python -m tests.benchmarks.crawl [--pages N] [--rounds N] [--alone]

Each round every contender crawls for the first time, again with everything answered 304, and once more with the
same bodies in full; the rounds interleave them. Printed: the medians, and how many times presswatch is cheaper.
Scrapy, the plain loop and the floor live in an environment of their own in the cache folder, made once.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import venv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.crawl import press
from tests.benchmarks.crawl.measure import Cost, cost

_HERE = Path(__file__).parent
_NEEDED = [
    "scrapy>=2.13",
    "requests",
    "trafilatura==2.0.0",
    "lxml-html-clean",
    "pycurl",
    "selectolax>=1.0.2,<2",
]
_PHASES = {"first": True, "all 304": True, "same body": False}  # whether the server has validators


@dataclass(frozen=True, slots=True)
class Contender:
    """`command`: of the first crawl (True) or a later one, given the root address and the number of pages."""

    name: str
    command: Callable[[str, int, bool], list[str]]
    prepare: Callable[[Path, str, int], None] = lambda folder, root, pages: None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=5_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="without the others")
    asked = parser.parse_args()
    contenders = [Contender("presswatch", _ours, _configure)]
    if not asked.alone:
        contenders += [_other(name) for name in ("spider", "loop", "floor")]
    with tempfile.TemporaryDirectory(prefix="presswatch-bench-") as folder:
        costs = _run(contenders, asked.pages, asked.rounds, Path(folder))
    _print(costs, asked.pages)


def _run(
    contenders: list[Contender], pages: int, rounds: int, work: Path
) -> dict[tuple[str, str], list[Cost]]:
    site, port = work / "site", press.free_port()
    press.write_site(site, pages)
    root = f"http://127.0.0.1:{port}/"
    costs: dict[tuple[str, str], list[Cost]] = defaultdict(list)
    for turn in range(rounds):
        for contender in contenders:
            folder = work / f"{contender.name}-{turn}"
            folder.mkdir()
            contender.prepare(folder, root, pages)
        for phase, has_validators in _PHASES.items():
            with press.serving(site, port, work, validators=has_validators):
                for contender in contenders:
                    folder = work / f"{contender.name}-{turn}"
                    command = contender.command(root, pages, phase == "first")
                    found = cost(command, cwd=folder)
                    costs[contender.name, phase].append(found)
                    print(_line(contender.name, phase, found, pages), file=sys.stderr, flush=True)
    return costs


# ---------------------------------------------------------------- who crawls


def _ours(root: str, pages: int, is_first: bool) -> list[str]:
    return [str(Path(sys.executable).with_name("presswatch")), "crawl", *([] if is_first else ["--all"])]


def _configure(folder: Path, root: str, pages: int) -> None:
    addresses = ", ".join(f'"{root}{path}"' for path in press.listings(pages))
    (folder / "config.toml").write_text(_SETTINGS.format(listings=addresses), encoding="utf-8")


_SETTINGS = """
[fetch]
delay_seconds = 0.0
concurrency = 64
per_host = 64
allow_private_addresses = true

[[sources]]
name = "Quay Courier"
listings = [{listings}]
"""


def _other(name: str) -> Contender:
    python = str(_environment())
    script = str(_HERE / f"{name}.py")
    return Contender(name, lambda root, pages, is_first: [python, script, root, str(pages), "kept.db"])


def _environment() -> Path:
    """The Python of the environment that has the others in it; made where it is not there yet."""
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    folder = cache / "presswatch-bench" / "crawl"
    python = folder / "bin" / "python"
    if not (folder / "ready").exists():
        print("installing the others …", file=sys.stderr)
        venv.create(folder, with_pip=True, clear=True)
        for wanted in (["pip>=24"], _NEEDED):
            subprocess.run([python, "-m", "pip", "install", "--quiet", "--upgrade", *wanted], check=True)
        (folder / "ready").touch()
    return python


# ---------------------------------------------------------------- what is printed


def _line(name: str, phase: str, found: Cost, pages: int) -> str:
    each = 1000 * found.cpu_seconds / pages
    return (
        f"{name:<11}{phase:<10}{each:8.3f} ms CPU a page {pages / found.seconds:8.0f} pages/s"
        f"{found.peak_bytes / 2**20:8.0f} MiB at most"
    )


def _print(costs: dict[tuple[str, str], list[Cost]], pages: int) -> None:
    def median(key: tuple[str, str]) -> float:
        return statistics.median(found.cpu_seconds for found in costs[key])

    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{pages} pages of about 60 KB; {machine}")
    for key, found in costs.items():
        middle = sorted(found, key=lambda each: each.cpu_seconds)[len(found) // 2]
        times = median(key) / median(("presswatch", key[1]))
        print(
            _line(*key, middle, pages),
            "" if key[0] == "presswatch" else f"  {times:6.2f} times presswatch's CPU",
        )


if __name__ == "__main__":
    main()
