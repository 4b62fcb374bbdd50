"""The generic listing parser: the headline links of a front page, section or block, in page order. Pure.

What lives here: which links of a page are teasers, and their headlines. What must not: what else stands
beside a link (`rows.py`), the words of signposts (`signposts.py`), and rules for one site (they are recipes,
`sites/`).

A link is judged by four signs: it is a headline (in, around or beside a heading), its address looks like a
story's, its text is as long as a headline, and it stands in a repeated row (`<article>`, list item). Links
of one shape (the same tags and classes above them) are judged together: where most links of a shape are
teasers the rest are too, and a shape that hardly ever is gives none.

A page that is a plain list has none of these signs. There the links of one shape in one list are judged by
what they say: words enough for a headline, a date or an excerpt beside them. The best lists are taken.

Navigation, footers, tag lists, signposts such as "Next page" and links inside running text are out.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import rows
from crawler.parse.blocks import HEADINGS, Block, ancestors, read_blocks, size
from crawler.parse.rows import Link, Rows
from crawler.parse.signposts import MARKS, is_signpost
from crawler.urls import absolute
from storage.records import Listing, Source, Teaser

_LINK_LIMIT = 6_000  # links of a page that are looked at
_REPEAT_LIMIT = 5  # links to one story that are looked at
_HEADLINE_LIMIT = 1_000  # characters
_ENOUGH = 4  # signs, of 7, that make a link a teaser


def read_listing(
    tree: LexborHTMLParser, url: str | None, source: Source, *, with_plain: bool = True
) -> Listing:
    """The teasers on the page `tree`; none where it holds none. `captured_at` is None.

    A story that is linked twice is one teaser, at its first place, with its best headline. Where nobody
    knows the address of the page, a teaser has none either unless its link is whole. `with_plain`: those of
    plain lists too.
    """
    base = _base(tree, url)
    links = _links(tree, url, base)
    taken = _signed(links)
    if with_plain:
        taken |= _plain(tree, links, taken, source)
    links = [link for link in links if id(link) in taken]
    around = Rows(tree, links)
    merged: dict[str, Teaser] = {}
    told: Counter[str] = Counter()
    same: dict[str, str] = {}  # where no addresses are known, the headline says which story it is
    for link in links:
        key = link.key if base else same.setdefault(link.headline, link.key)
        told[key] += 1
        if told[key] > _REPEAT_LIMIT:  # rows of one story may lie in each other: this bounds the work
            continue
        teaser = _teaser(link, around, source)
        merged[key] = _better(merged[key], teaser) if key in merged else teaser
    return Listing(source.name, url, None, tuple(merged.values()))


def _teaser(link: Link, around: Rows, source: Source) -> Teaser:
    row = around.of(link)
    headline = link.headline
    blocks = rows.row_blocks(row, headline)
    return Teaser(
        link.url,
        f"{link.label} {headline}"[:_HEADLINE_LIMIT] if link.label else headline,
        rows.excerpt(blocks, headline),
        rows.date(row, blocks, headline, source),
    )


def _better(first: Teaser, second: Teaser) -> Teaser:
    """One teaser of two for the same story: the first one's place, the fuller headline, what either knows."""
    headline = max(first.headline or "", second.headline or "", key=len)
    return Teaser(
        first.url or second.url, headline, first.excerpt or second.excerpt, first.date or second.date
    )


# ---------------------------------------------------------------- which links


def _links(tree: LexborHTMLParser, url: str | None, base: str | None) -> list[Link]:
    """The links of the page that could be teasers, outside furniture and running text."""
    here = (url or "").split("#")[0]
    judged: dict[int, bool] = {}
    lengths: dict[int, int] = {}
    found = []
    for node in tree.css("a[href]")[:_LINK_LIMIT]:
        href = (node.attributes.get("href") or "").strip()
        address = absolute(base or _NOWHERE, href) if href and not href.startswith("#") else None
        if address is None or address.split("#")[0] == here:
            continue
        above = ancestors(node)
        if _is_outside(above, judged):
            continue
        known = address if base or absolute("", href) else None
        link = _link(node, known, address.split("#")[0], above, lengths)
        if link is not None:
            found.append(link)
    return found


_NOWHERE = "http://page.invalid/"  # in place of an address that nobody knows


