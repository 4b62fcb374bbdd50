"""What a page says about itself in its head: JSON-LD, OpenGraph, meta tags, links. Pure.

What lives here: collecting these claims into one value, `Metadata`. What must not: weighing them against
what the page shows; that is `article.py`. Every claim may be missing, wrong or hostile: broken JSON-LD is
read as far as it can be, and nothing here raises.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import dates
from crawler.urls import absolute
from storage.records import Source

_SCRIPT_LIMIT = 500_000  # characters of one JSON-LD script
_OBJECT_LIMIT = 5_000  # JSON-LD objects looked at in a page
_FIELD_LIMIT = 1_000  # characters of a headline or name


@dataclass(frozen=True, slots=True)
class Metadata:
    """The claims of one page. `headlines` best first, without repeats; times as `dates.metadata_time`."""

    headlines: tuple[str, ...] = ()
    title: str | None = None  # of <title>, with whatever the site adds to it
    published: str | None = None
    modified: str | None = None
    page_published: str | None = None  # of the page as such, not of an article: WebPage, Recipe, ...
    page_modified: str | None = None
    locale: str | None = None  # as the page writes it: "en-US"
    byline: str | None = None
    canonical: str | None = None
    language: str | None = None
    site_name: str | None = None
    body: str | None = None  # JSON-LD articleBody
    kinds: frozenset[str] = frozenset()  # lower case: "newsarticle", "og:article", "collectionpage", ...

    @property
    def is_article(self) -> bool:
        """Whether the page calls itself an article."""
        return any(kind in _ARTICLE_KINDS for kind in self.kinds)


def read_metadata(tree: LexborHTMLParser, url: str | None, source: Source) -> Metadata:
    """The claims of the page `tree`, found at `url`; stamps without an offset are in the source's zone."""
    said = claims(tree)
    tags, everything, things = said.tags, said.things, said.articles
    kinds = {kind for thing in everything for kind in _types(thing)}
    if tags.get("og:type"):
        kinds.add("og:" + tags["og:type"].lower())
    title = tree.css_first("title")
    return Metadata(
        headlines=_unique(
            [
                *(_text(thing.get("headline")) for thing in things),
                tags.get("og:title"),
                tags.get("twitter:title"),
                *(tags.get(name) for name in _HEADLINE_TAGS),
            ]
        ),
        title=text.clean(title.text())[:_FIELD_LIMIT] or None if title else None,
        published=_stamp([*_values(things, "datePublished"), *_dated(tags, _PUBLISHED)], source),
        modified=_stamp([*_values(things, "dateModified"), *_dated(tags, _MODIFIED)], source),
        page_published=_stamp(_claimed(everything, _PAGE_PUBLISHED), source),
        page_modified=_stamp(_claimed(everything, ("dateModified",)), source),
        locale=_locale(tree, tags),
        byline=_byline(things, tags),
        canonical=_canonical(tree, tags, url),
        language=_language(tree, tags),
        site_name=tags.get("og:site_name") or _publisher(things),
        body=next((body for thing in things if (body := _body(thing.get("articleBody")))), None),
        kinds=frozenset(kinds),
    )


@dataclass(frozen=True, slots=True)
class Claims:
    """Meta tags by name, and every object of the JSON-LD."""

    tree: LexborHTMLParser
    tags: dict[str, str]
    things: list[dict[str, Any]]

    @property
    def articles(self) -> list[dict[str, Any]]:
        return _articles(self.things)


_latest: Claims | None = None


def claims(tree: LexborHTMLParser) -> Claims:
    """What the head of the page claims; of one page it is asked several times in a row, and read once."""
    global _latest
    found = _latest
    if found is None or found.tree is not tree:
        found = _latest = Claims(tree, _meta_tags(tree), list(json_ld(tree)))
    return found


