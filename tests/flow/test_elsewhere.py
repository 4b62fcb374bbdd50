"""What a text says elsewhere: teasers that tell otherwise, and copies that part from their originals."""

from __future__ import annotations

from dataclasses import replace

import pytest

from storage.records import Article, ChangeKind, Teaser
from storage.store import Store
from tests.flow.test_watching import BRIDGE, ORCHARD, article, day, edited, kinds, listing, watch

URL = "https://gazette.example/bridge"
HEADLINE = "Harbour bridge closed to lorries"
AS_TOLD = Teaser(URL, HEADLINE, f"{BRIDGE[0][:70]}…", "2026-03-04")
COPY_URL = "https://telegraph.example/from-the-gazette/1"


def copy(number: float, paragraphs: tuple[str, ...] = BRIDGE) -> Article:
    one = article(number, paragraphs, url=COPY_URL, source="Telegraph")
    return replace(one, original=URL)


def test_an_article_that_reads_as_its_teaser_said_was_not_edited(store: Store) -> None:
    log = watch(store, listing(0, AS_TOLD), article(1))
    assert kinds(log) == ["teaser new", "article new"]


@pytest.mark.parametrize(
    ("teaser", "fields"),
    [
        (replace(AS_TOLD, headline="Harbour bridge closed to buses"), ("headline",)),
        (replace(AS_TOLD, headline="Port office warns of cracks"), ("headline",)),
        (replace(AS_TOLD, excerpt=f"{BRIDGE[0].replace('Monday', 'Sunday')[:90]} ..."), ("paragraphs",)),
        (
            Teaser(URL, "Harbour bridge closed to buses", BRIDGE[0].replace("two of", "three of"), None),
            ("headline", "paragraphs"),
        ),
    ],
)
def test_an_article_edited_before_it_was_first_seen_is_changed_since_its_teaser(
    store: Store, teaser: Teaser, fields: tuple[str, ...]
) -> None:
    log = watch(store, listing(0, teaser), listing(1, teaser), article(2))
    assert kinds(log) == ["teaser new", "article new", "article changed"]
    change = log[2]
    assert change.fields == fields
    assert (change.changed_after, change.changed_before) == (day(1), day(2))
    assert (change.before, change.after) == (log[0].after, log[1].after)
    assert change.item_id == log[1].item_id


@pytest.mark.parametrize(
    "teaser",
    [
        Teaser(URL, "Bridge shut", None, None),
        Teaser(URL, "Harbour bridge closed", None, None),
        Teaser(URL, "Lorry drivers face days of detours around the bay", "What you need to know.", None),
        Teaser(URL, None, "Carriers will have to wait for the ferries, and nobody likes it one bit.", None),
        Teaser(URL, HEADLINE.upper(), None, None),
        Teaser(URL, f"{HEADLINE[:20]}…", None, None),
        replace(AS_TOLD, excerpt=BRIDGE[0] + BRIDGE[1]),  # no blank between the paragraphs
    ],
)
def test_a_teaser_in_words_of_its_own_says_nothing_about_edits(store: Store, teaser: Teaser) -> None:
    log = watch(store, listing(0, teaser), article(1))
    assert kinds(log) == ["teaser new", "article new"]


def test_a_teaser_that_keeps_the_old_lead_after_an_edit_that_was_seen_is_no_second_edit(store: Store) -> None:
    new = edited(BRIDGE, "Monday", "Sunday")
    log = watch(store, listing(0, AS_TOLD), article(0.1), article(1, new), listing(2, AS_TOLD))
    assert kinds(log) == ["teaser new", "article new", "article changed"]


def test_a_listing_that_comes_in_late_tells_of_the_edit_as_if_it_had_come_in_time(store: Store) -> None:
    teaser = replace(AS_TOLD, headline="Harbour bridge closed to buses")
    late = watch(store, article(2), listing(0, teaser))
    assert kinds(late) == ["teaser new", "article new", "article changed"]
    assert (late[2].changed_after, late[2].changed_before) == (day(0), day(2))


def test_the_teaser_of_another_source_is_not_this_articles(store: Store) -> None:
    other = replace(listing(0, replace(AS_TOLD, headline="Harbour bridge closed to buses")), source="Mirror")
    assert kinds(watch(store, other, article(1))) == ["teaser new", "article new"]


# ---------------------------------------------------------------- copy and original


def test_a_copy_that_keeps_what_its_original_changed_has_parted_from_it_once(store: Store) -> None:
    new = edited(BRIDGE, "240", "420")
    log = watch(store, article(0), copy(1), article(2, new), copy(3), copy(4))
    assert kinds(log) == ["article new", "article duplicate", "article changed", "article changed"]
    parted = log[3]
    assert (parted.item_id, parted.of) == (log[1].item_id, log[0].item_id)
    assert (parted.before, parted.after) == (log[2].after, log[1].after)
    assert (parted.changed_after, parted.changed_before) == (day(1), day(3))
    assert parted.fields == ("paragraphs",)


def test_a_copy_that_follows_its_original_has_not_parted_from_it(store: Store) -> None:
    new = edited(BRIDGE, "240", "420")
    log = watch(store, article(0), copy(1), article(2, new), copy(3, new), copy(4, new))
    assert kinds(log) == ["article new", "article duplicate", "article changed", "article changed"]
    assert log[3].of is None


def test_a_copy_edited_on_its_own_has_parted_from_its_original(store: Store) -> None:
    log = watch(store, article(0), copy(1), copy(2, edited(BRIDGE, "eleven", "seven")), article(3))
    assert [c.of for c in log if c.kind is ChangeKind.CHANGED] == [None, log[0].item_id]


def test_a_copy_that_differs_from_the_start_says_so_as_a_duplicate(store: Store) -> None:
    log = watch(
        store,
        article(0),
        copy(1, edited(BRIDGE, "eleven", "seven")),
        copy(2, edited(BRIDGE, "eleven", "seven")),
    )
    assert kinds(log) == ["article new", "article duplicate"]
    assert log[1].similarity is not None and log[1].similarity < 1


def test_an_original_that_comes_in_late_is_compared_as_if_it_had_come_in_time(store: Store) -> None:
    new = edited(BRIDGE, "240", "420")
    watch(store, article(0), copy(1), copy(3))
    log = watch(store, article(2, new))
    assert kinds(log) == ["article new", "article duplicate", "article changed", "article changed"]
    assert log[3].of == log[0].item_id


def test_another_story_where_the_original_should_be_is_no_divergence(store: Store) -> None:
    other = article(0, ORCHARD, headline="A pear that does not fear the frost")
    assert kinds(watch(store, other, copy(1), copy(2))) == ["article new", "article new"]