def _base(tree: LexborHTMLParser, url: str | None) -> str | None:
    """What the links of the page start from: `<base>` if it has one, else its address."""
    node = tree.css_first("base[href]")
    return (
        (absolute(url or "", node.attributes.get("href") or "") if node is not None else None) or url or None
    )


def _link(
    node: LexborNode, url: str | None, key: str, above: tuple[LexborNode, ...], lengths: dict[int, int]
) -> Link | None:
    titles = [line for title in node.css(_HEADING)[:5] if (line := _line(read_blocks(title).blocks))]
    tags = [parent.tag or "" for parent in above]
    is_heading = bool(titles) or not HEADINGS.isdisjoint(tags[:4])
    headline = max(titles, key=len, default="") or _unmarked(node, is_heading)
    if not headline or is_signpost(node, headline):
        return None
    is_prose = not is_heading and _is_prose(above, headline, lengths)
    if is_prose and not _opens_line(node):
        return None
    letters = size(headline)
    signs = 2 * is_heading + 2 * _is_story(key) + (letters >= 15) + (letters >= 30)
    signs += "article" in tags or "li" in tags[:6]
    shape = tuple(f"{p.tag}.{p.attributes.get('class') or ''}" for p in (node, *above[:4]))
    counted = signs if letters >= 8 and not is_prose else 0
    label = _label(node) if is_heading else ""
    return Link(node, url, key, above, shape, headline, label, is_heading, is_prose, counted)


def _label(node: LexborNode) -> str:
    """What the drawings in the link's heading say, as of stories for members: a reader who is read to hears it."""
    return text.clean(" ".join(title.text() for title in node.css(_DRAWN)[:3]))[:_LABEL_LIMIT]


_DRAWN = ", ".join(f"h{level} svg title" for level in range(1, 7))
_LABEL_LIMIT = 60  # characters


def _line(blocks: list[Block]) -> str:
    """The text of `blocks` on one line; a kicker and its colon may stand in blocks of their own."""
    line = text.clean(" ".join(block.text for block in blocks)[:_HEADLINE_LIMIT])
    return line.replace(" : ", ": ").removeprefix(": ")


def _unmarked(node: LexborNode, is_heading: bool) -> str:
    """The headline of a link that marks none: all its text in a heading, else its first line and kicker."""
    blocks = read_blocks(node).blocks
    if is_heading:
        return _line(blocks)
    lines = [block for block in blocks if block.furniture < 0] or blocks
    lines = [block for block in lines if not rows.is_date(block.text)] or lines
    if len(lines) == 1:
        return _undated(node, _line(lines))
    has_kicker = len(lines) > 1 and lines[0].size < 40 and lines[1].size < 200
    has_kicker = has_kicker and not lines[1].text.endswith((".", "。", "।"))  # it is the excerpt then
    return _line(lines[: 1 + has_kicker])


def _undated(node: LexborNode, line: str) -> str:
    """`line`, the text of the link `node`, without the date that an element of the link adds to it."""
    for part in node.css("time, span, small, em, i")[:5]:
        shown = text.clean(part.text())
        if shown and shown != line and (part.tag == "time" or rows.is_date(shown)):
            line = line.removeprefix(shown).removesuffix(shown).strip(" -–—:|·•,()[]") or line
    return line


_HEADING = "h1, h2, h3, h4, h5, h6"
_OUTSIDE = frozenset({"nav", "footer", "menu", "noscript", "template", "dialog", "form"})


def _is_outside(above: tuple[LexborNode, ...], judged: dict[int, bool]) -> bool:
    """Whether a link under the elements `above` is part of the site's furniture. `judged` remembers them.

    Only what is furniture on a listing too: there, teasers, sliders and sidebars are the content.
    """
    for node in above:
        if node.mem_id not in judged:
            names = node.attributes
            label = f"{names.get('class') or ''} {names.get('id') or ''}".lower()[:300]
            judged[node.mem_id] = (
                node.tag in _OUTSIDE
                or names.get("role") in ("navigation", "contentinfo")
                or bool(_SITE.search(label))
            )
        if judged[node.mem_id]:
            return True
    return False


_SITE = re.compile(
    r"(?:^|[\s_-])(?:nav|navi|navbar|navigation|menu|footer|breadcrumbs?|pagination|pager|cookies?|consent|share|sharing|tags?"
    r"|tag-?list|skip-?links?|toolbar|social)(?:$|[\s_-])"
)


