"""What every store must do, and what only one on disk can do wrong."""

from __future__ import annotations

from dataclasses import asdict, fields, replace
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlmodel import SQLModel

from crawler import pipeline
from crawler.compare.fingerprint import sight
from crawler.urls import canonical
from storage import migrate, open_store
from storage.engine import create_engine
from storage.errors import Conflict, NotFound, StoreError, StoreTooNew, StoreTooOld
from storage.evidence import EvidenceFolder, EvidenceInMemory
from storage.known import Questions
from storage.memory import MemoryStore
from storage.records import DateOrder, Origin, Outcome, Source, Target, TargetKind, Visit
from storage.store import Filter, Store
from tests.flow.test_watching import BRIDGE, article, day, edited


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else open_store(f"sqlite:///{tmp_path}/store.db")


SOURCE = Source(
    "Gazette",
    recipe="kcnawatch",
    listings=("https://gazette.example/",),
    time_zone="Asia/Seoul",
    date_order=DateOrder.DMY,
    language="en",
    every_seconds=90.5,
)
TARGET = Target(
    "a|gazette.example/bridge",
    "https://gazette.example/bridge/",
    "Gazette",
    TargetKind.ARTICLE,
    etag='"a1"',
    last_modified="Wed, 04 Mar 2026 00:00:00 GMT",
    body_digest="d" * 64,
    first_visit=day(0),
    last_visit=day(1),
    next_visit=day(2),
    last_change=day(1),
    failures=3,
)


def take(store: Store, *seen: object, **more: object) -> None:
    sightings = [sight(one, Origin.IMPORT) for one in seen]  # type: ignore[arg-type]
    pipeline.take(store, sightings, lambda url, source: canonical(url), **more)  # type: ignore[arg-type]


def test_a_source_comes_back_field_by_field(store: Store) -> None:
    store.put_sources([SOURCE])
    assert store.sources() == [SOURCE]


def test_a_source_no_longer_configured_stays_known_unwatched(store: Store) -> None:
    store.put_sources([SOURCE])
    store.put_sources([])
    assert store.sources() == [replace(SOURCE, is_watched=False)]


def test_a_target_comes_back_field_by_field(store: Store) -> None:
    store.put_targets([TARGET])
    assert store.targets([TARGET.key, "a|other"]) == {TARGET.key: TARGET}


def test_due_articles_come_most_overdue_first_and_never_visited_ones_before(store: Store) -> None:
    fresh = replace(TARGET, key="a|fresh", next_visit=None)
    later = replace(TARGET, key="a|later", next_visit=day(9))
    overdue = replace(TARGET, key="a|overdue", next_visit=day(1))
    store.put_targets([TARGET, fresh, later, overdue])
    assert [t.key for t in store.article_targets(["Gazette"], day(3))] == ["a|fresh", "a|overdue", TARGET.key]
    assert len(store.article_targets(["Gazette"], None)) == 4
    assert store.article_targets(["Telegraph"], None) == []


def test_a_visit_comes_back_with_its_reason(store: Store) -> None:
    visit = Visit("https://g.example", "Gazette", TargetKind.LISTING, day(1), Outcome.FAILED, "time-out", 500)
    take(store, visits=[visit])
    assert list(store.visits(day(1), day(2))) == [visit]
    assert list(store.visits(day(2))) == []


def test_a_snapshot_and_a_change_come_back_field_by_field(tmp_path: Path) -> None:
    memory, disk = MemoryStore(), open_store(f"sqlite:///{tmp_path}/store.db")
    for one in (memory, disk):
        take(one, article(0), article(1, edited(BRIDGE, "240", "420"), headline="Bridge: 420 thousand"))
    assert list(disk.changes(Filter())) == list(memory.changes(Filter()))
    (state,) = memory.items()
    assert [asdict(s) for s in disk.snapshots(state.item.id)] == [
        asdict(s) for s in memory.snapshots(state.item.id)
    ]
    assert [s.item for s in disk.items()] == [state.item]
    assert disk.spans(state.item.id) == memory.spans(state.item.id)
    assert {f.name for f in fields(state)} == {f.name for f in fields(next(iter(disk.items())))}


