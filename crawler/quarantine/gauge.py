"""A look in figures: what the page gave, and what is known of it from before. Reads the store, writes nothing.

What lives here: from looks to `Traits`, and which selector a field comes from. What must not: any judgement.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from crawler import text
from crawler.compare import differ
from crawler.compare.fingerprint import KeyOf, body
from crawler.compare.observe import article_key, listing_place
from crawler.health import ARTICLES, BLOCKS, Traits
from crawler.parse import sites
from crawler.parse.recipe import ARTICLE_SELECTORS
from crawler.pipeline import Look
from storage.known import Known, Questions
from storage.records import Article, Listing, Source, TargetKind, Teaser, Withheld
from storage.store import Store

_FIELDS = ("headline", "byline", "published", "source_line")
_COMPARED = ("headline", "byline", "published")  # that several addresses should not have in common
_LEAST_ROWS = 4  # teasers that can all be told apart
_SAME_START = 15  # characters in which a headline and its link agree at least


@dataclass(frozen=True, slots=True)
class Gauged:
    """One read look: its traits, those of its item's last text, and how the two differ.

    `left`: the share of the last text's pairs of words that are still there. `values`: by field, what pages must not
    have in common, as digests, and what it was before; "page" is headline and text together.
    """

    traits: Traits
    before: Traits | None = None
    is_other: bool = True
    left: float = 1.0
    values: tuple[tuple[str, str, str | None], ...] = ()
    is_unannounced: bool = False  # a new page that is headed otherwise than the link that led to it


class Gauge:
    """Reads looks; remembers how this pass's listings announce what they link."""

    def __init__(self, store: Store, key_of: KeyOf) -> None:
        self.store = store
        self.key_of = key_of
        self._announced: dict[str, str] = {}  # by article key

    def note_links(self, looks: Iterable[Look]) -> None:
        """Remember the headlines that the listings among `looks` give to the articles they link."""
        for look in looks:
            for sighting in look.sightings:
                if isinstance(sighting.observation, Listing):
                    for teaser in sighting.observation.teasers:
                        if teaser.url and teaser.headline:
                            key = article_key(self.key_of(teaser.url, look.target.source))
                            self._announced[key] = text.normalise(teaser.headline).casefold()

    def recall(self, looks: Sequence[Look]) -> Known:
        """What the articles that `looks` show said last, and what is known of the listings."""
        texts, places = set(), set()
        for look in looks:
            key = self._key(look)
            if look.target.kind is TargetKind.ARTICLE:
                texts.add(key)
            else:
                places.add(key)
        return self.store.recall(Questions(texts=frozenset(texts), places=frozenset(places)))

    def _key(self, look: Look) -> str:
        shown = next((s.observation.url for s in look.sightings if s.observation.url), None)
        key = self.key_of(shown or look.target.url, look.target.source)
        is_article = look.target.kind is TargetKind.ARTICLE
        return article_key(key) if is_article else listing_place(look.target.source, key)

    # ------------------------------------------------------------ articles

    def article(self, look: Look, source: Source, known: Known) -> Gauged:
        """An article's page; one on which no article was found lacks its paragraphs."""
        seen = (sighting.observation for sighting in look.sightings)
        article = next((one for one in seen if isinstance(one, Article)), None)
        found = {name: is_found for name, is_found in _found(look).items() if name in ARTICLE_SELECTORS}
        if article is None:
            return Gauged(Traits(ARTICLES, {"paragraphs": 0.0}, found))
        traits = Traits(ARTICLES, _filled(article), found, size=len(body(article)))
        key = self._key(look)
        last = _last_text(key, known)
        if last is None:
            return self._gauged_new(article, key, traits)
        before = Traits(ARTICLES, _filled(last), size=len(body(last)))
        if not differ.differences(last, article, source.time_zone):
            return Gauged(traits, before, is_other=False)
        return Gauged(traits, before, left=_left(last, article), values=tuple(_changed_values(last, article)))

    def _gauged_new(self, article: Article, key: str, traits: Traits) -> Gauged:
        """A new article: what its link said of it stands for what it was."""
        announced = self._announced.get(key)
        headline = text.normalise(article.headline or "").casefold()
        if announced is not None and _agree(announced, headline):
            return Gauged(traits)
        told = f"link {announced}" if announced is not None else None
        values: list[tuple[str, str, str | None]] = [("page", _page_digest(article), told)]
        if headline and announced is not None:
            values.append(("headline", text.digest(headline), told))
        return Gauged(traits, values=tuple(values), is_unannounced=announced is not None)

    # ------------------------------------------------------------ listings

    def block(self, look: Look) -> Gauged:
        """The "More from" block beside an article."""
        blocks = (s.observation for s in look.sightings if isinstance(s.observation, Listing))
        teasers = next((one.teasers for one in blocks), ())
        found = {name: is_found for name, is_found in _found(look).items() if name not in ARTICLE_SELECTORS}
        return Gauged(Traits(BLOCKS, _shares(teasers), found, count=len(teasers)))

    def listing(self, look: Look, known: Known) -> Gauged:
        """One look at a listing, feed or sitemap; `is_other`: it shows anything else than last time."""
        teasers: tuple[Teaser, ...] = ()
        digest = None
        for sighting in look.sightings:
            if isinstance(sighting.observation, Listing):
                teasers, digest = sighting.observation.teasers, sighting.digest
        count = len(teasers) + len(look.links) + len(look.sitemaps)
        traits = Traits(look.target.url, _shares(teasers), _found(look), count=count)
        latest = known.latest_at(self._key(look))
        return Gauged(traits, is_other=latest is None or latest[1] != digest)


