"""A page as a flat list of text blocks and the elements that hold them. Pure.

What lives here: the one walk over the tree of a page, and what a class name or a tag says about the text
inside it. What must not: the choice of what is the article (`article.py`) or a teaser (`listing.py`).

A **block** is what a reader sees as one paragraph, heading, list item or cell: text between two block-level
boundaries, where two line breaks in a row are such a boundary too. Blocks within an element that is named
or marked as furniture (comments, sharing, captions, related stories, ...) carry that element as `furniture`.

The walk is bounded: 200,000 nodes, 250 levels, 2,000,000 characters; what lies beyond is not looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from selectolax.lexbor import LexborNode

_NODE_LIMIT = 200_000
_DEPTH_LIMIT = 250
_TEXT_LIMIT = 2_000_000


class Block(NamedTuple):
    """One stretch of text. `size`: its length as if written in letters; a CJK character counts three."""

    text: str
    size: int
    linked: float  # share of the text that is inside links, 0-1
    tag: str  # of the block-level element that holds it
    element: int  # index of that element
    furniture: int  # index of the outermost element that marks it as furniture; -1: none

    @property
    def is_heading(self) -> bool:
        return self.tag in HEADINGS


class Element(NamedTuple):
    """One block-level element. Elements are in page order, so a parent's index is below its children's."""

    parent: int
    tag: str
    is_body: bool  # named or marked as the body of an article
    node: LexborNode


@dataclass(slots=True)
class Blocks:
    """The blocks of a page in order, and the elements that hold them; element 0 is the root of the walk."""

    blocks: list[Block] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)
    passed: int = 0  # elements that were not looked into


def read_blocks(
    root: LexborNode, forgiven: frozenset[int] = frozenset(), breaks: int = 2, *, passes: bool = False
) -> Blocks:
    """The text blocks under `root`; `breaks` line breaks in a row end one.

    The elements `forgiven`, by `mem_id`, are no furniture, whatever their names say. With `passes`, large
    furniture without a headline in it, of which its name leaves no doubt, is not looked into: most of many a
    page.
    """
    walk = _Walk(forgiven, breaks, passes)
    walk.enter(root, -1, -1, False, 0)
    return walk.found


HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_INLINE_TAGS = (
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd label mark nobr q ruby s"
    " samp small span strike strong sub sup time tt u var wbr"
)
_INLINE = frozenset(_INLINE_TAGS.split())
_DROPPED_TAGS = (
    "script style template svg math iframe object embed applet video audio canvas map select button input"
    " textarea option datalist nav footer head link meta dialog menu rp rt -comment _comment"
)
_DROPPED = frozenset(_DROPPED_TAGS.split())
FURNITURE_TAGS = frozenset({"aside", "figure", "figcaption", "noscript", "form"})
_NEVER_FURNITURE = frozenset({"html", "body", "main", "article"})
_WIDE = re.compile("[\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff]+")


class _Walk:
    """The state of one walk: what was found, and the text run that is not yet closed."""

    __slots__ = ("breaks", "breaks_to_end", "forgiven", "found", "linked", "nodes", "passes", "room", "text")

    def __init__(self, forgiven: frozenset[int], breaks_to_end: int, passes: bool) -> None:
        self.forgiven = forgiven
        self.passes = passes
        self.breaks_to_end = breaks_to_end
        self.found = Blocks()
        self.nodes = _NODE_LIMIT
        self.room = _TEXT_LIMIT
        self.text: list[str] = []
        self.linked = 0
        self.breaks = 0

    def enter(self, node: LexborNode, parent: int, furniture: int, in_link: bool, depth: int) -> None:
        """Walk the block-level element `node`."""
        names = node.attributes
        tag = node.tag or ""
        index = len(self.found.elements)
        claim = _claim(names) if names else 0
        is_body = claim & _BODY_CLAIM != 0
        self.found.elements.append(Element(parent, tag, is_body, node))
        if furniture < 0 and not is_body and _marks_furniture(tag, claim):
            furniture = -1 if self.forgiven and node.mem_id in self.forgiven else index
            if self.passes and furniture >= 0 and _may_be_passed(node, tag, claim):
                self.found.passed += 1
                return
        self.children(node, index, furniture, in_link, depth + 1)
        if self.text:
            self.close(index, furniture)

    def children(self, node: LexborNode, element: int, furniture: int, in_link: bool, depth: int) -> None:
        """Walk what is below `node`, in `element`: its text, and whatever is in it.

        The one place where every node of a page passes: it is written for speed.
        """
        child = node.first_child
        if depth > _DEPTH_LIMIT:
            return
        while child is not None and self.nodes > 0:
            self.nodes -= 1
            tag = child.tag
            if tag == "-text":
                text = child.text_content or ""
                if self.text:
                    if self.room > 0:
                        self.take(text, in_link)
                elif not text.isspace() and self.room > 0:
                    self.take(text, in_link)
            elif tag in _INLINE:
                self.inline(child, element, furniture, in_link or tag == "a", depth)
            elif tag == "br":
                self.line_break(element, furniture)
            elif tag not in _DROPPED:
                if self.text:
                    self.close(element, furniture)
                self.enter(child, element, furniture, in_link, depth)
            child = child.next

    def inline(self, node: LexborNode, element: int, furniture: int, in_link: bool, depth: int) -> None:
        if furniture < 0 and not self.text:
            names = node.attributes
            if names and _claim(names) & _FURNITURE_CLAIM:
                # At the start of a line, furniture is a block of its own: a date, a share count, a credit.
                # Within a sentence its words are part of the sentence.
                self.enter(node, element, furniture, in_link, depth)
                return
        self.children(node, element, furniture, in_link, depth + 1)

    def take(self, text: str, in_link: bool) -> None:
        self.room -= len(text)
        self.text.append(text)
        if not text.isspace():
            self.breaks = 0
            if in_link:
                self.linked += len(text.strip())

    def line_break(self, element: int, furniture: int) -> None:
        self.breaks += 1
        if self.breaks >= self.breaks_to_end and self.text:
            self.close(element, furniture)
        elif self.text:
            self.text.append(" ")

    def close(self, element: int, furniture: int) -> None:
        """End the open run of text, as a block of `element`."""
        text = " ".join("".join(self.text).split())
        if not text.isascii() and any(sign in text for sign in _UNSEEN):
            text = text.translate(_WITHOUT)
        if text:
            tag = self.found.elements[element].tag
            share = min(1.0, self.linked / len(text))
            self.found.blocks.append(Block(text, size(text), share, tag, element, furniture))
        self.text = []
        self.linked = self.breaks = 0


_UNSEEN = "\u00ad\u200b\u2060\ufeff"  # where a line may break, and where it may not
_WITHOUT = dict.fromkeys(map(ord, _UNSEEN))


def ancestors(node: LexborNode, most: int = 40) -> tuple[LexborNode, ...]:
    """The elements around `node`, nearest first, up to the page's body; no more than `most`."""
    above: list[LexborNode] = []
    parent = node.parent
    while parent is not None and parent.tag not in ("body", "html", "-document") and len(above) < most:
        above.append(parent)
        parent = parent.parent
    return tuple(above)