def _is_prose(above: tuple[LexborNode, ...], headline: str, lengths: dict[int, int]) -> bool:
    """Whether the link stands inside a sentence. `lengths` remembers how long the text of an element is."""
    for node in above[:3]:
        if node.tag in ("p", "blockquote", "dd"):
            if node.mem_id not in lengths:
                lengths[node.mem_id] = len(node.text(deep=True))
            return lengths[node.mem_id] > 2 * len(headline) + 20
    return False


def _opens_line(node: LexborNode) -> bool:
    """Whether a line starts with the link, or with a date and the link, and a mark or new line ends it."""
    while node.parent is not None and node.parent.tag in ("b", "strong", "span", "em", "i", "font"):
        node = node.parent
    before, after = node.prev, node.next
    opening = text.clean(before.text_content or "") if before is not None and before.tag == "-text" else ""
    is_first = before is None or before.tag in ("br", "time") or (not opening and before.prev is None)
    if not is_first and not rows.is_date(opening.strip(MARKS)):
        return (
            before is not None
            and not opening
            and before.prev is not None
            and before.prev.tag in ("br", "time")
        )
    if after is not None and after.tag == "-text" and not (after.text_content or "").strip():
        after = after.next
    if after is None or after.tag != "-text":
        return after is None or after.tag in ("br", "time", "small", "p", "div")
    return re.match(r"\s*[-–—:|·•(]|\s+[A-ZÀ-ÞА-Я\d\"“„«]", after.text_content or "") is not None


_STORY = re.compile(r"[^/]*(?:[-_][^/_-]+){3}[^/]*/?\Z|\d{5}|/\d{4}/\d{1,2}/|\.(?:html?|php|aspx?|kcmsf)\Z")
_NO_STORY = re.compile(
    r"/(?:tags?|themen?|topics?|category|categories|kategorie|authors?|autor(?:en)?|search|suche|login|register|abo"
    r"|newsletter|privacy|datenschutz|impressum|contact|kontakt|about|agb|terms|help|hilfe|jobs|rss|feed)s?(?:[/.?]|\Z)",
    re.I,
)


def _is_story(url: str) -> bool:
    """Whether the address looks like a story's: a slug of four words, a long number, a date or a file."""
    parts = urlsplit(url)
    if _NO_STORY.search(parts.path):
        return False
    return bool(_STORY.search(parts.path) or re.search(r"\d{4}|=\w{12}", parts.query))


# ---------------------------------------------------------------- teasers by their signs


def _signed(links: list[Link]) -> set[int]:
    """The links, by `id`, that are teasers by their own signs and those of their shape."""
    shapes: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for link in links:
        if not link.is_prose:
            shapes[link.shape].append(link.signs)
    means = {shape: sum(signs) / len(signs) for shape, signs in shapes.items()}
    return {id(link) for link in links if link.signs and 0.5 * (link.signs + means[link.shape]) >= _ENOUGH}


# ---------------------------------------------------------------- teasers of a plain list


_SAMPLE = 12  # links of a list whose rows are read
_LEAST_WORDS = 2.0  # of a headline, on the average of its list
_MANY = 5  # teasers with signs: a plain list beside them must be as good as they


@dataclass(frozen=True, slots=True)
class _Group:
    """The links of one shape in one list, and how much they look like teasers."""

    links: list[Link]
    words: float  # of a headline, on the average
    told: float  # share of the links that have a date or an excerpt
    score: float
    stories: int
    is_signed: bool  # most of them are teasers by their signs


def _plain(tree: LexborHTMLParser, links: list[Link], signed: set[int], source: Source) -> set[int]:
    """The links, by `id`, that are teasers because they are rows of one of the page's best lists."""
    told: Counter[str] = Counter()
    candidates = []
    for link in links:
        if id(link) in signed or _may_be_plain(link):
            told[link.key] += 1
            if told[link.key] <= _REPEAT_LIMIT:
                candidates.append(link)
    around = Rows(tree, candidates)
    groups = [_judged(group, around, signed, source) for group in _groups(candidates)]
    able = [group for group in groups if _is_list(group)]
    best = max((group.score for group in able if group.stories > 1), default=0.0)
    taken = [group for group in able if group.score >= 0.35 * best]
    if len(signed) >= _MANY:
        taken = [group for group in taken if group.is_signed]
    return {id(link) for group in taken for link in group.links}


