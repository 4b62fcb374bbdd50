"""Looking up reads a bounded number of rows, by index, however much the store holds."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, event, insert, text

from crawler.compare import match
from storage import blobs, migrate, open_store
from storage.engine import create_engine
from storage.known import Known, Questions, Rows, Verdict
from storage.memory import MemoryStore
from storage.records import (
    Article,
    Change,
    ChangeKind,
    Clue,
    Item,
    Origin,
    Snapshot,
    Span,
    Subject,
)
from storage.sql import SqlStore
from storage.tables import ADDRESS, BLOB, CHANGE, CLUE, COMPLETION, ITEM, OBSERVATION, SNAPSHOT, SPAN
from tests.flow.test_watching import day

POSTGRES = os.environ.get("PRESSWATCH_TEST_POSTGRES")  # its public schema is emptied by the tests
TABLES = (ADDRESS, BLOB, CHANGE, CLUE, COMPLETION, ITEM, OBSERVATION, SNAPSHOT, SPAN)
STEP = timedelta(seconds=1)
HOT = ("a-text", -(2**62))
CLUES = Questions(clues=frozenset({frozenset({HOT, ("a-text", 7)})}))
EVERYTHING = Questions(
    identities=frozenset({"i"}),
    keys=frozenset({"a|g.example/1"}),
    texts=frozenset({"a|item000099"}),
    whereabouts=frozenset({"a|g.example/2"}),
    places=frozenset({"l|Gazette|g.example", "b|Gazette", "a|g.example/1"}),
    clues=CLUES.clues,
    instants=frozenset({day(0)}),
)


def opened(kind: str, folder: Path) -> SqlStore:
    url = f"sqlite:///{folder}/store.db"
    if kind == "postgres":
        if POSTGRES is None:
            pytest.skip("PRESSWATCH_TEST_POSTGRES names no database")
        url = POSTGRES
        engine = create_engine(url)
        with engine.begin() as db:
            db.execute(text("DROP SCHEMA public CASCADE"))
            db.execute(text("CREATE SCHEMA public"))
        engine.dispose()
    store = open_store(url)
    assert isinstance(store, SqlStore)
    return store


@pytest.fixture(params=["sqlite", "postgres"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqlStore]:
    store = opened(request.param, tmp_path)
    yield store
    store.close()


def engine_of(store: SqlStore) -> Engine:
    return store._engine


def fill(store: SqlStore, **rows: list[dict[str, Any]]) -> None:
    """Put rows straight into the tables, of which the store would take long to make as many."""
    tables = {table.name: table for table in TABLES}
    with engine_of(store).connect().execution_options(is_writing=True) as db, db.begin():
        for name, some in rows.items():
            for start in range(0, len(some), 5000):
                db.execute(insert(tables[name]), some[start : start + 5000])
        if db.dialect.name == "postgresql":
            db.execute(text("ANALYZE"))


# ---------------------------------------------------------------- rows of a store that is full of one thing


def item(number: int) -> dict[str, Any]:
    return {
        "id": f"item{number:06}",
        "subject": "article",
        "source": "Gazette",
        "first_seen": day(0) + number * STEP,
        "tie_order": f"{number:06}",
        "origin": "import",
    }


def snapshot(item_id: str, number: int) -> dict[str, Any]:
    return {
        "id": f"{item_id}-{number}",
        "item_id": item_id,
        "number": number,
        "seen_at": day(0) + number * STEP,
        "exact": "e",
        "normaliser": 1,
        "source": "Gazette",
        "url": None,
        "origin": "import",
        "blob": "b",
    }


def clue(number: int, kind: str = HOT[0], value: int = HOT[1]) -> dict[str, Any]:
    item_id = f"item{number:06}"
    at = day(0) + number // 10 * STEP  # ten of one instant
    return {"kind": kind, "value": value, "item_id": item_id, "snapshot_id": f"{item_id}-1", "at": at}


def change(number: int, kind: str, item_id: str, of: str | None = None) -> dict[str, Any]:
    at = day(0) + number // 10 * STEP
    return {
        "id": f"{kind}{number:06}{item_id}",
        "kind": kind,
        "subject": "article",
        "item_id": item_id,
        "source": "Gazette",
        "detected_at": at,
        "changed_before": at,
        "fields": ["body"],
        "of": of,
        "reason": "",
        "rank": number,
    }


def span(number: int, item_id: str, place: str) -> dict[str, Any]:
    at = day(0) + number * STEP
    return {
        "item_id": item_id,
        "place": place,
        "snapshot_id": f"{item_id}-1",
        "shown": "s",
        "first_at": at,
        "last_at": at,
        "position": 0,
        "closed_at": at + STEP,
        "is_missing": False,
        "is_block": False,
    }


def sighting(number: int, place: str) -> dict[str, Any]:
    return {
        "seq": number + 1,
        "identity": f"{place}{number}",
        "kind": "article",
        "source": "Gazette",
        "at": day(0) + number * STEP,
        "place": place,
        "digest": str(number),
        "tie_order": "",
        "origin": "crawl",
        "is_block": False,
    }


def a_text() -> list[dict[str, Any]]:
    data = blobs.content_json(Article("Gazette", None, None, "Headline", paragraphs=("Body.",)))
    return [{"digest": "b", "data": blobs.compress(data)}]


def hot_clue(count: int) -> dict[str, list[dict[str, Any]]]:
    """`count` items that share a clue."""
    ids = [f"item{number:06}" for number in range(count)]
    return {
        "blob": a_text(),
        "item": [item(number) for number in range(count)],
        "snapshot": [snapshot(id_, 1) for id_ in ids],
        "clue": [clue(number) for number in range(count)],
    }


def old_item(count: int) -> dict[str, list[dict[str, Any]]]:
    """One item with `count` of all that an item can have many of: found by a clue."""
    one = "item000000"
    kinds = ("removed", "restored", "changed")
    return {
        "blob": a_text(),
        "item": [item(0)],
        "snapshot": [snapshot(one, number + 1) for number in range(count)],
        "clue": [clue(0)],
        "span": [span(number, one, place) for number in range(count) for place in ("a|1", "g|a|1")],
        "change": [change(number, kind, one) for number in range(count // 3) for kind in kinds]
        + [change(number, kind, f"other{number}", one) for number in range(count // 2) for kind in COPIES],
        "observation": [sighting(number, "a|1") for number in range(count)],
    }


COPIES = ("duplicate", "moved")
QUESTIONS = Questions(
    clues=frozenset({frozenset({HOT})}), places=frozenset({"a|1"}), instants=frozenset({day(0)})
)


# ---------------------------------------------------------------- how much is read


def steps(store: SqlStore, questions: Questions, before: Any = None) -> int:
    """How many steps of SQLite's machine the answer takes: reading a row takes some, whatever the cache."""
    count = 0

    def tick() -> int:
        nonlocal count
        count += 1
        return 0

    with engine_of(store).connect() as connection:  # the pool hands the same one to the store
        driver: Any = connection.connection.driver_connection
    store.recall(questions, before)
    driver.set_progress_handler(tick, 1)
    store.recall(questions, before)
    driver.set_progress_handler(None, 0)
    return count


