"""What is forgotten, and what never is."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from crawler import pipeline
from crawler.compare.fingerprint import sight
from crawler.urls import canonical
from storage import open_store, retention
from storage.evidence import EvidenceFolder
from storage.records import Origin, Outcome, Run, TargetKind, Visit
from storage.retention import Pruned, Rules
from storage.sql import SqlStore
from storage.store import Filter
from tests.flow.test_watching import BRIDGE, article, day, edited

URL = "https://gazette.example/bridge"


@pytest.fixture
def store(url: str) -> Iterator[SqlStore]:
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def evidence(tmp_path: Path) -> EvidenceFolder:
    return EvidenceFolder(tmp_path / "evidence")


def visit(number: int, outcome: Outcome = Outcome.OK, url: str = URL) -> Visit:
    return Visit(url, "Gazette", TargetKind.ARTICLE, day(number), outcome)


def visited(store: SqlStore, *visits: Visit) -> None:
    pipeline.take(store, [], lambda url, source: url, visits=visits)


def pruned(
    store: SqlStore,
    evidence: EvidenceFolder,
    *,
    evidence_before: int | None = None,
    visits_before: int | None = None,
    is_dry: bool = False,
) -> Pruned:
    days = [None if number is None else day(number) for number in (evidence_before, visits_before)]
    return retention.prune(
        store, evidence, Rules(*days), is_dry=is_dry, told=lambda where: None, pause=lambda seconds: None
    )


def put(evidence: EvidenceFolder, body: bytes, number: int) -> str:
    """A raw response of that day."""
    digest = evidence.put(body)
    os.utime(evidence.path(digest), (day(number).timestamp(),) * 2)
    return digest


def digests(evidence: EvidenceFolder) -> set[str]:
    return {path.stem for path in evidence.paths()}


def test_without_rules_nothing_goes(store: SqlStore, evidence: EvidenceFolder) -> None:
    visited(store, visit(0), visit(1))
    put(evidence, b"guard", 0)
    assert pruned(store, evidence) == Pruned()
    assert (len(list(store.visits())), len(digests(evidence))) == (2, 1)


def test_old_visits_go_but_for_the_last_of_each_address(store: SqlStore, evidence: EvidenceFolder) -> None:
    other = "https://gazette.example/other"
    visited(store, visit(0), visit(1), visit(2), visit(0, url=other), visit(9))
    assert pruned(store, evidence, visits_before=5).visits == 3
    assert [(one.url, one.at) for one in store.visits()] == [(other, day(0)), (URL, day(9))]


def test_the_last_that_saw_an_address_stays_however_often_it_failed_since(
    store: SqlStore, evidence: EvidenceFolder
) -> None:
    failed = Outcome.FAILED
    visited(store, visit(0), visit(1), visit(2, failed), visit(3, failed), visit(4, failed))
    pruned(store, evidence, visits_before=9)
    assert [(one.at, one.outcome) for one in store.visits()] == [(day(1), Outcome.OK), (day(4), failed)]


def test_of_visits_at_one_instant_one_stays(store: SqlStore, evidence: EvidenceFolder) -> None:
    visited(store, visit(0), visit(0), visit(0))
    pruned(store, evidence, visits_before=9)
    assert len(list(store.visits())) == 1


def test_many_visits_go_in_many_steps(
    store: SqlStore, evidence: EvidenceFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "_STEP", 7)
    visited(store, *(visit(0, url=f"{URL}/{number % 10}") for number in range(100)))
    assert pruned(store, evidence, visits_before=1).visits == 90
    assert pruned(store, evidence, visits_before=1).visits == 0


def test_old_runs_go_but_for_the_last(store: SqlStore, evidence: EvidenceFolder) -> None:
    for number in range(3):
        store.finish_run(Run(store.start_run(day(number)), day(number), day(number)))
    assert pruned(store, evidence, visits_before=9).runs == 2
    assert [run.started for run in store.runs()] == [day(2)]


def test_old_raw_responses_go_that_nothing_was_read_from(store: SqlStore, evidence: EvidenceFolder) -> None:
    put(evidence, b"an old guard", 0)
    young = put(evidence, b"a young guard", 8)
    gone = pruned(store, evidence, evidence_before=5)
    assert (gone.evidence, digests(evidence)) == (1, {young})


def test_what_a_snapshot_or_an_observation_names_never_goes(
    store: SqlStore, evidence: EvidenceFolder
) -> None:
    first, again, second = (put(evidence, body, 0) for body in (b"first", b"again", b"second"))
    told = [article(0), article(1), article(2, edited(BRIDGE, "240", "420"))]
    sightings = [
        sight(one, Origin.CRAWL, evidence=digest)
        for one, digest in zip(told, (first, again, second), strict=True)
    ]
    pipeline.take(store, sightings, lambda url, source: canonical(url))
    log = list(store.changes(Filter()))
    pruned(store, evidence, evidence_before=99, visits_before=99)
    assert digests(evidence) == {first, again, second}
    assert list(store.changes(Filter())) == log


def test_a_dry_run_says_the_same_and_removes_nothing(store: SqlStore, evidence: EvidenceFolder) -> None:
    visited(store, visit(0), visit(1))
    for number in range(2):
        store.finish_run(Run(store.start_run(day(number)), day(number), day(number)))
    put(evidence, b"guard", 0)
    said = pruned(store, evidence, evidence_before=9, visits_before=9, is_dry=True)
    assert (len(list(store.visits())), len(digests(evidence)), len(store.runs())) == (2, 1, 2)
    assert pruned(store, evidence, evidence_before=9, visits_before=9) == said


def test_a_response_that_is_put_again_just_then_stays(evidence: EvidenceFolder) -> None:
    digest = put(evidence, b"guard", 0)
    old = evidence.older_than(day(5))
    evidence.put(b"guard")
    assert (list(old), evidence.drop(digest, day(5)), evidence.get(digest)) == ([digest], False, b"guard")


def test_where_pruning_was_broken_off_nothing_is_lost(evidence: EvidenceFolder) -> None:
    digest = put(evidence, b"guard", 0)
    evidence.path(digest).rename(evidence.path(digest).with_suffix(".pruned"))
    assert (list(evidence.older_than(day(5))), evidence.get(digest)) == ([digest], b"guard")


def test_packing_gives_room_back(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    visited(store, *(visit(0, url=f"{URL}/{'x' * 2000}") for _ in range(500)))
    store.drop_visits(day(0) + timedelta(days=1), None, is_dry=False)
    before = (tmp_path / "store.db").stat().st_size
    store.vacuum()
    store.close()
    assert (tmp_path / "store.db").stat().st_size < before / 2


def test_packing_works_on_every_store(store: SqlStore) -> None:
    store.vacuum()
    assert store.sources() == []