# ---------------------------------------------------------------- figures


def traits_of(one: Withheld) -> Iterable[Traits]:
    """What a withheld page gave; which selectors found it is not kept."""
    for seen in one.observations:
        if isinstance(seen, Article):
            yield Traits(ARTICLES, _filled(seen), size=len(body(seen)))
        elif isinstance(seen, Listing) and not seen.is_block:
            yield Traits(one.part, _shares(seen.teasers), count=len(seen.teasers))


def _found(look: Look) -> dict[str, bool]:
    return dict.fromkeys(look.found, True) | dict.fromkeys(look.missed, False)


def _filled(article: Article) -> dict[str, float]:
    filled = {name: float(bool(getattr(article, name))) for name in _FIELDS}
    return filled | {"paragraphs": float(bool(article.paragraphs))}


def _shares(teasers: Sequence[Teaser]) -> dict[str, float]:
    """By field, the share of teasers that have it; and how many can be told apart by it."""
    if not teasers:
        return {}
    count = len(teasers)
    shares = {
        name: sum(bool(getattr(teaser, name)) for teaser in teasers) / count
        for name in ("url", "headline", "excerpt", "date")
    }
    if count >= _LEAST_ROWS:
        for name in ("url", "headline"):
            shares[f"{name} of its own"] = len({getattr(teaser, name) for teaser in teasers}) / count
    return shares


def _last_text(key: str, known: Known) -> Article | None:
    item = known.item_by_key(key)
    snapshots = known.snapshots(item.id) if item else []
    if item is None or not snapshots:
        return None
    content = differ.merged(snapshots[-1].content, known.completions(item.id))
    return content if isinstance(content, Article) else None


def _left(last: Article, article: Article) -> float:
    """The share of the neighbouring words of `last` that are neighbours in `article`, too."""
    before, after = (set(pairwise(text.words(body(one)))) for one in (last, article))
    return len(before & after) / len(before) if before and after else 1.0


def _changed_values(last: Article, article: Article) -> Iterable[tuple[str, str, str | None]]:
    for name in _COMPARED:
        was, now = getattr(last, name), getattr(article, name)
        if was and now and text.normalise(was) != text.normalise(now):
            yield name, text.digest(text.normalise(now)), text.digest(text.normalise(was))
    was, now = _page_digest(last), _page_digest(article)
    if was != now:
        yield "page", now, was


def _page_digest(article: Article) -> str:
    return text.digest(text.normalise(article.headline or ""), body(article))


def _agree(announced: str, headline: str) -> bool:
    """Whether a link and the page it leads to are headed alike, the one perhaps cut or with a tag before."""
    short, long = sorted((announced.rstrip(" .…"), headline), key=len)
    return bool(short) and (short[:_SAME_START] in long or _share_of_words(short, long) > 0.5)


def _share_of_words(short: str, long: str) -> float:
    words = set(text.words(short))
    return len(words & set(text.words(long))) / len(words) if words else 0.0


# ---------------------------------------------------------------- where a field comes from

_OF_ARTICLE = {"headline": "headline", "byline": "byline", "published": "published"} | {
    "paragraphs": "body",
    "page": "body",
}
_OF_TEASER = {"url": "row_link", "headline": "row_link", "excerpt": "row_excerpt", "date": "row_date"}


def source_of(field: str, part: str, target_kind: TargetKind, url: str, source: Source) -> str:
    """The selector that finds `field`, which may be a selector's name itself; else who reads it."""
    if target_kind in (TargetKind.FEED, TargetKind.SITEMAP):
        return f"the {target_kind.value} itself"
    recipe = sites.for_url(url, source.recipe)
    if recipe is None:
        return "generic parser"
    plain = field.removesuffix(" of its own")
    names = _OF_ARTICLE if part == ARTICLES else _OF_TEASER
    name = names.get(plain, "rows" if plain == "teasers" else plain)
    selector = getattr(recipe, name, "")
    is_said = isinstance(selector, str) and selector
    return f"recipe {recipe.name}, {name} = {selector!r}" if is_said else f"recipe {recipe.name}"
