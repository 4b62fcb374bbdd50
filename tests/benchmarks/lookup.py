"""What looking up costs as the store grows: time, rows, memory at 10 thousand, 100 thousand, 1 million items.

    python -m tests.benchmarks.lookup [--most 1000000] [--folder DIR]

A store on SQLite is filled with articles (one text clue, one headline clue, 24 bands each). A quarter of the
bands are stock phrases, shared the more widely the commoner they are; every twentieth article is a copy of an
earlier one. Then strangers are looked up, half of which have a near-duplicate in the store, one by one and
sixteen at once, each once: *cold* with nothing in memory, *warm* after as many others, with the store's file in
the system's cache as far as that has room. The first is about the disk, the second about the work.

The system's cache is rid of the store's file before the cold measurement where that can be done.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from crawler.compare.similar import BANDS
from storage import blobs, open_store
from storage.engine import create_engine
from storage.known import Questions, Rows
from storage.records import Article
from storage.sql import SqlStore
from storage.tables import ADDRESS, BLOB, CHANGE, CLUE, ITEM, OBSERVATION, SNAPSHOT, SPAN

SIZES = (10_000, 100_000, 1_000_000)
START = datetime(2026, 1, 1, tzinfo=UTC)
LOOKUPS = 128  # of each kind; a warm-up of as many goes before the warm ones
BATCH = 16
_CHUNK = 2_000  # items filled in at once
_STOCK = 6  # bands of an article that are stock phrases
_PHRASES = 20_000
_COPIES = 20  # one article in so many copies an earlier one ...
_KEPT = 14  # ... and keeps so many of its bands
_BODY = 60  # words

Clues = frozenset[tuple[str, int]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest store")
    parser.add_argument("--folder", type=Path, help="where the store is made, and removed again")
    asked = parser.parse_args()
    sizes = [size for size in SIZES if size < asked.most] + [asked.most]
    with tempfile.TemporaryDirectory(dir=asked.folder) as folder:
        measured = [
            _at_size(Path(folder, "store.db"), *span) for span in zip([0, *sizes], sizes, strict=False)
        ]
    _print(sizes, measured)


def _at_size(path: Path, held: int, size: int) -> dict[str, float]:
    began = time.perf_counter()
    _apart(_fill, path, held, size)
    seconds = time.perf_counter() - began
    megabytes = path.stat().st_size / 1e6
    print(f"{size} items: {seconds:.0f} s to fill, {megabytes:.0f} MB", file=sys.stderr, flush=True)
    _drop_cache(path)
    measured: dict[str, float] = _apart(_measure, path, size)
    return measured | {"store MB": megabytes}


def _apart(work: Callable[..., Any], *given: Any) -> Any:
    """What `work` gives back from a process of its own, so that the peak of its memory is its alone."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, given)


def _read_through(path: Path) -> None:
    with path.open("rb") as file:
        while file.read(1 << 24):
            pass


def _drop_cache(path: Path) -> None:
    os.sync()
    for part in path.parent.iterdir():
        descriptor = os.open(part, os.O_RDONLY)
        if hasattr(os, "posix_fadvise"):
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)
        os.close(descriptor)


# ---------------------------------------------------------------- the articles


def clues_of(number: int) -> list[tuple[str, int]]:
    """The clues of article `number`: the same in every store, whatever its size."""
    chance = random.Random(number)
    text, headline, *own = (chance.getrandbits(64) - 2**63 for _ in range(2 + BANDS))
    bands = own[: BANDS - _STOCK] + _stock(chance)
    if number and number % _COPIES == 0:
        original = [value for kind, value in clues_of(chance.randrange(number)) if kind == "a-band"]
        bands[:_KEPT] = chance.sample(original, _KEPT)
    found = [("a-text", text), ("a-headline", headline)]
    return found + [("a-band", value) for value in dict.fromkeys(bands)]


def _stock(chance: random.Random) -> list[int]:
    """Stock phrases: the n-th commonest is used once for n uses of the commonest, as words are."""
    ranks = (int(_PHRASES ** chance.random()) for _ in range(_STOCK))
    return [random.Random(-rank).getrandbits(64) - 2**63 for rank in ranks]


def strangers(size: int, seed: int) -> Iterator[tuple[list[tuple[str, int]], str | None]]:
    """Clues of articles that are not in the store, each with the id of the one that it copies, if any."""
    chance = random.Random(f"{size} {seed}")
    for turn in range(sys.maxsize):
        clues = clues_of(2 * SIZES[-1] + chance.randrange(SIZES[-1]) * _COPIES + 1)
        if turn % 2:
            yield clues, None
            continue
        number = chance.randrange(size)
        bands = [clue for clue in clues_of(number) if clue[0] == "a-band"]
        yield clues[: 2 + BANDS - _KEPT] + chance.sample(bands, min(len(bands), _KEPT)), _id(number)


def _id(number: int) -> str:
    return f"{random.Random(~number).getrandbits(64):016x}"


# ---------------------------------------------------------------- filling


def _fill(path: Path, held: int, size: int) -> None:
    open_store(f"sqlite:///{path}").close()
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as db:
        driver: Any = db.connection.driver_connection
        driver.execute("PRAGMA synchronous=OFF")
        driver.execute("PRAGMA cache_size=-1000000")
        for start in range(held, size, _CHUNK):
            with db.begin():
                for table, rows in _rows(range(start, min(start + _CHUNK, size))).items():
                    db.execute(insert(table), rows)
        driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()