@pytest.mark.parametrize("fill_of", [hot_clue, old_item])
@pytest.mark.parametrize("is_rewound", [False, True])
def test_what_is_read_does_not_grow_with_the_store(tmp_path: Path, fill_of: Any, is_rewound: bool) -> None:
    before = day(30) if is_rewound else None
    taken = []
    for count in (1_000, 20_000):
        folder = tmp_path / str(count)
        folder.mkdir()
        store = opened("sqlite", folder)
        fill(store, **fill_of(count))
        taken.append(steps(store, QUESTIONS, before))
        store.close()
    assert 100 < taken[0] == taken[1]


def test_of_a_clue_that_many_share_the_oldest_items_come_back(disk: SqlStore) -> None:
    fill(disk, **hot_clue(300))
    known = disk.recall(QUESTIONS)
    assert [c.item_id for c in known.clues(*HOT)] == [f"item{number:06}" for number in range(64)]
    assert len(known.rows.items) == 64
    earlier = disk.recall(QUESTIONS, day(0) + 2 * STEP)
    assert [c.item_id for c in earlier.clues(*HOT)] == [f"item{number:06}" for number in range(20)]


def test_a_band_that_many_share_brings_fewer(disk: SqlStore) -> None:
    rows = hot_clue(300)
    fill(disk, **rows | {"clue": [clue(number, kind="a-band") for number in range(300)]})
    known = disk.recall(Questions(clues=frozenset({frozenset({("a-band", HOT[1])})})))
    assert [c.item_id for c in known.clues("a-band", HOT[1])] == [f"item{n:06}" for n in range(16)]


