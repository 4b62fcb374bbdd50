"""Leases, turns at a host, stretches, beats: what several processes share. Every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler import pipeline
from crawler.daemon import holder
from crawler.revisit import Keeper, Promise
from storage import open_store
from storage.memory import MemoryStore
from storage.records import Beat, Stretch, Stretched, Target, TargetKind
from storage.store import Store, Tier

NOW = datetime(2026, 3, 4, tzinfo=UTC)
LONG = timedelta(seconds=30)
DELAY, LASTS = timedelta(seconds=5), timedelta(seconds=60)
ARTICLE = Target("a|1", "https://gazette.example/1", "Gazette", TargetKind.ARTICLE, last_visit=NOW)


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return MemoryStore() if request.param == "memory" else open_store(f"sqlite:///{tmp_path}/store.db")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def hold(store: Store, who: str, seconds: float = 0.0, *dead: str) -> str:
    return store.hold("daemon", who, later(seconds), LONG, lambda name: name in dead).holder


# ---------------------------------------------------------------- leases


def test_a_lease_is_one_holders_until_its_time_is_over(store: Store) -> None:
    assert [hold(store, "A"), hold(store, "B", 29.9), hold(store, "B", 30.0)] == ["A", "A", "B"]


def test_a_lease_that_is_renewed_lasts_and_keeps_its_beginning(store: Store) -> None:
    hold(store, "A")
    hold(store, "A", 20)
    assert hold(store, "B", 45) == "A"
    lease = store.lease("daemon")
    assert lease is not None
    assert (lease.since, lease.until) == (NOW, later(50))


def test_the_lease_of_the_dead_is_taken_over_at_once(store: Store) -> None:
    hold(store, "A")
    assert hold(store, "B", 1, "A") == "B"


def test_a_lease_is_given_back_by_its_holder_alone(store: Store) -> None:
    hold(store, "A")
    store.let_go("daemon", "B")
    assert hold(store, "B", 1) == "A"
    store.let_go("daemon", "A")
    assert hold(store, "B", 2) == "B"


def test_this_process_is_not_taken_for_dead_by_another_name_of_its_own_place() -> None:
    alive = holder.name().replace('"pid": ', '"pid": 1')  # no such process
    assert holder.is_dead(alive)
    assert not holder.is_dead(holder.name().replace('"host": "', '"host": "elsewhere-'))
    assert not holder.is_dead("nonsense")


# ---------------------------------------------------------------- turns


def take(store: Store, token: str, seconds: float = 0.0, most: int = 2) -> tuple[bool, float]:
    turn = store.take_turn("gazette.example", token, later(seconds), DELAY, most, LASTS)
    return turn.is_taken, (turn.at - NOW).total_seconds()


def test_turns_at_a_host_stand_a_delay_apart(store: Store) -> None:
    assert [take(store, "a"), take(store, "b", 1)] == [(True, 0.0), (True, 5.0)]


def test_no_more_requests_are_under_way_than_allowed_until_one_ends(store: Store) -> None:
    take(store, "a")
    take(store, "b")
    assert take(store, "c", 6)[0] is False
    store.end_turn("gazette.example", "a", later(6))
    assert take(store, "c", 7) == (True, 10.0)


def test_a_turn_that_nobody_gives_back_ends_by_itself(store: Store) -> None:
    take(store, "a", most=1)
    assert take(store, "b", 59, most=1)[0] is False
    assert take(store, "b", 61, most=1) == (True, 61.0)


def test_hosts_do_not_wait_for_each_other(store: Store) -> None:
    take(store, "a")
    assert store.take_turn("other.example", "b", NOW, DELAY, 2, LASTS).at == NOW


def test_a_back_off_of_another_process_is_obeyed(store: Store) -> None:
    store.put_back_offs({"gazette.example": later(600)})
    turn = store.take_turn("gazette.example", "a", NOW, DELAY, 2, LASTS)
    assert (turn.is_taken, turn.is_backed_off, turn.at) == (False, True, later(600))


def test_a_back_off_is_prolonged_and_never_cut_short(store: Store) -> None:
    store.put_back_offs({"a.example": later(600)})
    store.put_back_offs({"a.example": later(60), "b.example": later(60)})
    assert store.back_offs() == {"a.example": later(600), "b.example": later(60)}


def test_a_clock_that_ran_ahead_blocks_no_host(store: Store) -> None:
    store.take_turn("gazette.example", "a", NOW + timedelta(days=400), DELAY, 2, LASTS)
    assert take(store, "b") == (True, 0.0)


# ---------------------------------------------------------------- stretches, beats, targets


def test_a_stretch_goes_on_while_it_is_said_again_in_time(store: Store) -> None:
    for seconds in (0, 60, 120, 400):
        store.extend(Stretched.DAEMON, None, later(seconds), timedelta(seconds=100))
    store.extend(Stretched.BUDGET, "Gazette", later(60), timedelta(seconds=100))
    assert store.stretches() == [
        Stretch(Stretched.DAEMON, None, NOW, later(120)),
        Stretch(Stretched.BUDGET, "Gazette", later(60), later(60)),
        Stretch(Stretched.DAEMON, None, later(400), later(400)),
    ]
    assert len(store.stretches(later(130))) == 1


def test_the_last_beat_of_a_source_is_known(store: Store) -> None:
    store.put_beat(Beat("Gazette", NOW, later(60)))
    store.put_beat(Beat("Gazette", later(60), None))
    assert store.beats() == {"Gazette": Beat("Gazette", later(60), None)}


def test_tiers_bring_what_was_not_visited_for_long_and_nothing_that_fails(store: Store) -> None:
    young = replace(ARTICLE, key="young", first_visit=NOW, next_visit=later(10**6))
    old = replace(young, key="old", first_visit=NOW - timedelta(days=90))
    failing = replace(young, key="failing", failures=1)
    store.put_targets([young, old, failing])
    tier = Tier(NOW - timedelta(days=2), later(60))
    assert [t.key for t in store.article_targets(["Gazette"], later(90), [tier])] == ["young"]
    anything = Tier(None, later(60))
    assert [t.key for t in store.article_targets(["Gazette"], later(90), [anything])] == ["old", "young"]


def test_what_is_due_is_counted_by_source(store: Store) -> None:
    store.put_targets(
        [
            replace(ARTICLE, key="new"),
            replace(ARTICLE, key="due", next_visit=NOW),
            replace(ARTICLE, key="later", next_visit=later(60)),
        ]
    )
    assert store.due_counts(NOW) == {"Gazette": (2, later(60))}
    assert store.has_due("Gazette", NOW)
    assert not store.has_due("Telegraph", NOW)


def test_what_is_learned_is_kept_as_it_is(store: Store) -> None:
    kept = Keeper(Promise()).as_json()
    ending = pipeline.Ending(learned={"Gazette": kept})
    pipeline.take(store, [], lambda url, source: url, finish=lambda verdict: ending)
    assert store.experiences(["Gazette", "Other"]) == {"Gazette": kept}
