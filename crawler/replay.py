"""REPLAY: kept raw responses, read with the parsers and recipes of today; what would read differently.

What lives here: reading an article's kept responses again and holding each against its stored snapshot. What
must not: deciding or recording. A difference found here is no edit: the page is the same, byte for byte.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime

from crawler.compare.differ import differences
from crawler.compare.fingerprint import undoubted
from crawler.parse import Reading
from storage.errors import NotFound
from storage.records import Article, Page, Snapshot, Source, Subject, TargetKind
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


async def _reread(snapshot: Snapshot, source: Source, get_evidence: GetEvidence, read: Read) -> Reread:
    before = snapshot.content
    assert isinstance(before, Article)
    try:
        body = get_evidence(snapshot.evidence or "")
    except (NotFound, ValueError) as error:
        return Reread(source.name, snapshot, problem=str(error))
    url = snapshot.url or before.url or ""
    page = Page(before.redirected_from or url, url, 200, (), body, snapshot.seen_at)
    reading = await read(page, source, TargetKind.ARTICLE)
    if reading.article is None:
        return Reread(source.name, snapshot, problem=reading.obstacle or "no article is found on it any more")
    after = undoubted(reading.article)
    return Reread(source.name, snapshot, differences(before, after, source.time_zone), after)