def test_of_an_item_with_a_long_history_the_latest_comes_back(disk: SqlStore) -> None:
    fill(disk, **old_item(600))
    known = disk.recall(QUESTIONS)
    one = "item000000"
    assert [s.number for s in known.snapshots(one)] == list(range(551, 601))
    assert {s.place: s.first_at for s in known.spans(one)} == {
        "a|1": day(0) + 599 * STEP,
        "g|a|1": day(0) + 599 * STEP,
    }
    assert known.turns(one)[-1].detected_at == day(0) + 29 * STEP
    assert {c.kind.value for c in known.copies(one)} == set(COPIES)
    assert len(known.rows.changes) == 16 * (2 + len(COPIES))
    assert known.latest_at("a|1") == (day(0) + 599 * STEP, "599")
    assert known.has_instant(day(0))


def test_what_a_clue_finds_is_the_same_in_every_store(disk: SqlStore) -> None:
    """Ten articles of one instant, taken in against the order of their ids; then an older one."""
    rows, memory = Rows(), MemoryStore()
    for number in [*reversed(range(100, 110)), 3]:
        id_, at = f"item{number:06}", day(0) + number // 100 * STEP
        content = Article("Gazette", None, None, "Headline", paragraphs=("Body.",))
        rows.items.append(Item(id_, Subject.ARTICLE, "Gazette", at, f"{number}", Origin.IMPORT))
        rows.snapshots.append(Snapshot(f"{id_}-1", id_, 1, at, "e", 1, content))
        rows.clues.append(Clue(*HOT, id_, f"{id_}-1", at))
        rows.spans[id_, f"i|{id_}", at] = Span(id_, f"i|{id_}", f"{id_}-1", "s", at, at)
        rows.changes.append(
            Change(f"c{id_}", ChangeKind.NEW, Subject.ARTICLE, id_, "Gazette", None, None, at, None, at)
        )
    for store in (memory, disk):
        store.record(Verdict(rows, [], {}, {}, 0))
    found = [
        [item.id for item in match.candidates(Subject.ARTICLE, [HOT], store.recall(QUESTIONS))]
        for store in (memory, disk)
    ]
    assert found == [["item000003", *(f"item{number:06}" for number in range(100, 110))]] * 2


def test_of_too_many_candidates_those_that_share_most_are_looked_at(disk: SqlStore) -> None:
    rows = hot_clue(64)
    rows["clue"] += [clue(number, value=HOT[1] + 1) for number in range(60, 64)]
    more = [item(number) for number in range(64, 80)]
    rows["item"] += more
    rows["snapshot"] += [snapshot(one["id"], 1) for one in more]
    rows["clue"] += [clue(number, value=HOT[1] + n) for number in range(64, 80) for n in (1, 2)]
    fill(disk, **rows)
    clues = [(HOT[0], HOT[1] + n) for n in range(3)]
    known = disk.recall(Questions(clues=frozenset({frozenset(clues)})))
    found = [item.id for item in match.candidates(Subject.ARTICLE, clues, known)]
    assert found == [f"item{number:06}" for number in [*range(44), *range(60, 80)]]


def test_what_a_block_ever_showed_is_not_read(disk: SqlStore) -> None:
    shown = [span(number, f"item{number:06}", "b|Gazette") | {"closed_at": None} for number in range(200)]
    fill(disk, blob=a_text(), item=[item(number) for number in range(200)], span=shown)
    assert disk.recall(Questions(places=frozenset({"b|Gazette"}))).rows.items == []


# ---------------------------------------------------------------- the plans