def _may_be_plain(link: Link) -> bool:
    """Whether the link may be a teaser although it has no signs, by where it leads and stands."""
    parts = urlsplit(link.key)
    if parts.path in ("", "/") and not parts.query:
        return False
    if any(node.tag in ("header", "aside") for node in link.above) and not link.is_heading:
        return False
    return not _NO_STORY.search(parts.path) and not _SOCIAL.search(parts.netloc)


_SOCIAL = re.compile(
    r"(?:^|\.)(?:facebook|twitter|x|instagram|youtube|linkedin|pinterest|tiktok|whatsapp|telegram|weibo|vk|reddit"
    r"|flickr|t|wa|ok|threads|bsky)\.(?:com|me|net|org|ru|app)\Z"
)


def _groups(links: list[Link]) -> Iterable[list[Link]]:
    """The links by their list: the nearest element with more than one link of their shape."""
    held: dict[tuple[int, tuple[str, ...]], set[str]] = defaultdict(set)
    links = list(_one_a_row(links))
    for link in links:
        for node in link.above[:8]:
            held[node.mem_id, link.shape].add(link.key)
    groups: dict[tuple[int, tuple[str, ...]], list[Link]] = defaultdict(list)
    for link in links:
        lists = (
            n.mem_id for n in link.above[:8] if n.tag not in _ROW_TAGS and len(held[n.mem_id, link.shape]) > 1
        )
        groups[next(lists, 0), link.shape].append(link)
    return groups.values()


_ROW_TAGS = frozenset({"li", "tr", "td", "article", "dd", "dt"})


def _one_a_row(links: list[Link]) -> Iterator[Link]:
    """`links` without the short ones beside a long one: its section, its writer, its comments."""
    longest: dict[int, float] = {}
    units = [
        next((node.mem_id for node in link.above if node.tag in ("li", "tr", "dd")), 0) for link in links
    ]
    for link, unit in zip(links, units, strict=True):
        longest[unit] = max(longest.get(unit, 0.0), _words(link.headline))
    for link, unit in zip(links, units, strict=True):
        if not unit or _words(link.headline) >= 0.6 * longest[unit]:
            yield link


def _judged(links: list[Link], around: Rows, signed: set[int], source: Source) -> _Group:
    sample = links[:_SAMPLE]
    teasers = [_teaser(link, around, source) for link in sample]
    dated = sum(teaser.date is not None for teaser in teasers) / len(sample)
    told = sum(bool(teaser.date or teaser.excerpt) for teaser in teasers) / len(sample)
    words = sum(min(8.0, _words(link.headline)) for link in links) / len(links)
    stories = sum(_is_story(link.key) for link in sample) / len(sample)
    headed = sum(link.is_heading for link in sample) / len(sample)
    score = min(4.0, words) + 2 * dated + 3 * told + 2 * stories + 2 * headed
    is_signed = sum(id(link) in signed for link in links) > 0.5 * len(links)
    return _Group(links, words, told, score, len({link.key for link in links}), is_signed)


def _is_list(group: _Group) -> bool:
    """Whether the group can be a list of stories at all."""
    first = group.links[0]
    if group.stories == 1:
        tags = {node.tag for node in first.above}
        if not (group.told or first.is_heading or _is_story(first.key) or not tags.isdisjoint(_SINGLE)):
            return False
    elif sum(map(_is_inline, group.links)) > 0.5 * len(group.links) and group.words < 4:
        return False
    return group.words >= _LEAST_WORDS or group.told >= 0.5 or first.is_heading


_SINGLE = frozenset({"li", "tr", "dd", "dt", "article", "main"})


def _is_inline(link: Link) -> bool:
    """Whether another link stands beside the link on its line."""
    return any(_is_link_beside(link.node, is_after=is_after) for is_after in (True, False))


def _is_link_beside(node: LexborNode, *, is_after: bool) -> bool:
    beside = node.next if is_after else node.prev
    while beside is not None and beside.tag == "-text":
        if (beside.text_content or "").strip(MARKS + "/,\n\r"):
            return False
        beside = beside.next if is_after else beside.prev
    return beside is not None and beside.tag == "a"


def _words(line: str) -> float:
    """The words of `line`; two ideographs are one, and nine letters where a script has no blanks."""
    if line.isascii():
        return len(line.split())
    letters = size(line)
    return max(len(line.split()), (letters - len(line)) / 4, letters / 9 if " " not in line else 0)
