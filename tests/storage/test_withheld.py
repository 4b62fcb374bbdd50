"""What is kept of sources' health, and of what was not believed. Every store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from storage.records import Article, Listing, Target, TargetKind, Teaser, Withheld
from storage.store import Store
from tests.flow.conftest import store  # noqa: F401

DAY = datetime(2026, 3, 4, tzinfo=UTC)


def look(number: int, source: str = "Gazette", part: str = "articles") -> Withheld:
    at = DAY + timedelta(days=number)
    url = f"https://gazette.example/{number}"
    teasers = (Teaser(url, "Ferry fares rise", None, "2026-03-04"),)
    said = (
        Article(source, url, at, "Ferry fares rise", None, "2026-03-04", None, ("By a crown.",), "Gazette"),
        Listing(source, url, at, teasers, "Gazette", is_block=True),
    )
    return Withheld(source, part, f"a|{number}", at, said, "ab" * 32)


def test_what_was_withheld_comes_back_as_it_was_oldest_first_until_it_is_dropped(store: Store) -> None:  # noqa: F811
    store.withhold([look(2), look(1), look(3, part="blocks"), look(4, "Courier")])
    store.withhold([look(1)])
    assert store.withheld("Gazette") == [look(1), look(2), look(3, part="blocks")]
    store.drop_withheld("Gazette", ["articles"])
    assert store.withheld("Gazette") == [look(3, part="blocks")]
    assert store.withheld("Courier") == [look(4, "Courier")]
    store.drop_withheld("Gazette", [])
    assert len(store.withheld("Gazette")) == 1


def test_health_is_kept_by_source(store: Store) -> None:  # noqa: F811
    store.put_health({"Gazette": {"profile": {"articles": [1, 2.5]}}, "Courier": {}})
    store.put_health({"Gazette": {"quarantined": {}}})
    assert store.health() == {"Gazette": {"quarantined": {}}, "Courier": {}}


def test_some_articles_are_those_that_were_there_and_are_due_last(store: Store) -> None:  # noqa: F811
    def target(number: int, **said: object) -> Target:
        kept = {"last_visit": DAY, "next_visit": DAY + timedelta(days=number)} | said
        return Target(f"a|{number}", f"https://g.example/{number}", "Gazette", TargetKind.ARTICLE, **kept)  # type: ignore[arg-type]

    store.put_targets(
        [
            *map(target, range(1, 5)),
            target(5, failures=1),
            target(6, last_visit=None),
            Target(
                "l|7", "https://g.example/", "Gazette", TargetKind.LISTING, last_visit=DAY, next_visit=DAY
            ),
            Target(
                "a|8", "https://c.example/8", "Courier", TargetKind.ARTICLE, last_visit=DAY, next_visit=DAY
            ),
        ]
    )
    assert [one.key for one in store.some_articles("Gazette", 3)] == ["a|4", "a|3", "a|2"]
    assert [one.key for one in store.some_articles("Gazette", 9)] == ["a|4", "a|3", "a|2", "a|1"]
