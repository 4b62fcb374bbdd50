"""THE MAIN FLOW. Start reading here.

    target --> fetch --> page --> parse --> observations --> observe, recall, decide --> verdict --> record
               I/O                pure                       pure     I/O     pure                   I/O

`look` goes from a target to what its page said; `take` goes from what pages said to the change log. Daemon,
one-off crawl, seed import and tests differ only in what they pass: which fetch, which store, which `now`. A
crawl takes a batch of pages at once; the meaning is that of one page after another.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from crawler.compare.decide import OutOfOrder, decide
from crawler.compare.fingerprint import KeyOf, identity, sight, sight_again
from crawler.compare.observe import Seen, further_questions, observe, questions
from crawler.parse import encoding
from crawler.parse.obstacles import is_block
from crawler.parse.sitemap import is_index
from storage.errors import Conflict
from storage.known import Known, Questions, Unlike, Verdict
from storage.records import (
    Article,
    Gone,
    Listing,
    Observation,
    Origin,
    Outcome,
    Page,
    Sighting,
    Snapshot,
    Source,
    Target,
    TargetKind,
    Visit,
)
from storage.store import Store

_TRIES = 48  # at a batch, while others record in between: with the pauses, some twenty seconds
_LONGEST_PAUSE = 0.5  # seconds
_FORBIDDEN = (401, 403, 451)


class Failed(Protocol):
    """Why there is no page, as the fetcher says it."""

    @property
    def outcome(self) -> Outcome: ...
    @property
    def reason(self) -> str: ...
    @property
    def status(self) -> int | None: ...
    @property
    def seconds(self) -> float: ...


class Reading(Protocol):
    """What a page said, as the parser read it: an article, a listing, or what stood in the way."""

    @property
    def article(self) -> Article | None: ...
    @property
    def listing(self) -> Listing | None: ...
    @property
    def obstacle(self) -> str | None: ...
    @property
    def stamps(self) -> tuple[tuple[str, str], ...]: ...
    @property
    def found(self) -> tuple[str, ...]: ...
    @property
    def missed(self) -> tuple[str, ...]: ...
    @property
    def reader(self) -> str: ...
    @property
    def next_page(self) -> str | None: ...


ReadAgain = Callable[[Sequence[Unlike]], Sequence[Sighting]]
Fetch = Callable[[Target], Awaitable[Page | Failed]]
Parse = Callable[[Page, Source, TargetKind], Awaitable[Reading]]
ParseAny = Callable[
    [Page, Source, TargetKind | None], Awaitable[Reading]
]  # None: whatever the page turns out to be


@dataclass(frozen=True, slots=True)
class Look:
    """One visit on its way to the record: how it ended, what was seen, the page itself if there was one."""

    target: Target
    visit: Visit
    sightings: tuple[Sighting, ...] = ()
    page: Page | None = None
    sitemaps: tuple[str, ...] = ()  # addresses of further sitemaps
    next_page: str | None = None  # where a listing goes on
    links: tuple[str, ...] = ()  # addresses that a sitemap names without a word about them
    stamps: tuple[tuple[str, str], ...] = ()  # when a feed or sitemap says that articles were last edited
    is_read: bool = False  # by the parser, as what it was to be, even where that found nothing
    found: tuple[str, ...] = ()  # the recipe's selectors that found something on it, by name
    missed: tuple[str, ...] = ()  # those that found nothing


@dataclass(frozen=True, slots=True)
class Ending:
    """What is recorded with a verdict: the targets as they are left behind, and what was learned by source."""

    targets: Sequence[Target] = ()
    learned: Mapping[str, dict[str, Any]] = field(default_factory=dict)


async def look(
    target: Target, source: Source, now: Callable[[], datetime], *, fetch: Fetch, parse: Parse
) -> Look:
    """Fetch `target` and read it. A failure is a `Look` too: its visit says why there is nothing to see."""
    page = await fetch(target)
    at = now()
    if not isinstance(page, Page):
        return Look(target, _visit(target, at, page.outcome, page.reason, page.status, page.seconds))
    visit = _visit(target, at, Outcome.OK, "", page.status, page.seconds)
    if page.status == 304:
        return Look(target, replace(visit, outcome=Outcome.NOT_MODIFIED), page=page)
    reading = await parse(replace(page, fetched_at=at), source, target.kind)
    if is_block(reading.obstacle):
        blocked = replace(visit, outcome=Outcome.BLOCKED, reason=reading.obstacle or "")
        return Look(target, blocked, page=page)
    if page.status in (404, 410):
        gone = Gone(source.name, target.url, at, page.status)
        visit = replace(visit, outcome=Outcome.GONE, reason=f"status {page.status}")
        return Look(target, visit, (sight(gone, Origin.CRAWL),), page)
    is_read = page.status == 200 and reading.obstacle is None
    read = Look(
        target,
        visit,
        page=page,
        stamps=reading.stamps,
        is_read=is_read,
        found=reading.found,
        missed=reading.missed,
        next_page=reading.next_page,
    )
    trouble = _trouble(page, reading, target.kind)
    if trouble:
        visit = replace(visit, outcome=Outcome.FAILED, reason=trouble)
        return replace(read, visit=visit, is_read=is_read and not page.redirects)
    if target.kind is TargetKind.SITEMAP:
        return _mapped(read, reading)
    return replace(read, sightings=_seen(reading, page))


async def read_kept(
    body: bytes,
    earlier: Snapshot,
    url: str,
    source: Source,
    kind: TargetKind | None,
    at: datetime,
    parse: ParseAny,
) -> list[Sighting]:
    """What `body`, the raw bytes of an `earlier` text, read like today, as of `at`: technical, no look at the site.

    `url`: of the page, where it is not that of the text. Empty where nothing is read off it any more.
    """
    if isinstance(earlier.content, Article):
        url = earlier.url or url
    page = kept_page(earlier, url, body)
    reading = await parse(page, source, kind)
    if reading.obstacle is not None:
        return []
    seen = (replace(one, evidence=earlier.evidence) for one in _seen(reading, page))
    return [sight_again(one, replace(one.observation, captured_at=at), Origin.REREAD) for one in seen]


def kept_page(snapshot: Snapshot, url: str, body: bytes) -> Page:
    """The page at `url` that the text was read off, with the raw bytes that are kept of it."""
    headers = (("content-type", f"text/html; charset={snapshot.charset}"),) if snapshot.charset else ()
    return Page(url, url, 200, headers, body, snapshot.seen_at)


def take(
    store: Store,
    sightings: Sequence[Sighting],
    key_of: KeyOf,
    *,
    visits: Sequence[Visit] = (),
    finish: Callable[[Verdict], Ending] = lambda verdict: Ending(),
    read_again: ReadAgain = lambda unlike: [],
) -> Verdict:
    """Decide `sightings` and record what they mean, with `visits`, in one transaction.

    `finish` is called with each verdict before it is recorded; it gives back what to record with it. `read_again`
    reads the pages of earlier texts that another reader had read: what is recorded compares like with like.
    """
    for tries_left in reversed(range(_TRIES)):
        verdict = weigh(store, sightings, key_of)
        if verdict.unlike and (again := read_again(verdict.unlike)):
            verdict = weigh(store, [*again, *sightings], key_of)
        try:
            ending = finish(verdict)
            store.record(verdict, visits=visits, targets=ending.targets, experiences=ending.learned)
        except Conflict:
            if not tries_left:
                raise
            time.sleep(min(_LONGEST_PAUSE, 0.002 * 2 ** min(_TRIES - tries_left, 10)))
        else:
            return verdict
    raise AssertionError("unreachable")


def weigh(store: Store, sightings: Iterable[Sighting], key_of: KeyOf) -> Verdict:
    """What `sightings` mean. Where one is older than what it bears on, everything since is decided again."""
    first = store.recall(Questions())
    revision, next_seq = first.revision, first.next_seq
    fresh = [replace(s, seq=next_seq + i) for i, s in enumerate(sightings)]
    seen = observe(fresh, key_of)
    try:
        verdict = decide(seen, _recall(store, seen, None))
    except OutOfOrder as late:
        verdict = _weigh_again(store, seen, late.since, key_of)
    verdict.revision = revision  # whoever records between these questions makes the verdict a Conflict
    return verdict


def _weigh_again(store: Store, seen: list[Seen], since: datetime, key_of: KeyOf) -> Verdict:
    """Decide `seen` together with all that is stored from `since` on, in order of time."""
    held = store.recall(questions(seen))
    fresh = [s.sighting for s in seen if not held.is_held(identity(s.sighting))]
    since = min([since, *(sighting.at for sighting in fresh)])
    again = observe([*store.sightings(since), *fresh], key_of)
    verdict = decide(again, _recall(store, again, since), is_ordered=True)
    new = {sighting.seq for sighting in fresh}
    verdict.sightings = [sighting for sighting in verdict.sightings if sighting.seq in new]
    verdict.rewind_to = since
    return verdict


def _recall(store: Store, seen: list[Seen], before: datetime | None) -> Known:
    """What is known about `seen`: by address and place, and by clues about what no address identifies."""
    asked = questions(seen)
    known = store.recall(asked, before)
    further = further_questions(seen, known)
    if not (further.clues or further.keys):
        return known
    more = replace(asked, keys=asked.keys | further.keys, clues=asked.clues | further.clues)
    return store.recall(more, before)


def _seen(reading: Reading, page: Page) -> tuple[Sighting, ...]:
    """The observations of one page. A listing beside an article is a block on its page."""
    found: list[Sighting] = []
    if reading.article is not None:
        found.append(_read_off(reading.article, reading, page))
    if reading.listing is not None and reading.listing.teasers:
        listing = replace(reading.listing, is_block=reading.article is not None)
        found.append(_read_off(listing, reading, page))
    return tuple(found)


def _read_off(observation: Observation, reading: Reading, page: Page) -> Sighting:
    charset = encoding.of_header(page.header("content-type"))
    return sight(observation, Origin.CRAWL, reader=reading.reader, charset=charset or "")


def _trouble(page: Page, reading: Reading, kind: TargetKind) -> str:
    """Why this page says nothing, in words; empty where it says something."""
    if reading.obstacle is not None:
        return reading.obstacle
    if page.status != 200:
        return f"{'forbidden: ' if page.status in _FORBIDDEN else ''}status {page.status}"
    if kind is TargetKind.ARTICLE and reading.article is None:
        where = f": led on to {page.url}" if page.redirects else ""
        return f"no article on the page{where}"
    if kind is not TargetKind.ARTICLE and not (reading.listing and reading.listing.teasers):
        return "no teasers on the page"
    return ""


def _mapped(look: Look, reading: Reading) -> Look:
    """A sitemap's entries: those of an index are sitemaps, others with a headline teasers, else addresses."""
    assert reading.listing is not None and look.page is not None
    teasers = reading.listing.teasers
    if is_index(look.page.body):
        return replace(look, sitemaps=tuple(t.url for t in teasers if t.url))
    titled = tuple(t for t in teasers if t.headline)
    links = tuple(t.url for t in teasers if t.url and not t.headline)
    listing = replace(reading.listing, teasers=titled)
    seen = (_read_off(listing, reading, look.page),) if titled else ()
    return replace(look, sightings=seen, links=links)


def _visit(
    target: Target, at: datetime, outcome: Outcome, reason: str, status: int | None, seconds: float
) -> Visit:
    return Visit(target.url, target.source, target.kind, at, outcome, reason, status, seconds=seconds)
