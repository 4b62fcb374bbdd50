"""What is usual of a source's pages, what is wrong with one, and when it is wrong with all."""

from __future__ import annotations

import json
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.health import (
    ARTICLES,
    Alike,
    Profile,
    Sign,
    SignKind,
    Tally,
    Traits,
    article_signs,
    listing_signs,
)
from crawler.health.signs import tail

FULL = Traits(
    ARTICLES, {"headline": 1, "byline": 1, "paragraphs": 1}, {"headline": True, "body": True}, size=900
)
NO_BYLINE = Traits(ARTICLES, {"headline": 1, "byline": 0, "paragraphs": 1}, {"headline": True}, size=900)
PLACE = "https://gazette.example/latest/"
LACKS_BYLINE = Sign(SignKind.LACKS, "byline")


def listing(count: int, **shares: float) -> Traits:
    return Traits(PLACE, {"url": 1.0, "headline": 1.0} | shares, {"rows": count > 0}, count=count)


def after(*pages: Traits) -> Profile:
    profile = Profile()
    profile.learn(pages)
    return profile


# ---------------------------------------------------------------- one page


def test_nothing_is_missed_of_a_source_that_is_hardly_known() -> None:
    assert article_signs(NO_BYLINE, FULL, after(*[FULL] * 4).of(ARTICLES)) == frozenset()
    assert article_signs(NO_BYLINE, FULL, after(*[FULL] * 5).of(ARTICLES)) == {LACKS_BYLINE}


def test_what_the_page_never_had_and_what_many_pages_lack_is_not_missed() -> None:
    usual = after(*[FULL] * 20).of(ARTICLES)
    assert article_signs(NO_BYLINE, NO_BYLINE, usual) == frozenset()
    mixed = after(*[FULL, FULL, NO_BYLINE] * 10).of(ARTICLES)
    assert article_signs(NO_BYLINE, FULL, mixed) == frozenset()


def test_a_selector_is_missed_where_the_text_is_another() -> None:
    usual = after(*[FULL] * 20).of(ARTICLES)
    page = Traits(ARTICLES, dict(FULL.filled), {"headline": True, "body": False}, size=880)
    assert article_signs(page, FULL, usual, is_other=False) == frozenset()
    assert article_signs(page, FULL, usual) == {Sign(SignKind.MISSES, "body")}


@pytest.mark.parametrize(
    ("size", "left", "kinds"),
    [
        (800, 0.9, set()),
        (250, 0.25, {"shrunk"}),
        (800, 0.02, {"replaced"}),
        (100, 0.0, {"shrunk", "replaced"}),
    ],
)
def test_a_text_that_is_cut_or_another_is_suspicious(size: int, left: float, kinds: set[str]) -> None:
    page = Traits(ARTICLES, dict(FULL.filled), size=size)
    found = article_signs(page, FULL, after(*[FULL] * 9).of(ARTICLES), left=left)
    assert {sign.kind.value for sign in found} == kinds


@pytest.mark.parametrize(
    ("looks", "now", "signs"),
    [
        ([], listing(2), set()),
        ([12], listing(7), set()),
        ([12], listing(5), {"teasers"}),
        ([12, 4, 30], listing(2), set()),
        ([12, 5, 30], listing(2), {"teasers"}),
        ([3], listing(1), set()),
    ],
)
def test_a_listing_is_too_short_by_its_leanest_look(looks: list[int], now: Traits, signs: set[str]) -> None:
    usual = after(*map(listing, looks)).of(PLACE)
    assert {sign.field for sign in listing_signs(now, usual)} == signs


def test_a_field_far_fewer_teasers_have_than_usual_is_missed_where_chance_does_not_explain_it() -> None:
    usual = after(*[listing(20, excerpt=0.6)] * 5).of(PLACE)
    lacks = {Sign(SignKind.LACKS, "excerpt")}
    assert listing_signs(listing(20, excerpt=0.0), usual) == lacks
    assert listing_signs(listing(20, excerpt=0.1), usual) == lacks
    assert listing_signs(listing(20, excerpt=0.4), usual) == frozenset()
    assert listing_signs(listing(5, excerpt=0.2), after(listing(5, excerpt=0.6)).of(PLACE)) == frozenset()


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.001, 0.999))
def test_the_tail_is_the_binomials(least: int, count: int, chance: float) -> None:
    wanted = sum(comb(count, k) * chance**k * (1 - chance) ** (count - k) for k in range(least, count + 1))
    assert tail(least, count, chance) == pytest.approx(wanted, rel=1e-9, abs=1e-12)


