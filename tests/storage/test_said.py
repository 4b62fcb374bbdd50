"""What is said about changes: assessments and annotations, on every store."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from storage import open_store
from storage.memory import MemoryStore
from storage.records import Annotation, Assessment, Change, ChangeKind, Ruling
from storage.sql import SqlStore
from storage.store import Filter, Store
from tests.flow.test_watching import BRIDGE, article, day, edited, watch

EDITED = edited(BRIDGE, "240", "420")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else open_store(f"sqlite:///{tmp_path}/store.db")


def assessed(change: Change, **said: object) -> Assessment:
    plain = Assessment(
        change.id,
        change.item_id,
        change.source,
        change.detected_at,
        version=1,
        kinds=("lead", "number"),
        weight=40,
        is_stealth=True,
        edit_id="e1",
        edits=({"where": "lead", "kinds": ["number"], "old": "240", "new": "420", "evidence": []},),
        parts=({"points": 40},),
        removed=("240 thousand",),
        added=("420 thousand",),
        replaced=(("240", "420"),),
    )
    return replace(plain, **said)  # type: ignore[arg-type]


def an_edit(store: Store, *, url: str = "https://gazette.example/bridge", at: float = 1) -> Change:
    watch(store, article(0, url=url), article(at, EDITED, url=url))
    return [c for c in store.changes(Filter()) if c.kind is ChangeKind.CHANGED][-1]


def test_an_assessment_is_given_back_as_it_was_put(store: Store) -> None:
    change = an_edit(store)
    assert [c.id for c in store.unassessed(1)] == [change.id]
    one = assessed(change)
    store.put_assessments([one])
    assert store.assessments([change.id, "unknown"]) == {change.id: one}
    assert list(store.all_assessments()) == [one]
    assert list(store.all_assessments(until=change.detected_at)) == []
    assert store.unassessed(1) == []


def test_newer_rules_leave_nothing_assessed(store: Store) -> None:
    change = an_edit(store)
    store.put_assessments([assessed(change)])
    assert [c.id for c in store.unassessed(2)] == [change.id]
    assert store.assessments([change.id]) == {}


def test_assessments_from_a_time_on_are_taken_back(store: Store) -> None:
    change = an_edit(store)
    store.put_assessments([assessed(change)])
    assert not store.drop_assessments(day(1.5))
    assert store.drop_assessments(change.detected_at)
    assert store.assessments([change.id]) == {}


def test_assessing_again_replaces_what_was_said(store: Store) -> None:
    change = an_edit(store)
    store.put_assessments([assessed(change)])
    store.put_assessments([assessed(change, weight=7)])
    assert store.assessments([change.id])[change.id].weight == 7


def test_kinds_are_counted_by_source(store: Store) -> None:
    change = an_edit(store)
    store.put_assessments([assessed(change), assessed(change, change_id="another", source="Mirror")])
    assert sorted(store.kind_counts()) == [
        ("Gazette", ("lead", "number"), 1),
        ("Mirror", ("lead", "number"), 1),
    ]


def test_changes_that_share_an_edit_are_found_with_their_items(store: Store) -> None:
    change = an_edit(store)
    store.put_assessments([assessed(change), assessed(change, change_id="not in the log")])
    assert store.sharing(["e1", "e2"]) == {"e1": {change.id: change.item_id}}


def test_older_evidence_takes_back_the_assessments_it_may_bear_on(store: Store) -> None:
    change = an_edit(store)
    store.put_assessments([assessed(change)])
    watch(store, article(0.5, edited(BRIDGE, "240", "300")))
    assert store.assessments([change.id]) == {}
    assert len(store.unassessed(1)) == 2


def test_what_a_reviewer_said_outlasts_older_evidence(store: Store) -> None:
    change = an_edit(store)
    said = Annotation(change.id, Ruling.FALSE_ALARM, "A. Reviewer", day(3), "a misprint of the archive")
    store.annotate(said)
    store.annotate(replace(said, ruling=Ruling.WITHDRAWN, at=day(4), note=""))
    watch(store, article(-1, url="https://gazette.example/elsewhere"))
    kept = store.annotations([change.id])[change.id]
    assert [(a.ruling, a.by, a.at, a.note) for a in kept] == [
        (Ruling.FALSE_ALARM, "A. Reviewer", day(3), "a misprint of the archive"),
        (Ruling.WITHDRAWN, "A. Reviewer", day(4), ""),
    ]
    assert store.annotations() == {change.id: kept}
    assert store.annotations(["unknown"]) == {}


def test_what_ties_items_is_found_from_either_end(store: Store) -> None:
    log = watch(store, article(0), article(1, url="https://gazette.example/bridge-2"))
    for item_id in (log[0].item_id, log[1].item_id):
        assert [c.id for c in store.related([item_id])] == [log[1].id]
    assert store.related(["unknown"]) == []


def test_first_texts_are_the_first_of_many(store: Store) -> None:
    change = an_edit(store)
    ((item, snapshot),) = store.first_texts([change.item_id, "unknown"]).values()
    assert (item.id, snapshot.number) == (change.item_id, 1)
    assert set(store.changes_by_id([change.id, "unknown"])) == {change.id}


def test_both_stores_are_stores() -> None:
    assert {name for name in dir(SqlStore) if not name.startswith("_")} >= {
        name for name in dir(Store) if not name.startswith("_")
    }
