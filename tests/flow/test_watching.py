"""Stories of days, told in observations: what watching them must give. Every store."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler import pipeline
from crawler.compare.fingerprint import clues, sight
from crawler.urls import canonical
from storage.records import Article, Change, Gone, Listing, Observation, Origin, Teaser
from storage.store import Filter, Store

DAY = datetime(2026, 3, 4, tzinfo=UTC)
BRIDGE = (
    "The harbour bridge was closed to heavy lorries on Monday after inspectors found hairline cracks in two "
    "of its northern bearings.",
    "Engineers expect the repair to take eleven days and to cost about 240 thousand crowns, the port office "
    "said in a notice to carriers.",
    "Ferries will carry freight between the two quays every forty minutes until the bearings are replaced.",
)
ORCHARD = (
    "Growers in the upper valley have begun grafting a pear that withstands late frost, the fruit of nine "
    "years of patient crossing.",
    "The first saplings go to schools and small orchards, which will report flowering dates to the station.",
    "A jar of the new preserve was sold at the winter fair for three times the usual price.",
)

OPENINGS = {
    "a": "Apples from the northern slope reached the market hall before dawn, and were gone by eight.",
    "b": "Beekeepers ask hikers to leave the yellow gates on the ridge path closed until the end of May.",
    "c": "Carpenters have raised the roof of the old ropewalk, where the town library will move in autumn.",
}


def day(number: float) -> datetime:
    return DAY + timedelta(days=number)


def key_of(url: str, source: str) -> str:
    return canonical(url)


def article(
    number: float,
    paragraphs: tuple[str, ...] = BRIDGE,
    *,
    url: str | None = "https://gazette.example/bridge",
    headline: str | None = "Harbour bridge closed to lorries",
    source: str = "Gazette",
    published: str | None = "2026-03-04",
    redirected_from: str | None = None,
) -> Article:
    return Article(
        source,
        url,
        day(number),
        headline,
        None,
        published,
        None,
        paragraphs,
        redirected_from=redirected_from,
    )


def row(
    name: str, *, headline: str | None = None, excerpt: str | None = None, date: str | None = None
) -> Teaser:
    return Teaser(
        f"https://gazette.example/{name}",
        headline or f"What the paper says today about {name}",
        excerpt or OPENINGS.get(name, f"Nobody expected the {name} to be the talk of so many days."),
        date,
    )


def listing(number: float, *rows: Teaser, url: str | None = "https://gazette.example/") -> Listing:
    return Listing("Gazette", url, day(number), rows)


def watch(store: Store, *observations: Observation, origin: Origin = Origin.IMPORT) -> list[Change]:
    """Record each observation in a batch of its own; gives back the whole log."""
    for observation in observations:
        pipeline.take(store, [sight(observation, origin)], key_of)
    return list(store.changes(Filter()))


def kinds(changes: list[Change]) -> list[str]:
    return [f"{c.subject} {c.kind}" for c in changes]


def edited(paragraphs: tuple[str, ...], old: str, new: str) -> tuple[str, ...]:
    assert any(old in p for p in paragraphs)
    return tuple(p.replace(old, new) for p in paragraphs)


def test_an_unchanged_article_gives_one_new_row_however_often_it_is_seen(store: Store) -> None:
    log = watch(store, article(0), article(1), article(2))
    assert kinds(log) == ["article new"]


def test_a_figure_changed_silently_is_one_change_with_the_interval_it_happened_in(store: Store) -> None:
    log = watch(store, article(0), article(1), article(2, edited(BRIDGE, "240", "420")))
    assert kinds(log) == ["article new", "article changed"]
    change = log[1]
    assert (change.changed_after, change.changed_before) == (day(1), day(2))
    assert change.fields == ("paragraphs",)
    assert change.similarity is not None and 0.9 < change.similarity < 1


def test_an_edit_that_is_reverted_is_two_changes_the_second_naming_what_it_returns_to(store: Store) -> None:
    log = watch(store, article(0), article(1, edited(BRIDGE, "240", "420")), article(2))
    assert kinds(log) == ["article new", "article changed", "article changed"]
    assert log[2].reverts_to == log[0].after


def test_a_copy_at_another_address_is_a_duplicate_of_the_first(store: Store) -> None:
    log = watch(store, article(0), article(1, url="https://gazette.example/bridge-2"))
    assert kinds(log) == ["article new", "article duplicate"]
    assert (log[1].of, log[1].similarity) == (log[0].item_id, 1.0)


def test_a_copy_stands_as_moved_once_the_old_address_redirects(store: Store) -> None:
    new = "https://gazette.example/2026/bridge"
    log = watch(
        store,
        article(0),
        article(1, url=new, redirected_from="https://gazette.example/bridge"),
        article(2, url=new),
    )
    assert kinds(log) == ["article new", "article moved"]
    assert log[1].of == log[0].item_id


def test_a_copy_stands_as_moved_when_the_old_address_is_gone(store: Store) -> None:
    log = watch(
        store,
        article(0),
        Gone("Gazette", "https://gazette.example/bridge", day(1)),
        article(1.01, url="https://gazette.example/2026/bridge"),
        Gone("Gazette", "https://gazette.example/bridge", day(2)),
    )
    assert kinds(log) == ["article new", "article moved"]


def test_an_article_is_removed_by_the_second_404_and_restored_when_it_answers(store: Store) -> None:
    url = "https://gazette.example/bridge"
    log = watch(store, article(0), Gone("Gazette", url, day(1)), Gone("Gazette", url, day(1.02)))
    assert kinds(log) == ["article new"]
    log = watch(store, Gone("Gazette", url, day(2)), Gone("Gazette", url, day(3)), article(4))
    assert kinds(log) == ["article new", "article removed", "article restored"]
    assert (log[1].changed_after, log[1].changed_before) == (day(0), day(1))
    assert log[2].after == log[0].after


def test_one_404_between_two_good_answers_is_nothing(store: Store) -> None:
    url = "https://gazette.example/bridge"
    log = watch(store, article(0), Gone("Gazette", url, day(1)), article(2), Gone("Gazette", url, day(3)))
    assert kinds(log) == ["article new"]


def test_an_address_that_never_answered_with_an_article_is_never_removed(store: Store) -> None:
    url = "https://gazette.example/never"
    assert watch(store, Gone("Gazette", url, day(0)), Gone("Gazette", url, day(1))) == []


def test_a_seed_without_address_is_adopted_by_the_crawl(store: Store) -> None:
    log = watch(store, article(0, url=None), article(1), article(2))
    assert kinds(log) == ["article new"]
    (state,) = store.items()
    assert [a.url for a in state.addresses] == ["https://gazette.example/bridge"]


def test_a_seed_without_address_or_headline_is_adopted_by_its_text(store: Store) -> None:
    log = watch(store, article(0, url=None, headline=None, published=None), article(1), article(2))
    assert kinds(log) == ["article new"]


def test_a_crawled_text_that_differs_from_the_seed_is_changed_against_it(store: Store) -> None:
    log = watch(store, article(0, url=None), article(1, edited(BRIDGE, "eleven days", "three weeks")))
    assert kinds(log) == ["article new", "article changed"]
    assert log[1].before == log[0].after


def test_an_edited_text_is_adopted_by_the_seed_without_headline(store: Store) -> None:
    first = article(0, url=None, headline=None, published=None)
    log = watch(store, first, article(1, edited(BRIDGE, "240", "420")))
    assert kinds(log) == ["article new", "article changed"]


def test_a_related_story_that_comes_in_late_has_nothing_decided_again(store: Store) -> None:
    later = article(1, url="https://gazette.example/ferries", headline="Ferries to the other quay")
    related = article(
        0, (*ORCHARD * 2, BRIDGE[2]), url="https://gazette.example/pear", headline="A hardy pear"
    )
    assert set(clues(later)) & set(clues(related))
    pipeline.take(store, [sight(later, Origin.CRAWL)], key_of)
    verdict = pipeline.take(store, [sight(related, Origin.CRAWL)], key_of)
    assert (verdict.rewind_to, kinds(verdict.brought())) == (None, ["article new"])


def test_a_new_listing_gives_a_row_a_teaser_in_page_order(store: Store) -> None:
    log = watch(store, listing(0, row("weather"), row("ferries"), row("market")))
    assert [c.headline for c in log] == [row(n).headline for n in ("weather", "ferries", "market")]


def test_a_teaser_off_the_end_of_its_listing_is_not_removed(store: Store) -> None:
    log = watch(store, listing(0, row("b"), row("a")), listing(1, row("c"), row("b")))
    assert kinds(log) == ["teaser new"] * 3


def test_a_teaser_missing_above_an_older_neighbour_is_removed_and_restored(store: Store) -> None:
    full = (row("c"), row("b"), row("a"))
    log = watch(store, listing(0, *full), listing(1, row("c"), row("a")), listing(2, *full))
    assert kinds(log) == ["teaser new"] * 3 + ["teaser removed", "teaser restored"]
    assert (log[3].changed_after, log[3].changed_before) == (day(0), day(1))


def test_a_teaser_that_another_listing_still_shows_is_not_removed(store: Store) -> None:
    second = "https://gazette.example/section"
    log = watch(
        store,
        listing(0, row("c"), row("b"), row("a")),
        listing(0, row("c"), row("b"), row("a"), url=second),
        listing(1, row("c"), row("a")),
        listing(1, row("c"), row("b"), row("a"), url=second),
    )
    assert kinds(log) == ["teaser new"] * 3


def test_a_rewritten_teaser_headline_is_one_change_though_two_listings_show_it(store: Store) -> None:
    second = "https://gazette.example/section"
    new = row("b", headline="A wholly rewritten headline for it")
    log = watch(
        store,
        listing(0, row("b"), row("a")),
        listing(0, row("b"), row("a"), url=second),
        listing(1, new, row("a")),
        listing(1.01, row("b"), row("a"), url=second),
        listing(2, new, row("a"), url=second),
    )
    assert kinds(log) == ["teaser new"] * 2 + ["teaser changed"]
    assert log[2].fields == ("headline",)


def test_a_teaser_at_a_new_address_in_the_place_of_the_old_one_has_moved(store: Store) -> None:
    moved = Teaser("https://gazette.example/2026/b", row("b").headline, row("b").excerpt)
    log = watch(store, listing(0, row("b"), row("a")), listing(1, moved, row("a")))
    assert kinds(log) == ["teaser new"] * 2 + ["teaser moved"]


def test_a_seeded_teaser_is_known_by_its_headline_or_by_excerpt_and_date(store: Store) -> None:
    excerpt = row("b").excerpt
    seeds = (
        Teaser(None, row("a").headline, row("a").excerpt, "2026-03-03"),
        Teaser(None, None, excerpt, "2026-03-03"),
    )
    log = watch(store, listing(0, *seeds, url=None))
    assert kinds(log) == ["teaser new"] * 2
    log = watch(store, listing(1, row("b", date="2026-03-03"), row("a", date="2026-03-03")))
    assert kinds(log) == ["teaser new"] * 2


def test_an_older_document_sorts_in_before_what_is_stored(store: Store) -> None:
    log = watch(store, article(2, edited(BRIDGE, "240", "420")), article(0))
    assert kinds(log) == ["article new", "article changed"]
    assert [c.detected_at for c in log] == [day(0), day(2)]


def test_an_older_copy_makes_the_later_one_the_duplicate(store: Store) -> None:
    log = watch(store, article(2, url="https://gazette.example/copy"), article(0))
    assert [(c.url, c.kind.value) for c in log] == [
        ("https://gazette.example/bridge", "new"),
        ("https://gazette.example/copy", "duplicate"),
    ]


def test_a_change_that_older_evidence_disproves_is_superseded_not_lost(store: Store) -> None:
    (first,) = watch(store, article(2))
    log = watch(store, article(0))
    assert kinds(log) == ["article new"]
    assert log[0].detected_at == day(0)
    assert [c.id for c in store.find_changes(first.id)] == [first.id]
    assert store.is_superseded(first.id)


def test_a_copy_that_comes_in_late_is_judged_by_what_was_there_in_its_time(store: Store) -> None:
    log = watch(
        store,
        article(0),
        Gone("Gazette", "https://gazette.example/bridge", day(3)),
        article(2, url="https://gazette.example/copy"),
    )
    assert kinds(log) == ["article new", "article duplicate"]


def test_two_teasers_that_read_alike_keep_their_places_when_time_is_taken_back(store: Store) -> None:
    twins = (row("b"), replace(row("b"), url="https://gazette.example/twin"))
    other = replace(twins[1], headline="The yellow gates, and why they must stay shut")
    log = watch(store, listing(0, *twins), listing(4, other), listing(2, *twins))
    assert kinds(log) == ["teaser new", "teaser duplicate", "teaser changed", "teaser removed"]


def test_a_story_that_moves_on_is_told_to_have_moved_from_where_it_stood_last(store: Store) -> None:
    first, second, third = (
        "https://gazette.example/bridge",
        *(f"https://gazette.example/b{n}" for n in (2, 3)),
    )
    watch(
        store,
        article(0),
        article(1, url=second, redirected_from=first),
        article(2, url=third, redirected_from=first),
        article(3, url=third, redirected_from=second),
        article(4, url=third, redirected_from=first),
    )
    changes = [change for change in store.changes(Filter()) if change.subject == "article"]
    assert [(c.kind, c.url) for c in changes] == [("new", first), ("moved", second), ("moved", third)]
    assert changes[2].of == changes[1].item_id