def test_a_verdict_on_old_knowledge_is_refused_whole(store: Store) -> None:
    verdict = pipeline.weigh(store, [sight(article(0), Origin.IMPORT)], lambda url, source: canonical(url))
    take(store, article(1))
    with pytest.raises(Conflict):
        store.record(verdict, targets=[TARGET])
    assert store.targets([TARGET.key]) == {}


def test_deciding_again_after_a_conflict_records_both(store: Store) -> None:
    class Busy:
        """The store, into which another process records once, between recall and record."""

        def __init__(self) -> None:
            self.is_disturbed = False

        def __getattr__(self, name: str) -> object:
            return getattr(store, name)

        def record(self, *args: object, **more: object) -> None:
            if not self.is_disturbed:
                self.is_disturbed = True
                take(store, article(0))
            store.record(*args, **more)  # type: ignore[arg-type]

    take(Busy(), article(1, edited(BRIDGE, "240", "420")))  # type: ignore[arg-type]
    assert [c.kind.value for c in store.changes(Filter())] == ["new", "changed"]


def test_the_migrations_give_exactly_the_tables(tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path}/store.db")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.parametrize(("revision", "error"), [("9999", StoreTooNew), (None, StoreError)])
def test_a_store_of_another_version_or_program_is_refused(
    tmp_path: Path, revision: str | None, error: type[StoreError]
) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    engine = create_engine(url)
    with engine.connect().execution_options(is_writing=True) as connection, connection.begin():
        if revision is None:
            connection.execute(text("DELETE FROM alembic_version"))
        else:
            connection.execute(text("UPDATE alembic_version SET version_num = :v"), {"v": revision})
    with pytest.raises(error):
        open_store(url)


def test_an_older_store_asks_for_the_upgrade(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/store.db"
    open_store(url).close()
    monkeypatch.setattr(migrate, "head", lambda: "0002")
    with pytest.raises(StoreTooOld, match="presswatch db upgrade"):
        open_store(url)


def test_a_new_store_file_is_for_its_owner_only(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/store.db").close()
    assert (tmp_path / "store.db").stat().st_mode & 0o077 == 0


def test_a_store_keeps_its_texts_compressed(tmp_path: Path) -> None:
    disk = open_store(f"sqlite:///{tmp_path}/store.db")
    take(disk, article(0, tuple(f"{p} " * 200 for p in BRIDGE)))
    disk.close()
    assert BRIDGE[0].encode() * 2 not in (tmp_path / "store.db").read_bytes()
    assert (tmp_path / "store.db").stat().st_size < 400_000


def test_an_empty_question_is_answered(store: Store) -> None:
    assert store.recall(Questions()).next_seq == 1


@pytest.mark.parametrize("kind", ["folder", "memory"])
def test_evidence_comes_back_by_its_digest_and_only_so(tmp_path: Path, kind: str) -> None:
    kept = EvidenceFolder(tmp_path / "e") if kind == "folder" else EvidenceInMemory()
    digest = kept.put(b"<html>as it was</html>")
    assert (kept.put(b"<html>as it was</html>"), kept.get(digest)) == (digest, b"<html>as it was</html>")
    with pytest.raises(NotFound):
        kept.get("0" * 64)


def test_evidence_that_was_altered_is_found_out(tmp_path: Path) -> None:
    kept = EvidenceFolder(tmp_path)
    digest, other = kept.put(b"one"), kept.put(b"other")
    (tmp_path / digest[:2] / f"{digest}.zst").write_bytes(
        (tmp_path / other[:2] / f"{other}.zst").read_bytes()
    )
    with pytest.raises(ValueError, match="altered"):
        kept.get(digest)