def full(count: int) -> dict[str, list[dict[str, Any]]]:
    """A store that is full of everything: hot clues, an item with a long history, others with a short one."""
    rows, history = hot_clue(count), old_item(count)
    ids = [one["id"] for one in rows["item"][1:]]
    rows["snapshot"] = history["snapshot"] + [snapshot(id_, 1) for id_ in ids]
    rows["span"] = history["span"] + [span(0, id_, f"a|{id_}") for id_ in ids]
    rows["change"] = history["change"]
    seen = (sighting(count + number, f"a|{id_}") for number, id_ in enumerate(ids))
    rows["observation"] = [*history["observation"], *seen]
    rows["blob"] += [{"digest": f"b{number}", "data": b""} for number in range(count)]
    at = {"at": day(0), "since": day(0)}
    rows["address"] = [{"key": f"a|{id_}", "item_id": id_, "url": id_} | at for id_ in ids]
    rows["completion"] = [{"item_id": id_, "name": "byline", "value": "A B"} | at for id_ in ids]
    return rows


def statements(store: SqlStore, questions: Questions, before: Any) -> list[tuple[str, Any]]:
    """Every statement of an answer, with its parameters."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, _many: bool) -> None:
        if statement.startswith(("SELECT", "WITH")):
            asked.append((statement, parameters))

    event.listen(engine_of(store), "before_cursor_execute", note)
    store.recall(questions, before)
    event.remove(engine_of(store), "before_cursor_execute", note)
    return asked


READ_WHOLE = {"source", "state"}  # one row a source, one row a counter
_SCAN = re.compile(r"^SCAN (\w+)(?!.* VIRTUAL TABLE)(?!.* USING COVERING INDEX \S+_at$)", re.MULTILINE)
_OF_ONE_INSTANT = "TEMP B-TREE FOR RIGHT PART OF ORDER BY"  # captures of one place, at one instant


@pytest.mark.parametrize("before", [None, day(30)])
def test_every_statement_of_an_answer_is_a_search_by_index(tmp_path: Path, before: Any) -> None:
    store = opened("sqlite", tmp_path)
    fill(store, **full(100))
    asked = statements(store, EVERYTHING, before)
    with engine_of(store).connect() as db:
        for statement, parameters in asked:
            rows = db.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = "\n".join(row.detail for row in rows)
            own = {"at", "CONSTANT"}  # the places of an item, found one after another; no table at all
            assert set(_SCAN.findall(plan)) - READ_WHOLE - own == set(), f"{statement}\n{plan}"
            if "FROM observation" in statement:
                plan = plan.replace(_OF_ONE_INSTANT, "")
            assert "TEMP B-TREE" not in plan, f"{statement}\n{plan}"
    assert len(asked) >= 16


@pytest.mark.parametrize("before", [None, day(30)])
def test_every_statement_of_an_answer_reads_few_rows_on_postgres(tmp_path: Path, before: Any) -> None:
    store = opened("postgres", tmp_path)
    fill(store, **full(6_000))
    asked = statements(store, EVERYTHING, before)
    with engine_of(store).connect() as db:
        for statement, parameters in asked:
            explain = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON)"
            ((plan,),) = db.exec_driver_sql(f"{explain} {statement}", parameters).scalars()
            assert _rows_read(plan["Plan"]) <= 64 * 50 + 64, f"{statement}\n{json.dumps(plan, indent=1)}"
    assert len(asked) >= 16
    store.close()


def _rows_read(node: dict[str, Any]) -> float:
    """The rows that the scans below `node` went through, those that they passed over included."""
    below = sum(_rows_read(child) for child in node.get("Plans", ()))
    if "Relation Name" not in node:
        return below
    passed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    return float(below + (node["Actual Rows"] + passed) * node["Actual Loops"])


# ---------------------------------------------------------------- older stores


def test_an_older_store_keeps_its_clues(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    engine = create_engine(url)
    with engine.connect().execution_options(is_writing=True) as db:
        command.upgrade(migrate._config(db), "0001")
        rows = [(HOT[1], HOT[0], f"item{n:06}-1", f"item{n:06}", (50 - n) * 1_000_000) for n in range(50)]
        for row in rows:
            db.exec_driver_sql(
                "INSERT INTO clue (value, kind, snapshot_id, item_id, at) VALUES (?, ?, ?, ?, ?)", row
            )
        db.commit()
    migrate.upgrade(engine)
    engine.dispose()
    known: Known = open_store(url).recall(QUESTIONS)
    assert [c.item_id for c in known.clues(*HOT)] == [f"item{n:06}" for n in reversed(range(50))]
