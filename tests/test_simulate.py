"""The simulator: histories made up and recorded, the rivals, and how ours does beside them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crawler.revisit import Promise
from crawler.simulate import SITES, History, Story, compare, recorded, rivals, synthetic
from crawler.simulate.ours import play
from storage.records import Article, Gone, Listing, Observation, Teaser

START = datetime(2026, 3, 1, tzinfo=UTC)
START_HOURS = START.timestamp() / 3600


# ---------------------------------------------------------------- made-up histories


def test_a_seed_gives_one_history_and_another_seed_another() -> None:
    assert synthetic("plain", 50, 1) == synthetic("plain", 50, 1)
    assert synthetic("plain", 50, 1) != synthetic("plain", 50, 2)


@pytest.mark.parametrize("name", SITES)
def test_edits_and_signals_ascend_within_a_storys_life(name: str) -> None:
    for story in synthetic(name, 60, 3).stories:
        assert list(story.edits) == sorted(story.edits)
        assert list(story.signals) == sorted(set(story.signals))
        assert all(story.first_seen <= edit <= story.until for edit in story.edits)


def test_the_measured_model_makes_about_four_edits_an_article() -> None:
    assert synthetic("plain", 2000, 1).edits / 2000 == pytest.approx(3.9, abs=0.3)


# ---------------------------------------------------------------- recorded histories


def article(at_hours: float, text: str, url: str = "https://a.example/1", **known: str) -> Article:
    at = START + timedelta(hours=at_hours)
    return Article("A", url, at, headline="Bridge opens", paragraphs=(text,), **known)  # type: ignore[arg-type]


def listing(at_hours: float, *headlines: str) -> Listing:
    teasers = tuple(
        Teaser(f"https://a.example/{number}", headline) for number, headline in enumerate(headlines, 1)
    )
    return Listing("A", "https://a.example/", START + timedelta(hours=at_hours), teasers)


def story_of(*observations: Observation) -> Story:
    (history,) = recorded(observations, 1, 0.25)
    (story,) = history.stories
    return story


def test_an_edit_lies_between_the_captures_that_differ() -> None:
    story = story_of(article(0, "one"), article(2, "one"), article(5, "two"), article(6, "two"))
    (edit,) = story.edits
    assert START_HOURS + 2 < edit < START_HOURS + 5
    assert (story.first_seen, story.until) == (START_HOURS, START_HOURS + 6)


def test_a_printed_time_of_modification_tells_when() -> None:
    story = story_of(article(0, "one"), article(5, "two", modified="2026-03-01T03:30:00Z"))
    assert story.edits == (START_HOURS + 3.5,)


def test_captures_out_of_order_make_the_same_history() -> None:
    seen = [article(0, "one"), article(2, "two"), article(5, "three")]
    assert story_of(*seen) == story_of(*reversed(seen))


def test_an_article_came_out_when_it_says() -> None:
    story = story_of(article(0, "one", published="2026-02-28T20:00:00Z"), article(1, "one"))
    assert (story.born, story.first_seen) == (START_HOURS - 4, START_HOURS)


def test_what_is_gone_has_ended() -> None:
    gone = Gone("A", "https://a.example/1", START + timedelta(hours=3))
    story = story_of(article(0, "one"), article(1, "one"), gone, article(9, "two"))
    assert (story.until, story.edits) == (START_HOURS + 3, ())


def test_an_article_seen_once_tells_nothing() -> None:
    assert recorded([article(0, "one")], 1, 0.25) == []


def test_an_edit_after_the_first_week_is_not_counted() -> None:
    assert story_of(article(0, "one"), article(167, "one"), article(400, "two")).until == START_HOURS + 168


def test_a_changed_teaser_is_a_signal() -> None:
    story = story_of(
        article(0, "one"),
        listing(0, "Bridge opens"),
        listing(1, "Bridge opens"),
        listing(2, "Bridge opens late"),
        listing(3),
        article(4, "two"),
    )
    assert (story.signals, story.covered_until) == ((START_HOURS + 2,), START_HOURS + 3)


def test_listings_captured_too_often_are_thinned() -> None:
    polls = [listing(minute / 60, "Bridge opens") for minute in range(60)]
    (history,) = recorded([article(0, "one"), article(9, "one"), *polls], 1, 0.25)
    assert len(history.polls) == 4


# ---------------------------------------------------------------- rivals

QUIET = Story(100.0, 100.0, 268.0)


def test_fixed_polling_comes_at_even_intervals() -> None:
    assert list(rivals.fixed(replace(QUIET, until=110.0), 4.0)) == [104.0, 108.0]


def test_tiers_come_ever_more_rarely() -> None:
    looks = list(rivals.tiers(QUIET, 1.0))
    assert (looks[:2], looks[12] - looks[11], looks[-1] - looks[-2]) == ([100.25, 100.5], 1.0, 3.0)


def test_adaptive_intervals_grow_until_something_changes() -> None:
    looks = list(rivals.adaptive(replace(QUIET, edits=(103.0,)), 1.0))
    assert looks[:4] == [101.0, 102.5, 104.75, 104.75 + 1.125]


def test_a_tally_knows_what_was_seen_and_when() -> None:
    tally = rivals.Tally()
    tally.take((1.0, 2.5, 9.0), [2.0, 4.0])
    assert (tally.requests, tally.delays, tally.seen_within(1.0)) == (2, [1.0, 1.5], 1 / 3)


# ---------------------------------------------------------------- ours


@pytest.mark.parametrize(("name", "most"), [("plain", 30), ("feed", 16), ("sitemap", 8)])
def test_the_promise_is_kept_for_few_requests(name: str, most: float) -> None:
    tally, _ = play(synthetic(name, 300, 7), Promise())
    assert tally.seen_within(1.0) >= 0.93
    assert tally.requests / 300 <= most


@pytest.mark.parametrize("name", ["night", "bursts", "late", "slow", "live", "small", "quiet"])
def test_fixed_polling_never_sees_as_much_for_as_many_requests(name: str) -> None:
    results = {result.policy: result for result in compare([synthetic(name, 120, 5)], Promise())}
    assert results["ours"].seen_within > results["fixed"].seen_within


def test_a_site_that_is_never_edited_costs_little() -> None:
    tally, _ = play(synthetic("never", 120, 1), Promise())
    assert (tally.seen_within(1.0), tally.requests / 120 < 45) == (1.0, True)


def test_where_the_model_does_not_fit_it_comes_near_fixed_polling() -> None:
    history = synthetic("flat", 400, 1)
    (ours, fixed, *_) = compare([history], Promise())
    assert ours.seen_within == pytest.approx(fixed.seen_within, abs=0.05)
    assert ours.requests_per_article > 90


def test_every_rival_gets_as_many_requests_as_ours() -> None:
    results = compare([synthetic("plain", 100, 2)], Promise())
    budget = results[0].requests_per_article
    assert [round(r.requests_per_article - budget, 1) for r in results] == [0.0] * 4


def test_a_budget_is_never_overrun_by_more_than_its_channel() -> None:
    history = synthetic("plain", 120, 1)  # a day of articles
    tally, _ = play(history, Promise(requests_per_day=100))
    days = (history.stories[-1].until - history.stories[0].first_seen) / 24 + 1
    assert tally.requests <= 100 * days


def test_a_channel_that_costs_more_than_it_saves_is_not_followed() -> None:
    plain = synthetic("plain", 30, 1)
    polled = replace(plain, polls=tuple(plain.stories[0].first_seen - 500 + n / 10 for n in range(12_000)))
    (ours, *_) = compare([polled], Promise())
    assert ours.follows is False


def test_a_history_without_edits_has_no_delays() -> None:
    nothing = History("A", (QUIET,))
    assert {(r.seen_within, r.median_delay_seconds) for r in compare([nothing], Promise())} == {(1.0, None)}
