"""Passes over a press site on loopback, over the real wire and through real parser processes. Every store."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from tests.flow.press import Press, hour
from tests.flow.site import FRONT, Answer, Site, led_to, prose, story

pytestmark = [pytest.mark.contract, pytest.mark.network_loopback]


def three() -> Site:
    return Site(story(3), story(2), story(1))


# ---------------------------------------------------------------- following, and coming again


def test_a_first_pass_follows_every_new_teaser_of_a_long_front_page(press: Press) -> None:
    site = press.opens(Site(*(story(n) for n in range(130, 0, -1))))
    summary = press.crawl(0)
    assert (summary.counts["pages"], summary.failures) == (131, [])
    assert press.kinds() == ["new"] * 130
    assert press.kinds("teaser") == ["new"] * 130
    assert len(site.asked) == len(set(site.asked)) == 131


def test_pages_answered_304_are_unchanged_and_extend_when_they_were_last_seen(press: Press) -> None:
    site = press.opens(Site(story(3), story(2), story(1), has_etags=True))
    press.crawl(0)
    summary = press.crawl(24, is_all=True)
    # three teasers, three articles and the teasers of their blocks
    assert (summary.counts["not_modified"], summary.counts["ok"]) == (4, 0)
    assert summary.counts["unchanged"] >= 6
    assert [one.status for one in site.log if one.path != "/robots.txt"][-4:] == [304] * 4
    word = story(2).paragraphs[1].split()[5]
    site.edit(2, f" {word} ", " quite-another ")
    press.crawl(48, is_all=True)
    change = press.changes()[-1]
    assert (change.kind.value, change.changed_after, change.changed_before) == ("changed", hour(24), hour(48))
    assert press.kinds() == ["new"] * 3 + ["changed"]


def test_with_all_a_listing_answered_304_still_has_every_known_article_visited(press: Press) -> None:
    site = press.opens(Site(story(3), story(2), story(1), has_etags=True))
    press.crawl(0)
    site.forget()
    press.crawl(0.1, is_all=True)
    assert sorted(site.asked) == sorted([FRONT, *(s.path for s in site.stories)])
    assert press.outcomes(FRONT) == ["ok", "not_modified"]


def test_edits_are_seen_once_each_and_a_revert_names_what_it_returns_to(press: Press) -> None:
    site = press.opens(three())
    press.crawl(0)
    word = site.at(1).paragraphs[2].split()[7]
    site.edit(1, f" {word} ", " unheard-of ")
    press.crawl(24, is_all=True)
    press.crawl(48, is_all=True)
    site.edit(1, " unheard-of ", f" {word} ")
    press.crawl(72, is_all=True)
    assert press.kinds() == ["new"] * 3 + ["changed"] * 2
    first = next(c for c in press.changes() if c.url == site.url(site.at(1).path))
    assert press.changes()[-1].reverts_to == first.after


def test_a_changed_teaser_has_its_article_visited_at_once_and_no_other(press: Press) -> None:
    site = press.opens(three(), every_seconds=1800)
    press.crawl(0)
    press.crawl(24 * 20, is_all=True)
    site.forget()
    site.stories[1] = replace(site.stories[1], headline="A headline that nobody had seen before today")
    press.crawl(24 * 20 + 1)
    assert site.asked == [FRONT, site.stories[1].path]
    assert (press.kinds()[-1], press.kinds("teaser")[-1]) == ("changed", "changed")


@pytest.mark.parametrize("shape", ["kcnawatch", "plain"])
def test_furniture_that_changes_daily_makes_no_change(press: Press, shape: str) -> None:
    site = press.opens(Site(story(4), story(3), story(2), story(1), shape=shape))
    for day in range(4):
        site.day = day
        summary = press.crawl(24 * day, is_all=True)
        assert summary.counts["ok"] == 5
    assert (press.kinds(), press.kinds("teaser")) == (["new"] * 4, ["new"] * 4)


@pytest.mark.parametrize("kind", ["feeds", "sitemaps"])
def test_a_feed_or_a_sitemap_leads_to_articles_as_a_front_page_does(press: Press, kind: str) -> None:
    path = {"feeds": "/feed.xml", "sitemaps": "/sitemap.xml"}[kind]
    site = press.opens(Site(story(3), story(2), story(1), shape="plain"), **{kind: (path,)})
    press.crawl(0)
    assert press.kinds() == ["new"] * 3
    site.adds(story(4))
    press.crawl(1)
    assert press.kinds() == ["new"] * 4
    assert press.kinds("teaser") == (["new"] * 4 if kind == "feeds" else [])


def test_an_index_leads_to_sitemaps_whatever_their_addresses_are(press: Press) -> None:
    site = press.opens(Site(story(3), story(2), story(1), shape="plain"), sitemaps=("/maps",))
    site.answers["/maps"] = _xml(
        "sitemapindex", "sitemap", site.url("/sitemap?page=2"), site.url("/sitemap.xml")
    )
    site.answers["/sitemap?page=2"] = _xml("urlset", "url", site.url("/story.xml"))
    site.answers["/story.xml"] = Answer(200, site.page(story(4)))
    press.crawl(0)
    assert press.kinds() == ["new"] * 4


def _xml(root: str, entry: str, *addresses: str) -> Answer:
    entries = "".join(f"<{entry}><loc>{address}</loc></{entry}>" for address in addresses)
    return Answer(200, f"<{root}>{entries}</{root}>", content_type="application/xml")


# ---------------------------------------------------------------- one story, several addresses


@pytest.mark.parametrize("shape", ["kcnawatch", "plain"])
@pytest.mark.parametrize("is_all", [True, False])
def test_a_story_that_redirects_to_a_newly_listed_address_has_moved_and_is_no_copy(
    press: Press, shape: str, is_all: bool
) -> None:
    site = press.opens(Site(story(3), story(2), story(1), shape=shape))
    press.crawl(0)
    old, new = _move(site, 2, 72)
    site.answers[old] = led_to(new)
    press.crawl(24, is_all=is_all)
    press.crawl(48, is_all=True)
    assert press.kinds() == ["new"] * 3 + ["moved"]
    assert press.kinds("teaser") == ["new"] * 3 + ["moved"]
    moved = press.changes()[-1]
    assert (moved.url, moved.of) == (site.url(new), _item_at(press, site.url(old)))
    assert (moved.changed_after, moved.changed_before) == (hour(0), hour(24))


@pytest.mark.parametrize("is_all", [True, False])
def test_a_story_whose_old_address_is_gone_has_moved_and_is_not_removed_later(
    press: Press, is_all: bool
) -> None:
    site = press.opens(three())
    press.crawl(0)
    _move(site, 2, 72)
    for day in (1, 2, 3):
        press.crawl(24 * day, is_all=is_all)
    assert press.kinds() == ["new"] * 3 + ["moved"]


def test_a_story_that_was_edited_as_it_moved_has_moved(press: Press) -> None:
    site = press.opens(three())
    press.crawl(0)
    old, new = _move(site, 2, 72)
    site.answers[old] = led_to(new)
    site.edit(2, f" {site.at(2).paragraphs[1].split()[5]} ", " corrected ")
    press.crawl(24)
    assert press.kinds() == ["new"] * 3 + ["moved"]


@pytest.mark.parametrize("is_due", [True, False], ids=["seen before", "asked for"])
def test_a_story_whose_old_address_does_not_answer_for_a_while_has_moved_and_is_no_copy(
    press: Press, is_due: bool
) -> None:
    site = press.opens(three())
    press.crawl(0)
    old, new = _move(site, 2, 72)
    site.answers[old] = Answer(500)
    summary = press.crawl(24 if is_due else 0.1, is_all=is_due)
    assert press.kinds() == ["new"] * 3
    assert any("moved or a copy is not known yet" in visit.reason for visit in summary.failures)
    site.answers[old] = led_to(new)
    press.crawl(48, is_all=True)
    press.crawl(72, is_all=True)
    assert press.kinds() == ["new"] * 3 + ["moved"]


def test_a_story_whose_old_address_never_answers_is_a_copy_in_the_end(press: Press) -> None:
    site = press.opens(three())
    press.crawl(0)
    old, _ = _move(site, 2, 72)
    site.answers[old] = Answer(500)
    for hours in range(24, 240, 24):
        press.crawl(hours, is_all=True)
    assert press.kinds() == ["new"] * 3 + ["duplicate"]


def test_a_story_that_stays_where_it_was_has_a_duplicate(press: Press) -> None:
    site = press.opens(three())
    press.crawl(0)
    old = site.at(2)
    site.adds(replace(story(72), headline=old.headline, paragraphs=old.paragraphs))
    press.crawl(24)
    press.crawl(48, is_all=True)
    assert press.kinds() == ["new"] * 3 + ["duplicate"]
    copy = press.changes()[-1]
    assert (copy.of, copy.similarity) == (_item_at(press, site.url(old.path)), 1.0)


def test_a_story_in_two_papers_is_new_once_and_a_duplicate_once(press: Press) -> None:
    first = press.opens(three(), "Gazette")
    second = press.opens(Site(story(6), story(5), shape="plain"), "Courier")
    told = first.at(2)
    dateline = ("Port Linnet, 3 March (Courier)", *told.paragraphs)
    second.adds(replace(story(62), headline=told.headline, paragraphs=dateline))
    press.crawl(0)
    press.crawl(24, is_all=True)
    assert sorted(press.kinds()) == ["duplicate", *["new"] * 5]
    copy = next(c for c in press.changes() if c.kind.value == "duplicate")
    original = press.store.item_state(copy.of or "")
    assert original is not None
    assert {copy.source, original.item.source} == {"Gazette", "Courier"}


def test_one_story_linked_in_many_ways_is_one_item_fetched_as_it_was_linked(press: Press) -> None:
    site = press.opens(Site(story(3), story(2), story(1), shape="plain"))
    first = site.stories[1]
    page = Answer(body=site.page(first))
    bare = first.path.rstrip("/")
    ways = (f"{first.path}?utm_source=letter&utm_medium=mail", f"{bare}#comments", f"{bare}/?fbclid=abc")
    for number, way in enumerate(ways):
        site.answers[way.split("#")[0]] = page
        site.stories[1] = replace(first, path=way)
        press.crawl(number, is_all=True)
    assert press.kinds() == ["new"] * 3
    assert press.kinds("teaser") == ["new"] * 3
    assert site.asked[:4].count(ways[0]) == 1


def test_links_through_a_counter_that_redirects_give_one_item_at_the_address_they_lead_to(
    press: Press,
) -> None:
    site = press.opens(Site(story(3), story(2), story(1), shape="plain"))
    told = site.stories[1]
    site.unlisted.append(told)
    site.stories[1] = replace(told, path="/go/2?from=front")
    site.answers["/go/2?from=front"] = led_to(told.path, 302)
    press.crawl(0)
    press.crawl(24, is_all=True)
    assert press.kinds() == ["new"] * 3
    assert site.url(told.path) in {change.url for change in press.changes()}


def test_a_story_linked_under_another_slug_is_not_removed_when_the_old_slug_answers_404(press: Press) -> None:
    site = press.opens(three())
    press.crawl(0)
    site.stories[1] = replace(site.stories[1], path=site.stories[1].path.replace("story", "other-words"))
    for hours in (24, 26, 28):
        press.crawl(hours, is_all=True)
    assert press.kinds() == ["new"] * 3
    assert press.outcomes(site.stories[1])[-1] == "ok"


def test_a_story_that_redirects_to_the_front_page_is_a_failed_visit(press: Press) -> None:
    for shape, name in (("kcnawatch", "Gazette"), ("plain", "Courier")):
        numbers = range(9, 0, -1) if shape == "plain" else range(29, 20, -1)
        site = press.opens(Site(*map(story, numbers), shape=shape), name)
    press.crawl(0)
    for site in press.sites:
        site.answers[site.stories[3].path] = led_to(FRONT, 302)
    summary = press.crawl(24, is_all=True)
    assert {v.reason for v in summary.failures} == {
        f"no article on the page: led on to {site.url(FRONT)}" for site in press.sites
    }
    assert press.kinds() == ["new"] * 18


def _move(site: Site, number: int, new_number: int) -> tuple[str, str]:
    """Story `number` stands at the address of `new_number` from now on; its old path and its new one."""
    place, old = next((i, s) for i, s in enumerate(site.stories) if s.number == number)
    path = old.path.replace(f"{number:05d}-{number}", f"{new_number:05d}-{new_number}")
    site.stories[place] = replace(old, path=path)
    return old.path, path


def _item_at(press: Press, url: str) -> str:
    return next(
        state.item.id
        for state in press.store.items()
        if state.item.subject.value == "article" and url in {address.url for address in state.addresses}
    )


# ---------------------------------------------------------------- what is no answer

CHALLENGE = (
    "<html><head><title>Just a moment...</title></head><body>"
    "<script src='/cdn-cgi/challenge-platform/h/b.js'></script></body></html>"
)
WALL = "<html><body><form class='nk-paywall-free-member-form'>Become a member</form></body></html>"
NESTED = "<div>" * 100_000
HINDRANCES = {
    "challenge that says 200": (Answer(body=CHALLENGE), "challenge page"),
    "challenge that says 403": (Answer(403, CHALLENGE), "challenge page"),
    "wall": (Answer(body=WALL), "members' wall"),
    "wall by redirect": (led_to("/free-member-form/?back=1", 302), "members' wall"),
    "no body": (Answer(body=""), "empty page"),
    "no text": (Answer(body="<html><body><div></div></body></html>"), "empty page"),
    "soft 404": (Answer(body="<title>Page not found</title><h1>Page not found</h1>"), "soft 404"),
    "picture": (Answer(body="\x89PNG\r\n\x1a\n\0\0", content_type="image/png"), "not HTML"),
    "refused": (Answer(403, "<html><body><h1>Forbidden</h1></body></html>"), "forbidden: status 403"),
    "refused by a guard": (
        Answer(403, "<html><body><h1>Forbidden</h1></body></html>", headers=(("X-DataDome", "protected"),)),
        "blocked by DataDome: status 403",
    ),
    "server error": (Answer(500, "<html><body><h1>Sorry</h1></body></html>"), "status 500"),
    "cut short": (Answer(body="<p>" + prose(1, 1, 400)[0] + "</p>", is_cut=True), "truncated"),
    "too late": (Answer(wait_seconds=1.0), "time-out"),
    "a loop": (led_to("/loop/a"), "redirect loop"),
    "led to nobody": (led_to("http://127.0.0.1:1/"), "robots.txt: unavailable (connection"),
}
BLOCKED = {
    "challenge that says 200",
    "challenge that says 403",
    "wall",
    "wall by redirect",
    "refused by a guard",
}


def test_whatever_hinders_a_visit_is_its_reason_and_neither_a_change_nor_a_removal(press: Press) -> None:
    site = press.opens(Site(*(story(n) for n in range(len(HINDRANCES), 0, -1))))
    press.crawl(0)
    site.answers = {"/free-member-form/?back=1": Answer(body="<p>Members only.</p>")}
    site.answers |= {"/loop/a": led_to("/loop/b"), "/loop/b": led_to("/loop/a")}
    for told, (answer, _) in zip(site.stories, HINDRANCES.values(), strict=True):
        site.answers[told.path] = answer
    for hours in (24, 26):
        summary = press.crawl(hours, is_all=True)
        failures = {visit.url: visit.reason for visit in summary.failures}
        found = [failures.get(site.url(told.path), "") for told in site.stories]
        wanted = [reason for _, reason in HINDRANCES.values()]
        assert [f for f, w in zip(found, wanted, strict=True) if not f.startswith(w)] == []
        assert summary.counts["failed"] + summary.counts["blocked"] == len(HINDRANCES)
    assert press.kinds() == ["new"] * len(HINDRANCES)
    assert press.kinds("teaser") == ["new"] * len(HINDRANCES)
    ended = [press.outcomes(told) for told in site.stories]
    assert ended == [["ok", *(["blocked" if name in BLOCKED else "failed"] * 2)] for name in HINDRANCES]
    site.answers = {}
    assert press.crawl(28, is_all=True).failures == []
    assert press.kinds() == ["new"] * len(HINDRANCES)


@pytest.mark.parametrize("name", [n for n in HINDRANCES if n not in ("wall by redirect", "a loop")])
def test_a_hindered_listing_removes_no_teaser(press: Press, name: str) -> None:
    answer, _ = HINDRANCES[name]
    site = press.opens(three())
    press.crawl(0)
    site.answers = {FRONT: answer}
    for hours in (2, 4):
        summary = press.crawl(hours, is_all=True)
        assert [(v.url, bool(v.reason)) for v in summary.failures] == [(site.url(FRONT), True)]
    assert (press.kinds("teaser"), press.kinds()) == (["new"] * 3, ["new"] * 3)


def test_what_robots_txt_forbids_is_a_disallowed_visit_and_never_asked_for(press: Press) -> None:
    site = three()
    site.robots = f"User-agent: *\nDisallow: {site.at(2).path}\n"
    press.opens(site)
    summary = press.crawl(0)
    press.crawl(1, is_all=True)
    assert site.at(2).path not in site.asked
    assert press.outcomes(site.at(2)) == ["disallowed"] * 2
    assert press.visits(site.at(2))[0].reason.startswith("robots.txt:")
    assert (summary.failures, press.kinds()) == ([], ["new"] * 2)


def test_a_page_of_100_000_nested_tags_is_a_failed_visit_while_other_pages_go_on(press: Press) -> None:
    site = press.opens(Site(*(story(n) for n in range(12, 0, -1))))
    site.answers[site.at(12).path] = Answer(body=f"<html><body><article>{NESTED}")
    site.answers[site.at(7).path] = Answer(body="<html><body><article>" + "<b><i>" * 50_000 + "x")
    begun = time.monotonic()
    summary = press.crawl(0)
    assert time.monotonic() - begun < 15
    assert {v.url for v in summary.failures} == {site.url(site.at(n).path) for n in (7, 12)}
    assert all(v.reason for v in summary.failures)
    assert press.kinds() == ["new"] * 10
