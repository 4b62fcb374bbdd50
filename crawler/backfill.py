"""BACKFILL: from a listing back through its older pages, to a day or to its end; begun once, gone on with at will.

What lives here: which page comes next, when a walk is over and why, and the bookmark from which the next pass goes on.
What must not: fetching, recording, or which of the articles are visited (`run`).

A walk ends at the day asked for, at the last page, or where it goes in circles: a page that was walked already, or two
pages in a row with nothing that earlier ones had not shown. It is broken off, and the same command goes on from there,
where a page fails, the day's requests are spent, or the pass takes no more new articles.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from crawler import urls
from crawler.compare.fingerprint import sight_again
from crawler.frontier import listing_target_key
from crawler.pipeline import Look
from storage.records import LOOKED, Listing, Sighting, Target, TargetKind, Teaser

_OVER = "over"  # the stamp of a bookmark: the walk is done, the next one begins anew
_MOST_PAGES = 50_000  # of one walk
_MOST_IDLE = 2  # pages in a row with nothing new


@dataclass(slots=True)
class Walk:
    """How far one listing was walked in this pass. `ended`: why it did not go on, in words."""

    source: str
    start: str  # the listing's address
    begun_at: str  # that of the first page walked: another one where an earlier walk is gone on with
    pages: int = 0
    oldest: str | None = None  # day of the oldest teaser, ISO
    ended: str = ""
    is_over: bool = False
    seen: set[str] = field(default_factory=set)  # what teasers lead to
    walked: set[str] = field(default_factory=set)  # keys of pages
    idle: int = 0


class Backfill:
    """The walks of one pass, back to the day `until`, or as far as there are pages."""

    def __init__(self, until: date | None = None) -> None:
        self.until = until.isoformat() if until else None
        self.walks: list[Walk] = []
        self._walk_of: dict[str, Walk] = {}  # by the key of a page
        self._starts: dict[str, str] = {}  # by the key of a page, that of the listing
        self._turned: dict[str, tuple[Target, Target | None]] = {}

    @staticmethod
    def bookmarks(listings: Iterable[Target]) -> list[str]:
        """The keys under which the store has how far these listings were walked."""
        return [_bookmark_key(target.key) for target in listings]

    def begin(self, listings: Iterable[Target], known: Mapping[str, Target]) -> list[Target]:
        """The page of each listing to look at first: where an earlier walk was broken off, that one."""
        first = []
        for listing in listings:
            mark = known.get(_bookmark_key(listing.key))
            is_begun = mark is not None and mark.stamp != _OVER
            page = _page(listing, mark.url if mark is not None and is_begun else listing.url)
            walk = Walk(listing.source, listing.url, page.url)
            self.walks.append(walk)
            self._enter(page, walk, listing.key)
            first.append(page)
        return first

    def trusted(self, look: Look) -> Look:
        """`look`, where it is of an older page, for what it shows and not for what it lacks: rows move on there."""
        walk = self._walk_of.get(look.target.key)
        if walk is None or look.target.url == walk.start:
            return look
        return replace(look, sightings=tuple(map(_as_block, look.sightings)))

    def is_wanted(self, teaser: Teaser) -> bool:
        """Whether the teaser is not dated before the day at which the walk ends."""
        return self.until is None or not teaser.date or teaser.date[:10] >= self.until

    def turn(
        self, look: Look, hindrance: str = "", *, is_cut: bool = False
    ) -> tuple[Target | None, Target | None]:
        """After `look`: the bookmark to keep, and the next page; None and None for what is no page of a walk.

        `hindrance`: why no further page can be looked at in this pass, in words; "" if one can. `is_cut`: not even
        all that this page leads to was taken, so it must be looked at again. Asked again of a page, it says the same.
        """
        key = look.target.key
        if key not in self._walk_of:
            return None, None
        if key not in self._turned:
            self._turned[key] = self._turn(look, self._walk_of[key], self._starts[key], hindrance, is_cut)
        return self._turned[key]

    def _turn(
        self, look: Look, walk: Walk, start_key: str, hindrance: str, is_cut: bool
    ) -> tuple[Target, Target | None]:
        here = look.target
        if look.visit.outcome not in LOOKED:
            walk.ended = f"{here.url} failed ({look.visit.reason})"
            return _bookmark(here, start_key, here.url), None
        newest = _note(look, walk)
        if is_cut:
            walk.ended = hindrance
            return _bookmark(here, start_key, here.url), None
        following = _page(here, look.next_page) if look.next_page else None
        over = self._over(following, newest, walk)
        if following is None or over:
            walk.ended, walk.is_over = over, True
            return _bookmark(here, start_key, walk.start, _OVER), None
        mark = _bookmark(here, start_key, following.url)
        if hindrance:
            walk.ended = hindrance
            return mark, None
        self._enter(following, walk, start_key)
        return mark, following

    def _over(self, following: Target | None, newest: str | None, walk: Walk) -> str:
        """Why the walk is over; "" where it is not. `newest`: the latest day on the page in hand."""
        if self.until and newest and newest < self.until:
            return f"everything on its last page is older than {self.until}"
        if following is None:
            return "there is no older page"
        if following.key in walk.walked:
            return f"its pages go in circles: {following.url} was walked already"
        if walk.idle >= _MOST_IDLE:
            return f"{walk.idle} pages in a row showed nothing that earlier ones had not"
        return f"{walk.pages:,} pages are the most" if walk.pages >= _MOST_PAGES else ""

    def _enter(self, page: Target, walk: Walk, start_key: str) -> None:
        self._walk_of[page.key] = walk
        self._starts[page.key] = start_key
        walk.walked.add(page.key)


def _note(look: Look, walk: Walk) -> str | None:
    """What the page showed, into `walk`; gives back its latest day."""
    listings = (s.observation for s in look.sightings if isinstance(s.observation, Listing))
    teasers = [teaser for listing in listings for teaser in listing.teasers]
    shown = {urls.canonical(t.url) if t.url else t.headline or t.excerpt or "" for t in teasers}
    walk.pages += 1
    walk.idle = 0 if shown - walk.seen else walk.idle + 1
    walk.seen |= shown
    days = sorted(t.date[:10] for t in teasers if t.date)
    if days and (walk.oldest is None or days[0] < walk.oldest):
        walk.oldest = days[0]
    return days[-1] if days else None


def _page(like: Target, url: str) -> Target:
    """A page of the listing, to be had in full: where it goes on stands on it."""
    key = listing_target_key(TargetKind.LISTING, like.source, url)
    return Target(key, url, like.source, TargetKind.LISTING)


def _bookmark_key(listing_key: str) -> str:
    return f"backfill|{listing_key}"


def _bookmark(page: Target, listing_key: str, url: str, stamp: str | None = None) -> Target:
    """Where the next pass goes on. As a target it is never due: nobody asks for it by its key but `begin`."""
    return Target(_bookmark_key(listing_key), url, page.source, TargetKind.LISTING, stamp=stamp)


def _as_block(sighting: Sighting) -> Sighting:
    seen = sighting.observation
    return sight_again(sighting, replace(seen, is_block=True)) if isinstance(seen, Listing) else sighting