def size(text: str) -> int:
    """The length of `text` as if written in letters: an ideograph or syllable sign counts three."""
    if text.isascii():
        return len(text)
    return len(text) + 2 * sum(map(len, _WIDE.findall(text)))


# ---------------------------------------------------------------- what a name says


_BODY_CLAIM, _FURNITURE_CLAIM, _SMALL_CLAIM = 1, 2, 4  # what the attributes of an element claim it to be
Names = dict[str, str | None]


def _marks_furniture(tag: str, claim: int) -> bool:
    if tag in FURNITURE_TAGS:
        return True
    return claim & _FURNITURE_CLAIM != 0 and tag not in _NEVER_FURNITURE


def _may_be_passed(node: LexborNode, tag: str, claim: int) -> bool:
    """Whether nothing is lost by not looking into this furniture: large, surely named, no headline in it."""
    if tag in ("figure", "figcaption") or len(node.text()) <= _SHORT:
        return False
    return (tag in FURNITURE_TAGS or not claim & _SMALL_CLAIM) and node.css_first("h1") is None


_SHORT = 400  # characters, blanks too: dates, names, captions are shorter


def is_furniture(names: Names) -> bool:
    """Whether the attributes of an element mark it as something other than the text of an article."""
    return _claim(names) & _FURNITURE_CLAIM != 0


def is_foreign(names: Names) -> bool:
    """Whether the attributes mark an element as other people's words or the site's own, whatever its size."""
    return _FOREIGN.search(dashed(label_of(names))) is not None


def is_small(names: Names) -> bool:
    """Whether nothing but a name for something small, or hiding, marks an element as furniture."""
    return _claim(names) & _SMALL_CLAIM != 0


def _claim(names: Names) -> int:
    """What the attributes of an element claim: a body, furniture, furniture of a small kind."""
    label = label_of(names)
    claim = _named(label) if label != " " else _SMALL_CLAIM
    if names.get("itemprop") in _BODIES:
        claim |= _BODY_CLAIM
    if names.get("role") in _FURNITURE_ROLES:
        return claim & ~_SMALL_CLAIM | _FURNITURE_CLAIM
    style = names.get("style")
    if "hidden" in names or (style and _HIDING.search(style[:300])):
        claim |= _FURNITURE_CLAIM
    return claim


_BODIES = frozenset({"articleBody", "articlebody", "reviewBody", "reviewbody"})


def label_of(names: Names) -> str:
    """Class and id of an element as one line, a blank between them; a blank alone where it has neither."""
    return f"{names.get('class') or ''} {names.get('id') or ''}"[:300]


_ROLES = "navigation complementary banner contentinfo search dialog alert menu menubar toolbar tablist"
_FURNITURE_ROLES = frozenset(_ROLES.split())
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)

