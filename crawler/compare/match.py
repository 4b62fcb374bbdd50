"""Which known item a capture is, and of which one it is a copy. Pure.

**Identity** (`find_article`, `find_teaser`): an address decides. Without one, on either side (a seed):

| capture and item, same source | are one item when |
|---|---|
| articles | same text; or same headline and agreeing dates; or one is a light rewrite of the other |
| teasers | same headline and (agreeing dates or excerpts); or same excerpt and the same known date |

An item that has an address of its own is never taken over by a capture at another one: that is a copy.

**Copies** (`copies_of`): other items whose text, now or earlier, is the same or nearly so, oldest first.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, lru_cache

from crawler.compare import differ
from crawler.compare.fingerprint import KEPT_LENGTH, body
from crawler.compare.similar import (
    Likeness,
    Reading,
    compare_teasers,
    compare_texts,
    copy_likeness,
    read,
    similarity,
)
from storage.known import Known
from storage.records import Article, Content, Item, Origin, Sighting, Snapshot, Subject, Teaser

_SAME_HEADLINE_FLOOR = 0.2  # similarity below which one headline on one day stands over two stories
_UNDATED_FLOOR = 0.5  # the same, where a date is unknown


@dataclass(frozen=True, slots=True)
class Copy:
    """An item that reads like the capture, in its text `snapshot`; similarity is of the texts, 0 to 1."""

    item: Item
    snapshot: Snapshot
    similarity: float
    reason: str


def find_article(
    sighting: Sighting,
    article: Article,
    found: list[tuple[str, int]],
    known: Known,
    zone: str,
    require_order: Callable[[bool], None],
) -> Item | None:
    """The known article that this capture is, where no address tells; None where there is none.

    `require_order` is told of every item in question whether its text is of the capture's time or before.
    """
    items = candidates(Subject.ARTICLE, found, known)
    return _best(sighting, article, article.source_line, items, known, zone, require_order)


def find_teaser(
    sighting: Sighting,
    teaser: Teaser,
    found: list[tuple[str, int]],
    known: Known,
    zone: str,
    require_order: Callable[[bool], None],
    taken: Collection[str] = (),
) -> Item | None:
    """The known teaser that this one is, where no address tells; None where there is none.

    `taken`: ids of items that other teasers of the same listing are.
    """
    label = getattr(sighting.observation, "source_line", None)
    items = (item for item in candidates(Subject.TEASER, found, known) if item.id not in taken)
    return _best(sighting, teaser, label, items, known, zone, require_order)


def copies_of(content: Content, at: datetime, found: list[tuple[str, int]], known: Known) -> list[Copy]:
    """The items of which `content`, seen at `at`, is a copy: the most similar first, the oldest of equals.

    An item that came after `at` counts too, in its first text: the caller must see that it is out of order.
    """
    subject = Subject.ARTICLE if isinstance(content, Article) else Subject.TEASER
    likeness = likeness_to(content)
    items = candidates(subject, found, known)
    copies = [copy for item in items if (copy := _copy(likeness, at, item, known))]
    return sorted(copies, key=lambda c: (c.similarity < 1, -c.similarity, c.item.first_seen, c.item.order))


def likeness_to(content: Content) -> Callable[[Content], Likeness | None]:
    """The likeness of its copies to `content`, which is taken apart once for all; None of what is no copy."""
    if isinstance(content, Teaser):
        own = _teaser_parts(content)
        return lambda other: _of_copy(compare_teasers(own, _teaser_parts(other)))
    reading = cache(lambda: _read(_article_body(content)))
    return lambda other: copy_likeness(reading(), _read(_article_body(other)))


def _of_copy(likeness: Likeness) -> Likeness | None:
    return likeness if likeness.is_same else None


def _read(joined: str) -> Reading:
    """A body taken apart: those of a batch are asked for several times while it is decided."""
    return (_remembered if len(joined) <= KEPT_LENGTH else read)(joined)


_remembered = lru_cache(maxsize=256)(read)


def current(item: Item, known: Known) -> Content:
    """What `item` says now, as far as it is known: its latest snapshot with what later captures filled in."""
    return differ.merged(known.snapshots(item.id)[-1].content, known.completions(item.id))


def text_similarity(before: Content, after: Content) -> float:
    """Similarity of two contents' whole texts, 0 to 1."""
    return similarity(_shown_text(before), _shown_text(after))


def is_older(item: Item, sighting: Sighting) -> bool:
    """Whether `item` appeared before the sighting, or with it."""
    return (item.first_seen, item.order) <= (sighting.at, f"{sighting.order}~")


def is_same_story(before: Content, after: Content) -> bool:
    """Whether `after` still tells the story of `before`, edited or not."""
    assert isinstance(before, Article) and isinstance(after, Article)
    return bool(_article_score(after, before, "UTC")) or compare_texts(body(before), body(after)).is_same


def _best(
    sighting: Sighting,
    content: Content,
    label: str | None,
    items: Iterable[Item],
    known: Known,
    zone: str,
    require_order: Callable[[bool], None],
) -> Item | None:
    """The item that `content` most surely is; the first, which is the oldest, of equals."""
    best: tuple[float, Item] | None = None
    for item in items:
        if not _may_adopt(sighting, content.url, label, item, known):
            continue
        require_order(_is_settled(item, sighting, known))
        if content.url is not None and known.addresses(item.id):
            continue
        score = _score(content, current(item, known), zone)
        if score and (best is None or score > best[0]):
            best = (score, item)
    return best[1] if best else None