def test_the_tail_of_many_teasers_is_no_underflow() -> None:
    assert tail(5_000, 6_000, 0.9) == pytest.approx(1.0)
    assert tail(6_000, 6_000, 0.1) == 0.0


# ---------------------------------------------------------------- many pages


def tally(bad: int, clean: int) -> Tally:
    made = Tally(ARTICLES, after(*[FULL] * 40).of(ARTICLES))
    for _ in range(bad):
        made.add(NO_BYLINE, {LACKS_BYLINE})
    for _ in range(clean):
        made.add(FULL, ())
    return made


@pytest.mark.parametrize(
    ("bad", "clean", "is_broken"),
    [(3, 0, True), (2, 0, False), (3, 3, True), (3, 4, False), (50, 450, False), (60, 40, True)],
)
def test_half_the_pages_of_a_pass_and_three_of_them_are_no_coincidence(
    bad: int, clean: int, is_broken: bool
) -> None:
    assert tally(bad, clean).broken() == ([LACKS_BYLINE] if is_broken else [])


def test_a_page_alone_is_compared_with_others_and_not_explained_without_any() -> None:
    assert tally(1, 0).wants_more
    assert tally(1, 0).unexplained() == [LACKS_BYLINE]
    assert not tally(1, 3).wants_more
    assert tally(1, 3).unexplained() == []
    assert not tally(0, 1).wants_more


def test_the_operator_is_told_what_is_missing_where_and_what_is_usual() -> None:
    found = tally(12, 0).diagnose(LACKS_BYLINE, "recipe gazette, byline = '.by'")
    assert found.text == "byline missing on 12 of 12 pages, usually on 0%; recipe gazette, byline = '.by'"


# ---------------------------------------------------------------- what is usual


def test_a_profile_outlasts_its_form_as_json() -> None:
    profile = after(*[FULL, NO_BYLINE] * 7, listing(12, excerpt=0.5), listing(14, excerpt=0.75))
    kept = json.loads(json.dumps(profile.as_json()))
    assert Profile.from_json(kept).as_json() == kept
    assert Profile.from_json(kept).of(PLACE).counts == [12, 14]


def test_what_is_usual_follows_a_paper_that_drops_its_bylines_one_by_one() -> None:
    profile = after(*[FULL] * 400)
    profile.learn([NO_BYLINE] * 40)
    assert article_signs(NO_BYLINE, None, profile.of(ARTICLES)) == frozenset()


def test_a_profile_keeps_the_latest_listings_only() -> None:
    profile = Profile()
    for number in range(1_000):
        profile.learn([Traits(f"https://gazette.example/{number}/", count=9)])
    assert len(profile.as_json()) == 400
    assert profile.of("https://gazette.example/999/").pages == 1


# ---------------------------------------------------------------- one page at every address


def test_three_addresses_that_had_three_texts_and_have_one_are_one_page() -> None:
    alike = Alike()
    assert alike.note("page", "wall", "a", "one") == alike.note("page", "wall", "b", "two") == frozenset()
    assert alike.note("page", "wall", "c", "three") == {"a", "b", "c"}
    assert alike.note("page", "other", "d", "four") == frozenset()


def test_addresses_that_were_announced_alike_are_copies() -> None:
    alike = Alike()
    assert [alike.note("page", "story", key, "link story of the day") for key in "abcdef"] == [
        frozenset()
    ] * 6


def test_of_addresses_nobody_announced_more_are_needed() -> None:
    alike = Alike()
    found = [len(alike.note("page", "wall", key, None)) for key in "abcdef"]
    assert found == [0, 0, 0, 0, 0, 6]