# Words of class names and ids, at the start of a word: `most-read` matches "mostRead", "box_most-read-list".
_FURNITURE = re.compile(
    r"\b(?:"
    r"comments?\b|commentlist|comment-|disqus|respond\b|kommentar|discussion|livefyre|replies"
    r"|shar(?:e|ing)\b|share|social|addtoany|follow-|jp-relatedposts|sociable|flattr"
    r"|related|recommend|(?:read|see|more|mehr|weitere)-(?:more|also|next|from|on|news|articles?|stories|posts?)"
    r"|read(?:also|more|next)\b|similar|you-may|popular|trending|most-?(?:read|viewed|popular)|meistgelesen"
    r"|upnext|outbrain|taboola|plista|cross-?sell|dont-miss"
    r"|side-?bar|widget|rail\b|marginal"
    r"|footer|foot\b|copyright|imprint|colophon|footnav"
    r"|nav\b|navi\b|navbar|navigation|menu|breadcrumbs?|pagination|pager\b|pagenav|toolbar|skip-?links?"
    r"|newsletter|subscri(?:be|ption)|sign-?up|log-?in\b|register|donat"
    r"|cookies?|consent|gdpr|overlay|modal|pop-?up|lightbox"
    r"|advert|ads?\b|ad-|adsense|adbox|anzeige|sponsor|promo|affiliate"
    r"|caption|bildunterschrift|bildtext|image-?(?:credit|desc)|photo-?(?:credit|info|desc)|credits?\b|bildnachweis"
    r"|wp-caption|gallery|slideshow|carousel|slider|swiper|thumb"
    r"|byline|by-line|authors?\b|author-|autor(?:en)?\b|about-author|bio\b|profile"
    r"|meta(?![-\w])|metadata|meta-|post-meta|entry-meta|tags?(?![-\w])|tag-?(?:list|cloud|links)|schlagw|categor(?:y|ies)\b"
    r"|date\b|datum|dateline\b|timestamp|published|pubdate|publication-date|posted-on|reading-?time|lesezeit"
    r"|toc\b|table-of-contents|inhaltsverzeichnis"
    r"|rating|votes?\b|voting|drucken|feedback|report-error"
    r"|sr-only|screen-reader|visually-?hidden|offscreen"
    r"|search(?:form|box|bar)?\b|weather|poll\b|quiz"
    r"|legend\b|descriptif|bilduntertitel|(?:img|image|photo|foto|bild|picture|media|video|multimedia)-?(?:title|legend|desc\w*|info)"
    r"|disclosure|disclaimer|licen[cs]e|licence-info|citate|citation\b|savoir-plus|call-?out\b|fact-?box|cta\b|cta\d|call-to-action"
    r"|abo(?:werbung|-box)|app-section|app-promo|push-?layer|privacy-embed|fb-post|third-party|author-?box|textwidget"
    r"|(?:video|audio|media)-?(?:player|embed|box|module|teaser)|player\b|time-ago|timeago"
    r"|error-report|report-error|reportar-error|registr|sa-?box|about-the-author|widget-text|contact-?box|contactbox"
    r")"
)
_SMALL = re.compile(
    r"\b(?:marginal\w*|profiles?|gallery|slideshow|slider|carousel|swiper|captions?|thumb\w*|ads?|pager|breadcrumbs?|date|dateline"
    r"|player|(?:video|audio|media)-?(?:player|embed|box|module)|datum|timestamp|published|meta|metadata|tags?|tab-menu|toc|legend|disclosure|credits?|cta|votes?|copyright|feedback)\b"
)
_FOREIGN = re.compile(
    r"\b(?:comments?\b|commentlist|comment-|disqus|respond\b|kommentar|replies|cookies?|consent|gdpr|newsletter)"
)
_BODY = re.compile(
    r"\b(?:(?:article|story|post|entry|news|content|artikel|page)-?(?:body|text|content|copy)"
    r"|body-?(?:text|copy)|texto?-?(?:nota|noticia|articulo)|cuerpo|field-name-body|single-content|td-post-content"
    r"|e-content|articlebody|artikeltext)(?![-\w])"
)
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|[_:.]+|-{2,}")


# Words that say what an element *has*, or which theme or builder made it, not what it is.
_ABOUT = re.compile(
    r"\b(?:has|js|with|without|no|is|elementor|wp-block|et-pb|md|lg|sm|xl)-[\w:/-]*|\S*-has-\S*"
)
_HENTRY = re.compile(r"\b(?:hentry|type-post|type-page|post-\d+)\b")


@lru_cache(maxsize=8192)
def _named(label: str) -> int:
    """What a class name and id together claim an element to be."""
    plain = dashed(label)
    claim = _BODY_CLAIM if _BODY.search(plain) else 0
    if _HENTRY.search(plain):  # WordPress writes the tags and categories of a story into its class
        return claim | _SMALL_CLAIM
    own = _ABOUT.sub(" ", plain)
    if _FURNITURE.search(own) is None:
        return claim | _SMALL_CLAIM
    return claim | _FURNITURE_CLAIM | (0 if _FURNITURE.search(_SMALL.sub(" ", own)) else _SMALL_CLAIM)


def dashed(label: str) -> str:
    """`label` in lower case, its words parted: `mostRead_box` is `most-read-box`."""
    return _CAMEL.sub("-", label).lower()
