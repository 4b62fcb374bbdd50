"""What there is on a day: the script, folded up to that day. Pure; no HTML, no HTTP.

A `Copy` is one story at one address. Most stories have one; a republished or syndicated story has another,
with an address, and for the other paper a headline and dateline, of its own. Later events of a story happen
to its first copy.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from crawler.demo_site.prose import GAZETTE, TELEGRAPH, Story
from crawler.demo_site.story import Event, Happening, Script, date_of, other_paper

LISTED = 14  # teasers on a listing
IN_BLOCK = 6  # teasers in a 'More From' block
LONGEST_EXCERPT = 130  # characters

LISTING_PATHS = {GAZETTE: "/article/12/", TELEGRAPH: "/article/7/"}


@dataclass(frozen=True, slots=True)
class Copy:
    """One story at one address, as it stands on a day. `excerpt` is what its teaser shows."""

    story: Story
    source: str
    number: int
    published: date
    headline: str
    paragraphs: tuple[str, ...]
    excerpt: str
    slug: str
    is_gone: bool = False
    old_paths: tuple[str, ...] = ()  # they redirect here
    before: Copy | None = None  # as it stood before its last edit
    original: str | None = None  # of a copy for another paper: the name of the copy it was made of

    @property
    def path(self) -> str:
        """Its address on its paper's site: ``/newstream/<unix time>-<number>/<slug>/``."""
        folder = "/members" if self.story.is_for_members else "/newstream"
        return f"{folder}/{_unix_time(self)}-{self.number}/{self.slug}/"


@dataclass(frozen=True, slots=True)
class Edition:
    """Everything the two papers hold on a day. `copies` go by names that outlast every edit and move."""

    day: int
    copies: dict[str, Copy]

    def newest(self, source: str, count: int, *, apart_from: Copy | None = None) -> tuple[Copy, ...]:
        """The `count` youngest copies of `source` that are not gone, youngest first."""
        there = (c for c in self.copies.values() if c.source == source and not c.is_gone and c != apart_from)
        return tuple(sorted(there, key=_age, reverse=True)[:count])

    def listing(self, source: str) -> tuple[Copy, ...]:
        """What the listing of `source` shows, top first."""
        return self.newest(source, LISTED)

    def block(self, copy: Copy) -> tuple[Copy, ...]:
        """What the 'More From' block on the page of `copy` shows, top first."""
        return self.newest(copy.source, IN_BLOCK, apart_from=copy)


def edition(script: Script, day: int) -> Edition:
    """The papers as they stand on `day`."""
    copies: dict[str, Copy] = {}
    for event in sorted(script, key=lambda event: event.day):
        if event.day <= day:
            _happen(copies, event)
    return Edition(day, copies)


def excerpt_of(paragraphs: tuple[str, ...], number: int) -> str:
    """The start of the text, at most 130 characters; cut at a word for even numbers, inside one for odd."""
    text = " ".join(paragraphs)
    start = text[:LONGEST_EXCERPT]
    if number % 2 == 0 and len(text) > len(start):
        start = start[: start.rindex(" ")]
    return start.rstrip()


def slug_of(headline: str) -> str:
    """The words of `headline` as they stand in an address.

    >>> slug_of("Baker's dozen, again")
    'baker-s-dozen-again'
    """
    return re.sub(r"[^a-z0-9]+", "-", headline.lower()).strip("-")


def _happen(copies: dict[str, Copy], event: Event) -> None:
    """Let `event` happen to `copies`, in place."""
    story = event.story
    if event.kind is Happening.APPEARS:
        copies[story.name] = _first_copy(story, date_of(event.day))
        return
    copy = copies.get(story.name)
    if copy is None:
        return
    match event.kind:
        case Happening.REPUBLISHED:
            copies[f"{story.name}#{event.number}"] = replace(
                copy, number=event.number, before=None, old_paths=()
            )
        case Happening.SYNDICATED:
            copies[f"{story.name}@{event.number}"] = _syndicated(copy, event)
        case _:
            copies[story.name] = _altered(copy, event)


def _first_copy(story: Story, published: date) -> Copy:
    excerpt = excerpt_of(story.paragraphs, story.number)
    return Copy(
        story=story,
        source=story.source,
        number=story.number,
        published=published,
        headline=story.headline,
        paragraphs=story.paragraphs,
        excerpt=excerpt,
        slug=slug_of(story.headline),
    )


def _altered(copy: Copy, event: Event) -> Copy:
    match event.kind:
        case Happening.RETITLED:
            return replace(copy, headline=event.headline, before=copy)
        case Happening.EDITED:
            return _edited(copy, event)
        case Happening.REVERTED:
            return _as_before(copy)
        case Happening.MOVED:
            return replace(copy, number=event.number, old_paths=(*copy.old_paths, copy.path))
        case Happening.VANISHED:
            return replace(copy, is_gone=True)
        case Happening.RETURNED:
            return replace(copy, is_gone=False)
        case _:
            raise ValueError(f"{event.kind} does not alter a copy")


def _edited(copy: Copy, event: Event) -> Copy:
    paragraphs = tuple(paragraph.replace(event.old, event.new) for paragraph in copy.paragraphs)
    excerpt = copy.excerpt if event.keeps_teaser else excerpt_of(paragraphs, copy.story.number)
    return replace(copy, paragraphs=paragraphs, excerpt=excerpt, before=copy)


def _as_before(copy: Copy) -> Copy:
    earlier = copy.before
    if earlier is None:
        return copy
    return replace(
        copy, headline=earlier.headline, paragraphs=earlier.paragraphs, excerpt=earlier.excerpt, before=None
    )


def _syndicated(copy: Copy, event: Event) -> Copy:
    """The other paper's copy: its own headline and first paragraph, then the text without its dateline."""
    lead, *rest = copy.paragraphs
    paragraphs = (event.new, lead.partition(" -- ")[2] or lead, *rest)
    return Copy(
        story=copy.story,
        source=other_paper(copy.source),
        number=event.number,
        published=date_of(event.day),
        headline=event.headline,
        paragraphs=paragraphs,
        excerpt=excerpt_of(paragraphs, event.number),
        slug=slug_of(event.headline),
        original=copy.story.name,
    )


def _age(copy: Copy) -> tuple[date, int, int]:
    return copy.published, copy.story.number, copy.number


def _unix_time(copy: Copy) -> int:
    """Eight in the morning, site time (23:00 UTC of the day before), and a second for each number."""
    morning = datetime.combine(copy.published, time(0), tzinfo=UTC)
    return int(morning.timestamp()) - 3600 + copy.number