def _score(content: Content, other: Content, zone: str) -> float:
    """How surely two contents are of one item; 0 for no."""
    if isinstance(content, Article) and isinstance(other, Article):
        return _article_score(content, other, zone)
    assert isinstance(content, Teaser) and isinstance(other, Teaser)
    return _teaser_score(content, other, zone)


def candidates(subject: Subject, found: list[tuple[str, int]], known: Known) -> Iterator[Item]:
    """The items of `subject` that share a clue with the capture; oldest first, each once, bounded.

    Where there are too many, those that share most clues: see `storage.known.most_alike`.
    """
    items = (item for item_id in known.alike(found) if (item := known.item(item_id)))
    told = (item for item in items if item.subject is subject and known.snapshots(item.id))
    yield from sorted(told, key=lambda item: (item.first_seen, item.order))


def _may_adopt(sighting: Sighting, url: str | None, label: str | None, item: Item, known: Known) -> bool:
    """Whether address and source leave it open that the capture is this item."""
    if url is not None and _is_taken(item, sighting, known):
        return False
    source = sighting.observation.source
    if item.source == source or (label and item.source == label) or item.source_line == source:
        return True
    # A document's source is what its page prints, which need not be the name in the configuration.
    return (item.origin is Origin.DOCUMENT and not _is_watched(item.source, known)) or (
        sighting.origin is Origin.DOCUMENT and not _is_watched(source, known)
    )


def _is_taken(item: Item, sighting: Sighting, known: Known) -> bool:
    """Whether the item had an address of its own before the sighting: in the same pass counts as before.

    So does one that it came with, whenever that was: it never stood where an address could be given to it.
    """
    is_crawl = sighting.origin is Origin.CRAWL
    addresses = known.addresses(item.id)
    return any(
        a.since < sighting.at or (is_crawl and a.since == sighting.at) or a.since <= item.first_seen
        for a in addresses
    )


def _is_settled(item: Item, sighting: Sighting, known: Known) -> bool:
    """Whether what the item says now is what it said when the sighting was made."""
    latest = known.snapshots(item.id)[-1]
    if any(address.since >= sighting.at for address in known.addresses(item.id)):
        return False
    if latest.number == 1:
        return is_older(item, sighting)
    return latest.seen_at < sighting.at


def _is_watched(name: str, known: Known) -> bool:
    source = known.source(name)
    return source is not None and source.is_watched


def _article_score(article: Article, content: Article, zone: str) -> float:
    """How surely two captures are one article: 2 for the same text, else its similarity, 0 for no."""
    one, other = body(article), body(content)
    if one == other and one:
        return 2.0
    if not differ.same_date(article.published, content.published, zone):
        return 0.0
    are_headlined = article.headline is not None and content.headline is not None
    if are_headlined and differ.same_text(article.headline, content.headline):
        is_dated = article.published is not None and content.published is not None
        alike = similarity(one, other) if one and other else 1.0
        return alike if alike >= (_SAME_HEADLINE_FLOOR if is_dated else _UNDATED_FLOOR) else 0.0
    likeness = compare_texts(one, other)
    return likeness.similarity if likeness.is_same else 0.0


def _teaser_score(teaser: Teaser, content: Teaser, zone: str) -> int:
    """How surely two are one: 3 by headline and excerpt, 2 excerpt and date, 1 headline and date, 0 not."""
    agree = bool(teaser.excerpt and content.excerpt and differ.is_cut_of(teaser.excerpt, content.excerpt))
    is_titled = teaser.headline is not None and content.headline is not None
    is_dated = teaser.date is not None and content.date is not None
    is_same_day = differ.same_date(teaser.date, content.date, zone)
    if is_titled and differ.same_text(teaser.headline, content.headline):
        return 3 if agree else int(is_same_day)
    return 2 if agree and is_dated and is_same_day else 0


def _copy(
    likeness_to: Callable[[Content], Likeness | None], at: datetime, item: Item, known: Known
) -> Copy | None:
    """How a content is a copy of what `item` said up to `at`, or first said; None if it is none."""
    best: Copy | None = None
    said = [s for i, s in enumerate(known.snapshots(item.id)) if i == 0 or s.seen_at <= at]
    for snapshot in reversed(said):
        likeness = likeness_to(snapshot.content)
        if likeness is not None and (best is None or likeness.similarity > best.similarity):
            best = Copy(item, snapshot, likeness.similarity, likeness.reason)
        if best is not None and best.similarity == 1.0:
            break
    return best


def _teaser_parts(content: Content) -> tuple[str | None, str | None, str | None]:
    assert isinstance(content, Teaser)
    return content.headline, content.excerpt, content.date


def _article_body(content: Content) -> str:
    assert isinstance(content, Article)
    return body(content)


def _shown_text(content: Content) -> str:
    if isinstance(content, Article):
        return "\n".join((content.headline or "", *content.paragraphs))
    return "\n".join((content.headline or "", content.excerpt or ""))
