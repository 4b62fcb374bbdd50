"""When articles are visited, told by what the site was asked: keepers, signals, budgets, what outlasts a pass."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

from crawler import config
from storage.records import Target
from tests.flow.press import Press, hour
from tests.flow.site import FEED, FRONT, Answer, Site, led_to, story

Watched = dict[str, Target]


def atom(site: Site, *stamps: tuple[int, str]) -> Answer:
    """A feed that says when stories were last edited."""
    entries = "".join(
        f"<entry><title>{site.at(number).headline}</title><id>{number}</id>"
        f'<link href="{site.url(site.at(number).path)}"/><published>2026-03-03T09:00:00Z</published>'
        f"<updated>{stamp}</updated></entry>"
        for number, stamp in stamps
    )
    body = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Gazette</title>{entries}</feed>'
    return Answer(200, body, content_type="application/atom+xml")


def daemon_pass(press: Press, number: float, *, listings: bool = True) -> list[str]:
    """What one pass of the daemon asked for, by path, without its listings."""
    for site in press.sites:
        site.forget()
    names = frozenset(press.sources) if listings else frozenset()
    press.crawl(number, by_hand=False, listings=names)
    return [path for site in press.sites for path in site.asked if path not in (FRONT, FEED)]


def the_target(press: Press) -> Target:
    (target,) = press.store.article_targets(list(press.sources), None)
    return target


def test_a_young_article_is_looked_at_again_within_the_promised_time(press: Press) -> None:
    press.opens(Site(story(1)), notice_within_seconds=3600.0)
    daemon_pass(press, 0)
    due = the_target(press).next_visit
    assert due is not None
    assert hour(0) < due <= hour(3)
    assert daemon_pass(press, 0.2, listings=False) == []
    assert len(daemon_pass(press, 4, listings=False)) == 1


def test_nobody_waits_longer_than_the_longest_interval(press: Press) -> None:
    press.opens(Site(story(1)), max_interval_seconds=5 * 86400.0)
    now = 0.0
    daemon_pass(press, now)
    for _ in range(40):
        due = the_target(press).next_visit
        assert due is not None
        assert due - hour(now) <= timedelta(days=5, minutes=1)
        now = (due - hour(0)) / timedelta(hours=1) + 0.01
        assert len(daemon_pass(press, now, listings=False)) == 1


def test_a_new_stamp_in_a_feed_brings_a_look_at_once(press: Press) -> None:
    site = press.opens(Site(story(1), story(2)), feeds=[FEED])
    site.answers[FEED] = atom(site, (1, "2026-03-03T09:00:00Z"), (2, "2026-03-03T09:00:00Z"))
    daemon_pass(press, 0)
    assert daemon_pass(press, 0.1) == []
    site.edit(2, site.at(2).paragraphs[0], "The second story has another beginning now, says the harbour.")
    site.answers[FEED] = atom(site, (1, "2026-03-03T09:00:00Z"), (2, "2026-03-04T00:08:00Z"))
    assert daemon_pass(press, 0.2) == [site.at(2).path]
    assert press.kinds() == ["new", "new", "changed"]


def test_a_stamp_of_an_edit_that_was_seen_already_brings_no_look(press: Press) -> None:
    site = press.opens(Site(story(1)), feeds=[FEED])
    site.answers[FEED] = atom(site, (1, "2026-03-03T09:00:00Z"))
    daemon_pass(press, 0)
    site.answers[FEED] = atom(site, (1, "2026-03-03T12:00:00Z"))
    assert daemon_pass(press, 0.1) == []


def test_a_signal_outlasts_a_pass_that_was_cut_short(press: Press) -> None:
    site = press.opens(Site(story(1)), feeds=[FEED])
    site.answers[FEED] = atom(site, (1, "2026-03-03T09:00:00Z"))
    daemon_pass(press, 0)
    site.answers[FEED] = atom(site, (1, "2026-03-04T00:05:00Z"))

    async def stops(path: str) -> None:
        assert press.running is not None
        press.running.stop()

    site.on_request = stops
    daemon_pass(press, 0.1)
    site.on_request = None
    assert daemon_pass(press, 0.2, listings=False) == [site.at(1).path]


def test_an_article_that_leaves_its_feed_is_no_longer_covered_by_it(press: Press) -> None:
    site = press.opens(Site(story(1), story(2)), feeds=[FEED])
    site.answers[FEED] = atom(site, (1, "2026-03-03T09:00:00Z"), (2, "2026-03-03T09:00:00Z"))
    daemon_pass(press, 0)
    (channel,) = {t.channel for t in press.store.article_targets(["Gazette"], None)}
    assert channel is not None
    assert len(press.store.covered(channel)) == 2
    site.answers[FEED] = atom(site, (2, "2026-03-03T09:00:00Z"))
    daemon_pass(press, 0.1)
    assert [t.url for t in press.store.covered(channel)] == [site.url(site.at(2).path)]


def test_what_a_listing_led_to_is_kept_though_the_pass_is_cut_short(press: Press) -> None:
    site = press.opens(Site(story(1), story(2), story(3)))

    async def stops(path: str) -> None:
        if path == site.at(2).path and press.running is not None:
            press.running.stop()

    site.on_request = stops
    daemon_pass(press, 0)
    site.on_request = None
    del site.stories[:]  # nothing lists them any more
    assert len(press.store.article_targets(["Gazette"], hour(0.1))) >= 1
    daemon_pass(press, 0.1, listings=False)
    assert {visit.url for visit in press.store.visits() if visit.kind == "article"} == {
        site.url(story(number).path) for number in (1, 2, 3)
    }


def test_a_budget_is_kept_and_what_waits_stays_due(press: Press) -> None:
    press.opens(Site(*(story(n) for n in range(1, 11))), budget_per_day=6)
    daemon_pass(press, 0)  # midnight: ten new articles, which no budget forbids
    looks = [len(daemon_pass(press, number, listings=False)) for number in range(1, 24)]
    assert sum(looks) == 6
    assert looks.index(1) > 0  # spread over the day
    assert len(press.store.article_targets(["Gazette"], hour(23.9))) >= 4


def test_a_pass_makes_way_and_what_it_leaves_is_due(press: Press) -> None:
    site = press.opens(Site(*(story(n) for n in range(1, 6))))

    async def makes_way(path: str) -> None:
        if path.startswith("/newstream") and press.running is not None:
            press.running.wind_up()
            await asyncio.sleep(0)

    site.on_request = makes_way
    first = daemon_pass(press, 0)
    site.on_request = None
    rest = daemon_pass(press, 0.01, listings=False)
    assert 1 <= len(first) < 5
    assert sorted(first + rest) == sorted(one.path for one in site.stories)


def test_what_was_learned_is_kept_from_pass_to_pass(press: Press) -> None:
    press.opens(Site(story(1)))
    daemon_pass(press, 0)
    looks = []
    for _ in range(3):
        due = the_target(press).next_visit
        assert due is not None
        daemon_pass(press, (due - hour(0)) / timedelta(hours=1) + 0.01, listings=False)
        looks.append(press.store.experiences(["Gazette"])["Gazette"]["experience"]["looks"])
    assert looks == [1, 2, 3]


def test_visits_that_a_wrong_clock_dated_ahead_are_forgotten(press: Press) -> None:
    press.opens(Site(story(1)))
    daemon_pass(press, 24 * 400)
    assert press.store.mend_clock(hour(1)) == 2
    assert len(daemon_pass(press, 1, listings=False)) == 1


def test_an_article_of_another_source_is_left_to_that_one(press: Press) -> None:
    site = press.opens(Site(story(1)), feeds=[FEED])
    site.answers[FEED] = atom(site, (1, "2026-03-03T09:00:00Z"))
    daemon_pass(press, 0)
    site.adds(story(2))
    first = press.sources.pop("Gazette")
    press.sources["Mirror"] = replace(first, name="Mirror")
    site.answers[FEED] = atom(site, (1, "2026-03-04T00:05:00Z"), (2, "2026-03-04T00:05:00Z"))
    assert daemon_pass(press, 0.1) == [site.at(2).path]
    owners = {t.url: t.source for t in press.store.article_targets(["Gazette", "Mirror"], None)}
    assert owners == {site.url(site.at(1).path): "Gazette", site.url(site.at(2).path): "Mirror"}


def test_an_old_address_that_leads_to_a_watched_one_is_asked_once_in_the_longest_interval(
    press: Press,
) -> None:
    site = press.opens(
        Site(story(1), story(2)), notice_within_seconds=3600.0, max_interval_seconds=3 * 86400.0
    )
    daemon_pass(press, 0)
    old, new = site.at(1).path, "/newstream/1772500099-99/elsewhere/"
    site.stories[0] = replace(site.stories[0], path=new)
    site.answers[old] = led_to(site.url(new))
    for number in range(4, 60, 4):
        daemon_pass(press, number)
    targets = {t.url: t for t in press.store.article_targets(["Gazette"], None)}
    before, after = targets[site.url(old)], targets[site.url(new)]
    assert press.kinds() == ["new", "new", "moved"]
    assert before.next_visit and before.last_visit
    assert before.next_visit - before.last_visit == timedelta(days=3)
    assert (before.watched, after.watched is None) == (None, False)  # looks at one of them teach


def test_a_story_that_moved_to_where_nothing_links_it_is_watched_there(press: Press) -> None:
    site = press.opens(Site(story(1), story(2)))
    daemon_pass(press, 0)
    old, new = site.at(1), replace(site.at(1), path="/newstream/1772500099-99/elsewhere/")
    site.stories.remove(old)
    site.unlisted = [new]
    site.answers[old.path] = led_to(site.url(new.path))
    press.crawl(24, is_all=True)
    targets = {t.url: t for t in press.store.article_targets(["Gazette"], None)}
    assert (targets[site.url(old.path)].watched, targets[site.url(new.path)].last_visit) == (None, hour(24))
    site.unlisted = [new.told(new.paragraphs[0], "It begins otherwise now, says the harbour master.")]
    press.crawl(48, is_all=True)
    site.unlisted = []
    site.answers[old.path] = Answer(404)
    for number in (72, 74):
        press.crawl(number, is_all=True)
    assert press.kinds() == ["new", "new", "moved", "changed", "removed"]


def test_a_stamp_in_a_feed_brings_a_look_though_its_link_leads_on(press: Press) -> None:
    site = press.opens(Site(story(1), story(2)), feeds=[FEED], listings=[FRONT])
    site.answers[FEED] = atom(site, (2, "2026-03-03T09:00:00Z"))
    daemon_pass(press, 0)
    old, new = site.at(1), replace(site.at(1), path="/newstream/1772500099-99/elsewhere/")
    feed, later = (atom(site, (1, stamp)) for stamp in ("2026-03-03T09:00:00Z", "2026-03-04T04:05:00Z"))
    site.stories[site.stories.index(old)] = new
    site.answers[old.path] = led_to(site.url(new.path))
    for number in (1, 2):
        press.crawl(number, is_all=True)
    site.answers[FEED] = feed  # which goes on by the old address
    assert daemon_pass(press, 2.1) == []
    site.answers[FEED] = later
    assert old.path in daemon_pass(press, 4.2)


# ---------------------------------------------------------------- a source that is renamed


def test_what_is_known_by_a_former_name_is_watched_on_under_that_name(press: Press) -> None:
    site = press.opens(Site(story(2), story(1)))
    press.crawl(0)
    given = config.SourceSettings(
        name="Herald",
        formerly=("Gazette",),
        listings=(site.url(FRONT),),
        recipe="kcnawatch",
        time_zone="Asia/Seoul",
    )
    watched = config.sources(config.Settings(sources=(given, *given.before())))
    press.sources = {source.name: source for source in watched}
    site.stories[1] = replace(site.stories[1], headline="A headline that nobody had seen before today")
    site.adds(story(3))
    press.crawl(30)
    told = {(change.source, change.kind.value) for change in press.changes()[2:]}
    assert told == {("Gazette", "changed"), ("Herald", "new")}