def _rows(numbers: range) -> dict[Any, list[dict[str, Any]]]:
    rows: dict[Any, list[dict[str, Any]]] = {
        table: [] for table in (BLOB, ITEM, SNAPSHOT, SPAN, ADDRESS, CHANGE, OBSERVATION, CLUE)
    }
    for number in numbers:
        for table, row in _article(number):
            rows[table].append(row)
        item_id = _id(number)
        own = {"item_id": item_id, "snapshot_id": f"s{item_id[1:]}", "at": _at(number)}
        rows[CLUE] += [own | {"kind": kind, "value": value} for kind, value in clues_of(number)]
    return rows


def _at(number: int) -> datetime:
    return START + timedelta(seconds=number)


def _article(number: int) -> Iterator[tuple[Any, dict[str, Any]]]:
    chance, at, item_id = random.Random(~number), _at(number), _id(number)
    source = f"Source {number % 50}"
    body = " ".join(f"{chance.getrandbits(24):x}" for _ in range(_BODY))
    data = blobs.content_json(Article(source, None, None, f"Headline {number}", paragraphs=(body,)))
    url, blob = f"https://press.example/{number}", blobs.digest(data)
    common = {"source": source, "url": url, "origin": "crawl"}
    snapshot_id = f"s{item_id[1:]}"
    yield BLOB, {"digest": blob, "data": blobs.compress(data)}
    yield ITEM, common | {"id": item_id, "subject": "article", "first_seen": at, "tie_order": ""}
    yield (
        SNAPSHOT,
        common
        | {"id": snapshot_id, "item_id": item_id, "number": 1, "seen_at": at, "exact": blob}
        | {"normaliser": 1, "blob": blob},
    )
    yield (
        SPAN,
        {"item_id": item_id, "place": f"a|{url}", "snapshot_id": snapshot_id, "shown": blob[:16]}
        | {"first_at": at, "last_at": at, "position": 0, "is_missing": False, "is_block": False},
    )
    yield ADDRESS, {"key": f"a|{url}", "item_id": item_id, "url": url, "since": at}
    yield (
        CHANGE,
        {"id": f"c{item_id[1:]}", "kind": "new", "subject": "article", "item_id": item_id, "source": source}
        | {"url": url, "detected_at": at, "changed_before": at, "after": snapshot_id, "fields": []}
        | {"reason": "not seen before", "rank": number},
    )
    yield (
        OBSERVATION,
        common
        | {"seq": number + 1, "identity": blob, "kind": "article", "at": at, "place": f"a|{url}"}
        | {"digest": blob, "tie_order": "", "is_block": False, "status": None, "blob": blob},
    )


# ---------------------------------------------------------------- measuring


def _measure(path: Path, size: int) -> dict[str, float]:
    store = open_store(f"sqlite:///{path}")
    assert isinstance(store, SqlStore)
    found: dict[str, float] = {}
    for seed, state in enumerate(("cold", "warm")):
        if state == "warm":
            _read_through(path)
        for batch in (1, BATCH):
            began = time.process_time()
            times, rows, hits = _look_up(store, size, seed, batch)
            used = (time.process_time() - began) / len(times)
            found |= {
                f"{state}, {batch}: median ms": statistics.median(times) * 1000,
                f"{state}, {batch}: p95 ms": statistics.quantiles(times, n=20)[-1] * 1000,
                f"{state}, {batch}: mean CPU ms": used * 1000,
                f"{state}, {batch}: rows": statistics.mean(rows),
            }
            found["copies found, %"] = min(found.get("copies found, %", 100.0), hits * 100)
    found["steps of SQLite, 1"] = _steps(store, size)
    found["memory, MB"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    store.close()
    return found


def _look_up(store: SqlStore, size: int, seed: int, batch: int) -> tuple[list[float], list[int], float]:
    """Seconds and rows of each look-up, and the share of copies whose original came back."""
    times, rows, wanted, hits = [], [], 0, 0
    some = strangers(size, seed * 100 + batch)
    for _ in range(LOOKUPS if batch == 1 else LOOKUPS // 2):
        asked = list(islice(some, batch))
        questions = Questions(clues=frozenset(frozenset(clues) for clues, _ in asked))
        began = time.perf_counter()
        known = store.recall(questions)
        times.append(time.perf_counter() - began)
        rows.append(_size(known.rows))
        originals = [original for _, original in asked if original is not None]
        wanted += len(originals)
        hits += sum(known.item(original) is not None for original in originals)
    return times, rows, hits / wanted


def _size(rows: Rows) -> int:
    of_items = len(rows.items) + len(rows.snapshots) + len(rows.spans) + len(rows.changes)
    return of_items + len(rows.addresses) + len(rows.clues)


def _steps(store: SqlStore, size: int) -> float:
    """Steps of SQLite's machine per look-up of one stranger: what it reads, whatever the cache."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    with store._engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
    driver.set_progress_handler(tick, 10)
    some = list(islice(strangers(size, 999), 32))
    for clues, _ in some:
        store.recall(Questions(clues=frozenset({frozenset(clues)})))
    driver.set_progress_handler(None, 0)
    return 10 * count / len(some)


def _print(sizes: list[int], measured: list[dict[str, float]]) -> None:
    print(f"{'':24}" + "".join(f"{size:>12}" for size in sizes) + f"{'last : first':>15}")
    for name in measured[0]:
        values = [one[name] for one in measured]
        print(f"{name:24}" + "".join(f"{value:12.1f}" for value in values), end="")
        print(f"{values[-1] / values[0]:15.2f}")


if __name__ == "__main__":
    main()