def _articles(things: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [thing for thing in things if _types(thing) & _ARTICLE_KINDS]


def canonical(tree: LexborHTMLParser, url: str | None) -> str | None:
    """The address that the page calls its own, absolute; None where it names none (or only its front page).

    `<link rel=canonical>` first, then `og:url`. An address without a path, when `url` has one, is a common
    mistake of templates and not believed.
    """
    return _canonical(tree, claims(tree).tags, url)


def _canonical(tree: LexborHTMLParser, tags: dict[str, str], url: str | None) -> str | None:
    link = tree.css_first('link[rel~="canonical" i][href]')
    claims = [link.attributes.get("href") if link else None, tags.get("og:url")]
    for claim in claims:
        address = absolute(url or "", claim) if claim else None
        if address and not (url and urlsplit(url).path.strip("/") and not urlsplit(address).path.strip("/")):
            return address
    return None


def json_ld(tree: LexborHTMLParser) -> Iterator[dict[str, Any]]:
    """Every object of the page's JSON-LD, arrays and `@graph` opened, in page order."""
    room = _OBJECT_LIMIT
    for script in tree.css('script[type*="ld+json" i]'):
        pending = [_loads(script.text()[:_SCRIPT_LIMIT])]
        while pending and room:
            room -= 1
            value = pending.pop()
            if isinstance(value, list):
                pending.extend(reversed(value[:_OBJECT_LIMIT]))
            elif isinstance(value, dict):
                yield value
                pending.extend(value[key] for key in ("mainEntity", "@graph") if key in value)


# ---------------------------------------------------------------- JSON-LD


def _loads(source: str) -> Any:
    """The JSON value in `source`; what can be saved of it where it is broken; None where nothing can."""
    source = re.sub(r"^\s*(?:<!--|//\s*<!\[CDATA\[|<!\[CDATA\[|/\*.{0,40}?\*/)", "", source)
    source = re.sub(r"(?:-->|//\s*\]\]>|\]\]>)\s{0,100}\Z", "", source).strip().rstrip(";")
    for attempt in (source, re.sub(r",\s{0,100}([}\]])", r"\1", source)):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return _salvaged(source)


_PAIR = re.compile(
    r'"(@type|headline|datePublished|dateModified)"\s{0,20}:\s{0,20}"((?:[^"\\]|\\.){0,1000})"'
)


def _salvaged(source: str) -> dict[str, Any]:
    """The plain string fields of a broken object; the first of each name wins."""
    found: dict[str, Any] = {}
    for match in _PAIR.finditer(source):
        name, value = match[1], match[2]
        if name == "@type" and value.lower() not in _ARTICLE_KINDS:
            continue
        try:
            found.setdefault(name, json.loads(f'"{value}"', strict=False))
        except ValueError:
            continue
    return found


def _types(thing: dict[str, Any]) -> set[str]:
    kinds = thing.get("@type")
    names = kinds if isinstance(kinds, list) else [kinds]
    return {name.rsplit("/", 1)[-1].lower() for name in names[:20] if isinstance(name, str)}


def _values(things: list[dict[str, Any]], name: str) -> list[str]:
    return [value for thing in things if (value := _text(thing.get(name)))]


def _text(value: Any, limit: int = _FIELD_LIMIT) -> str | None:
    """`value` as clean text, entities that a template escaped twice undone; None where it is no text."""
    if isinstance(value, list) and value:
        value = value[0]
    if isinstance(value, dict):
        value = value.get("@value") or value.get("name")
    if not isinstance(value, str):
        return None
    return text.clean(html.unescape(value[:limit])) or None


def _body(value: Any) -> str | None:
    """A claimed articleBody, its line ends kept and its markup, which some put in, taken out."""
    if not isinstance(value, str):
        return None
    body = re.sub(r"<(?:br|/p|/h\d|/li)\b[^<>]{0,200}>", "\n", html.unescape(value[:_SCRIPT_LIMIT]))
    return re.sub(r"<[A-Za-z/][^<>]{0,500}>", "", body).strip() or None


def _byline(things: list[dict[str, Any]], tags: dict[str, str]) -> str | None:
    for thing in things:
        claim = thing.get("author") or thing.get("creator")
        names = claim if isinstance(claim, list) else [claim]
        people = _unique([_text(name) for name in names[:10]])
        if people:
            return ", ".join(people)
    claim = next((value for value in _tagged(tags, _AUTHOR) if not value.startswith(("http", "@"))), None)
    return claim[:_FIELD_LIMIT] if claim else None


def _publisher(things: list[dict[str, Any]]) -> str | None:
    return next((name for thing in things if (name := _text(thing.get("publisher")))), None)


# ---------------------------------------------------------------- tags


def _meta_tags(tree: LexborHTMLParser) -> dict[str, str]:
    """Content by lower-case name, property or itemprop; the first of each wins."""
    found: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        names = node.attributes
        content = names.get("content")
        name = names.get("property") or names.get("name") or names.get("itemprop")
        if content and name and len(found) < 1_000:
            value = text.clean(html.unescape(content[: 10 * _FIELD_LIMIT]))
            if value:
                found.setdefault(name.lower(), value)
    return found


def _tagged(tags: dict[str, str], names: tuple[str, ...]) -> list[str]:
    return [tags[name] for name in names if name in tags]


def _stamp(claims: list[str], source: Source) -> str | None:
    """The first claim that is a date of this product's age; "0001-01-01" is a template's empty field."""
    stamps = (dates.metadata_time(claim, source.time_zone) for claim in claims)
    return next((stamp for stamp in stamps if stamp and stamp >= "1900"), None)


def _dated(tags: dict[str, str], names: tuple[str, ...]) -> list[str]:
    """The tags of these names, however their words are joined: "DC:date", "dc.date", "DC_date"."""
    plain = {re.sub(r"[^a-z]", "", name): value for name, value in reversed(tags.items())}
    return [plain[name] for name in names if name in plain]


def _claimed(things: list[dict[str, Any]], names: tuple[str, ...]) -> list[str]:
    """What the objects that are not about the site, a person or a picture say under `names`."""
    about = [thing for thing in things if not _types(thing) & _NO_PAGE_KINDS]
    return [value for name in names for value in _values(about, name)]


def _locale(tree: LexborHTMLParser, tags: dict[str, str]) -> str | None:
    root: LexborNode | None = tree.root
    claims = [root.attributes.get("lang") if root else None, tags.get("og:locale"), tags.get("language")]
    named = [claim.strip()[:20] for claim in claims if claim and claim.strip()]
    return next(
        (claim for claim in named if re.match(r"[A-Za-z]{2,3}[-_]", claim)), named[0] if named else None
    )


def _language(tree: LexborHTMLParser, tags: dict[str, str]) -> str | None:
    root: LexborNode | None = tree.root
    claim = (root.attributes.get("lang") if root else None) or tags.get("og:locale") or tags.get("language")
    match = re.match(r"\s*([A-Za-z]{2,3})(?![A-Za-z])", claim or "")
    return match[1].lower() if match else None


def _unique(values: list[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value[:_FIELD_LIMIT] for value in values if value))


# ---------------------------------------------------------------- tables

_KINDS_OF_ARTICLE = (
    "article newsarticle reportagenewsarticle analysisnewsarticle backgroundnewsarticle opinionnewsarticle"
    " reviewnewsarticle blogposting liveblogposting socialmediaposting techarticle scholarlyarticle report"
    " og:article"
)
_ARTICLE_KINDS = frozenset(_KINDS_OF_ARTICLE.split())
_HEADLINE_TAGS = ("headline", "dc.title", "dcterms.title", "sailthru.title", "parsely-title", "title")
# Names of meta tags, best first, without what joins their words.
_PUBLISHED_NAMES = (
    "articlepublishedtime datepublished ogpublishedtime ogarticlepublishedtime articlepublished"
    " ogarticlepublished ogpubdate rnewsdatepublished dcdateissued dctermsissued dcdatesubmitted dctermsdate"
    " dcdatecreated dctermscreated dcdate parselypubdate sailthrudate cxenseparserecspublishtime publishdate"
    " publisheddate publicationdate pubdate datepublication publishtime publishedtime originalpublicationdate"
    " articledateoriginal articlepubdate articlecreated articledate shareaholicarticlepublishedtime postdate"
    " dateissued date datetime datecreated datum fecha lastpublished mediatorpublishedtime mdate"
    " citationpublicationdate citationonlinedate bepresscitationdate citationdate prismpublicationdate"
    " dcavailable dctermsavailable created creationdate ogdate"
)
_MODIFIED_NAMES = (
    "articlemodifiedtime ogupdatedtime ogmodifiedtime ogarticlemodifiedtime articlemodified articleupdated"
    " datemodified dcdatemodified dctermsmodified lastmodified lastmod lastupdate lastupdated modified"
    " modificationdate updatedtime revised dateupdate datelastmod"
)
_PUBLISHED = tuple(_PUBLISHED_NAMES.split())
_MODIFIED = tuple(_MODIFIED_NAMES.split())
_PAGE_PUBLISHED = ("datePublished", "dateCreated", "uploadDate")
_NOT_THE_PAGE = (
    "website organization newsmediaorganization person imageobject comment review event product userreview"
    " breadcrumblist collectionpage searchaction"
)
_NO_PAGE_KINDS = frozenset(_NOT_THE_PAGE.split())
_AUTHOR = (
    "author",
    "article:author",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "byl",
)
