"""REPLAY: kept raw responses, read with the parsers and recipes of today; what would read differently.

What lives here: reading an article's kept responses again and holding each against its stored snapshot (`replay`),
and storing what the latest of them read like today (`apply`). What must not: deciding. A difference found here is no
edit: the page is the same, byte for byte. What is stored is a technical snapshot, with which later captures are
compared like with like; a crawl does the same by itself where an older reading would be held against a newer one.
"""

from __future__ import annotations

from collections.abc import (
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass
from datetime import datetime

from crawler.compare.differ import differences
from crawler.compare.fingerprint import KeyOf, undoubted
from crawler.compare.observe import listing_place
from crawler.frontier import source_targets
from crawler.parse import Reading
from crawler.pipeline import kept_page, read_kept, take
from storage.errors import NotFound
from storage.records import Article, Page, Sighting, Snapshot, Source, Subject, Target, TargetKind
from storage.store import Store

Read = Callable[[Page, Source, TargetKind | None], Awaitable[Reading]]
GetEvidence = Callable[[str], bytes]


@dataclass(frozen=True, slots=True)
class Reread:
    """A stored article read again. `fields` differ between what is stored and `after`; none where it reads alike.

    `problem`: why it could not be read again, in words. Then `after` is None and `fields` is empty.
    """

    source: str
    snapshot: Snapshot
    fields: tuple[str, ...] = ()
    after: Article | None = None
    problem: str | None = None


async def replay(
    store: Store,
    get_evidence: GetEvidence,
    read: Read,
    sources: Collection[Source],
    *,
    names: Collection[str] = (),
    since: datetime | None = None,
) -> AsyncIterator[Reread]:
    """Every snapshot of an article that came of a kept response, oldest item first, read again.

    With `names`, those of these sources; with `since`, those seen at or after it. What a raw response no
    longer proves, because it was pruned or damaged, is told as a problem.
    """
    known = {source.name: source for source in sources}
    for item in [state.item for state in store.items()]:
        if item.subject is not Subject.ARTICLE or (names and item.source not in names):
            continue
        source = known.get(item.source) or Source(item.source)
        for snapshot in store.snapshots(item.id):
            if snapshot.evidence is not None and (since is None or snapshot.seen_at >= since):
                yield await _reread(snapshot, source, get_evidence, read)


@dataclass(slots=True)
class Applied:
    """How applying went: pages read again, technical snapshots stored, pages nothing could be read off."""

    pages: int = 0
    stored: int = 0
    unread: int = 0


async def apply(
    store: Store,
    get_evidence: GetEvidence,
    read: Read,
    sources: Collection[Source],
    key_of: KeyOf,
    now: Callable[[], datetime],
    *,
    names: Collection[str] = (),
    since: datetime | None = None,
    progress: Callable[[Applied], None] = lambda applied: None,
) -> Applied:
    """Store what the latest text of every article and teaser reads like today, where that is something else.

    `names` and `since` as in `replay`, of the latest texts. Teasers are those of listings that `sources` watch today.
    """
    applied, batch = Applied(), list[Sighting]()
    known = {source.name: source for source in sources}
    for page in _latest_pages(store, known, key_of, names, since):
        applied.pages += 1
        try:
            body = get_evidence(page.snapshot.evidence or "")
        except (NotFound, ValueError):
            applied.unread += 1
        else:
            found = await read_kept(body, page.snapshot, page.url, page.source, page.kind, now(), read)
            applied.unread += not found
            batch += found
        if len(batch) >= _AT_ONCE:
            applied.stored += _stored(store, batch, key_of)
            batch = []
        progress(applied)
    applied.stored += _stored(store, batch, key_of)
    return applied


_AT_ONCE = 64


def _stored(store: Store, batch: Sequence[Sighting], key_of: KeyOf) -> int:
    return len(take(store, batch, key_of).rows.snapshots) if batch else 0


@dataclass(frozen=True, slots=True)
class _Kept:
    """A text whose raw bytes are kept, and how they were asked for."""

    snapshot: Snapshot
    url: str
    source: Source
    kind: TargetKind


def _latest_pages(
    store: Store, known: Mapping[str, Source], key_of: KeyOf, names: Collection[str], since: datetime | None
) -> Iterator[_Kept]:
    """The pages that items' latest texts came from, each once."""
    told: set[str] = set()
    channels = _channels(known.values(), key_of)
    for state in store.items():
        latest, item = state.latest, state.item
        if latest.evidence is None or latest.evidence in told or (names and item.source not in names):
            continue
        if since is not None and latest.seen_at < since:
            continue
        source = known.get(item.source) or Source(item.source)
        if item.subject is Subject.ARTICLE:
            url = latest.url or latest.content.url
            if url:
                told.add(latest.evidence)
                yield _Kept(latest, url, source, TargetKind.ARTICLE)
            continue
        places = (span.place for span in store.spans(item.id) if span.snapshot_id == latest.id)
        channel = next((channels[place] for place in places if place in channels), None)
        if channel is not None:
            told.add(latest.evidence)
            yield _Kept(latest, channel.url, source, channel.kind)


def _channels(sources: Iterable[Source], key_of: KeyOf) -> dict[str, Target]:
    """The listings, feeds and sitemaps that are watched, by their place."""
    return {
        listing_place(source.name, key_of(target.url, source.name)): target
        for source in sources
        for target in source_targets(source)
    }


async def _reread(snapshot: Snapshot, source: Source, get_evidence: GetEvidence, read: Read) -> Reread:
    before = snapshot.content
    assert isinstance(before, Article)
    try:
        body = get_evidence(snapshot.evidence or "")
    except (NotFound, ValueError) as error:
        return Reread(source.name, snapshot, problem=str(error))
    page = kept_page(snapshot, snapshot.url or before.url or "", body)
    reading = await read(page, source, TargetKind.ARTICLE)
    if reading.article is None:
        return Reread(source.name, snapshot, problem=reading.obstacle or "no article is found on it any more")
    after = undoubted(reading.article)
    return Reread(source.name, snapshot, differences(before, after, source.time_zone), after)
