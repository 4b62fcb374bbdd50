"""When a story was published, by its page: what it claims, marks, prints, and has in its address. Pure.

What lives here: where on a page its date is looked for, and which of several is believed. What must not:
reading a date out of a line (`dates.py`), and reading the page's head (`metadata.py`).

The first of these that names a day is taken:

1. the claim in the head (JSON-LD, meta); where it is in UTC and the page shows the day beside it, that day;
2. what is marked up as the date: `datePublished`, a `<time>` below the headline or beside it;
3. a date in the address;
4. what is printed below the headline, or in it; what an element named for it holds; what a line says that
   begins so;
5. a `<time>` elsewhere, what stands right above the headline, what a script of the page says, what opens the
   story's text;
6. the claimed day of the last change.

A date in a list of other stories, in a margin or a menu is never taken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import dates
from crawler.parse.blocks import HEADINGS, Block, Blocks
from crawler.parse.metadata import Metadata
from crawler.text import normalise
from storage.records import Source


def published(
    tree: LexborHTMLParser,
    page: Blocks,
    headline: str | None,
    url: str | None,
    source: Source,
    claims: Metadata,
) -> str | None:
    """The story's day or moment, as `dates.printed` writes it; None where the page names none."""
    if claims.published:
        return _local(claims.published, tree, page, headline, url, source)
    looks: tuple[Callable[[], str | None], ...] = (
        lambda: _marked(tree, headline, source),
        lambda: _in_address(url),
        lambda: _printed_in(_near_headline(page, headline, is_below=True), source),
        lambda: _in_headline(headline, source),
        lambda: _below(tree, source),
        lambda: _named(tree, source),
        lambda: _said(page.blocks, source),
        lambda: _timed(tree, source),
        lambda: _printed_in(_near_headline(page, headline, is_below=False), source),
        lambda: _scripted(tree, source),
        lambda: _opening(page, source),
    )
    return next((day for look in looks if (day := look())), None) or claims.modified


def _local(
    stamp: str, tree: LexborHTMLParser, page: Blocks, headline: str | None, url: str | None, source: Source
) -> str:
    """`stamp`; where it is in UTC and the page shows the day before or after, that day: it is the local one."""
    if len(stamp) < 13 or not stamp.endswith(("+00:00", "Z")) or _MORNING <= int(stamp[11:13]) < _EVENING:
        return stamp
    shown = (
        _in_address(url),
        _printed_in(_near_headline(page, headline, is_below=True), source),
        _below(tree, source),
    )
    day = next((day[:10] for day in shown if day), None)
    if day is None or stamp.startswith(day):
        return stamp
    is_beside = abs(datetime.fromisoformat(stamp).date() - date.fromisoformat(day)) <= timedelta(days=1)
    return day if is_beside else stamp


_MORNING, _EVENING = 9, 13  # hours in UTC between which it is the same day everywhere but on a few islands


# ---------------------------------------------------------------- marked up


def _marked(tree: LexborHTMLParser, headline: str | None, source: Source) -> str | None:
    for node in _marked_dates(tree, headline):
        if when := _stamped(node, source):
            return when
    return None


def _marked_dates(tree: LexborHTMLParser, headline: str | None) -> Iterator[LexborNode]:
    """The elements that mark the story's date: named so, or a `<time>` below the headline or beside it."""
    title = _folded(headline or "")
    is_below = False
    for node in tree.css(f"h1, h2, h3, {_MARKED}, time")[:200]:
        if node.tag in HEADINGS:
            is_below = is_below or _folded(text.clean(node.text())) == title
            continue
        is_ours = is_below or node.css_matches(_MARKED) or _shares_header(node, title)
        if is_ours and not is_beside(node) and not _is_in_margin(node):
            yield node


_MARKED = '[itemprop~="datePublished" i]'


def _shares_header(node: LexborNode, title: str) -> bool:
    """Whether `node` stands in one small element with the headline."""
    parent = node.parent
    for _ in range(2):
        if parent is None or parent.tag in ("body", "main"):
            return False
        if any(_folded(text.clean(found.text())) == title for found in parent.css("h1, h2")[:3]):
            return True
        parent = parent.parent
    return False


def _named(tree: LexborHTMLParser, source: Source) -> str | None:
    """The date in an element whose class or id says that it holds one."""
    for node, around in _with_place(tree, _NAMED):
        line = _line(node)
        is_short = line and len(line) <= _LONGEST and not _EDITED.match(line)
        if is_short and not _is_elsewhere(node, around) and (when := _stamped(node, source)):
            return when
    return None


def _with_place(tree: LexborHTMLParser, selector: str) -> Iterator[tuple[LexborNode, frozenset[int] | None]]:
    """The elements that `selector` finds; each above the page's h1 with the elements near around that one."""
    first = tree.css_first("h1")
    around = _around(first) if first is not None else None
    for node in tree.css(f"h1, {selector}")[:80]:
        if node.tag == "h1":
            around = None
        else:
            yield node, around


def _around(headline: LexborNode) -> frozenset[int]:
    near = (parent for parent in list(_above(headline))[:3] if parent.tag not in ("body", "html"))
    return frozenset(parent.mem_id for parent in near)


_NAMED = ", ".join(
    f'[{name}*="{word}" i]'
    for word in ("date", "datum", "publi", "posted", "fecha", "created", "time", "byline", "meta", "info")
    for name in ("class", "id")
)
_LONGEST = 160  # characters of a line that holds a date


def _below(tree: LexborHTMLParser, source: Source) -> str | None:
    """The date in an element named or marked for it between the headline and the story's text."""
    is_below, told = False, 0
    for node in tree.css(f"h1, p, time, {_NAMED}")[:400]:
        if node.tag == "h1":
            is_below = True
        elif node.tag == "p" and len(node.text()) > _LONGEST:
            told += 1
            if is_below and told > 2:
                return None
        elif is_below:
            line = _line(node)
            is_short = len(line) <= _LONGEST and not _EDITED.match(line)
            if is_short and not _is_in_margin(node) and (when := _stamped(node, source)):
                return when
    return None


def _timed(tree: LexborHTMLParser, source: Source) -> str | None:
    times = _with_place(tree, "time")
    own = (node for node, around in times if not _is_elsewhere(node, around))
    return next((when for node in own if (when := _stamped(node, source))), None)


def _stamped(node: LexborNode, source: Source) -> str | None:
    """What an element says of a day: its stamp for machines, else its text."""
    names = node.attributes
    stamp = names.get("datetime") or names.get("content") or names.get("title") or ""
    return dates.metadata_time(stamp, source.time_zone) or _printed(_line(node), source)


def is_beside(node: LexborNode) -> bool:
    """Whether `node` stands in a list, a menu, a margin: it is about another story then, or about none."""
    return any(parent.tag in _LISTS for parent in _above(node))


_LISTS = frozenset({"aside", "nav", "footer", "li", "table"})


def _is_in_margin(node: LexborNode) -> bool:
    """Whether `node` stands in what is beside the story by its tag or its name."""
    return any(parent.tag in _MARGINS or _is_named_beside(parent) for parent in (node, *_above(node)))


_MARGINS = frozenset({"aside", "nav", "footer"})


def _is_named_beside(node: LexborNode) -> bool:
    if node.tag in ("body", "html", "main", "article"):
        return False  # they are named for all that is in them
    label = f"{node.attributes.get('class') or ''} {node.attributes.get('id') or ''}".lower()
    return label != " " and _BESIDE.search(label[:300]) is not None


def _is_elsewhere(node: LexborNode, around: frozenset[int] | None) -> bool:
    """Whether `node` is beside the story; or above the headline and outside the page's main part.

    There the day's own date stands. `around`: the elements near around the headline; None below it.
    """
    if is_beside(node) or _is_in_margin(node):
        return True
    return around is not None and not any(
        parent.tag in ("main", "article") or parent.mem_id in around for parent in (node, *_above(node))
    )


_BESIDE = re.compile(
    r"(?<!has-)(?<!with-)\b(?:related|comment|side-?bar|footer|recommend|popular|most-?read|latest|today|teasers?\b)"
)


def _above(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    for _ in range(12):
        if parent is None:
            return
        yield parent
        parent = parent.parent


# ---------------------------------------------------------------- printed


def _near_headline(page: Blocks, headline: str | None, *, is_below: bool) -> list[Block]:
    """The few blocks that follow the headline, or stand right above it, furniture too: dates mostly are."""
    title = normalise(headline or "")
    blocks = page.blocks
    places = [
        i for i, b in enumerate(blocks) if b.tag == "h1" or (b.is_heading and normalise(b.text) == title)
    ]
    if not places:
        return []
    place = places[0]
    if is_below:
        return blocks[place + 1 : place + 13]
    around = _around(page.elements[blocks[place].element].node)
    above = blocks[max(0, place - 4) : place][::-1]
    return [b for b in above if not _is_elsewhere(page.elements[b.element].node, around)]


def _in_headline(headline: str | None, source: Source) -> str | None:
    """The date that the headline begins with: "08.11.2021 | A meeting"."""
    return _printed(headline[:30], source) if headline and headline[0].isdigit() else None


def _opening(page: Blocks, source: Source) -> str | None:
    """The date that opens the story's text, or that its first lines say it is of."""
    running = [block.text for block in page.blocks if block.furniture < 0 and block.size >= 80][:3]
    for line in running:
        if line[0] in "0123456789(" and (when := _printed(line[:40], source)):
            return when
        if (said := _OF_DAY.search(line[:200])) and (
            when := _printed(line[said.end() : said.end() + 40], source)
        ):
            return when
    return None


_OF_DAY = re.compile(
    r"(?:pressemitteilung|pressemeldung|meldung|mitteilung|pressebericht|press release|statement|communiqué|comunicado)"
    r"\W{1,3}(?:nr\.? ?[\d/]+ )?(?:vom|of|from|du|del|de)\b",
    re.I,
)


def _printed_in(blocks: list[Block], source: Source) -> str | None:
    short = (b.text for b in blocks if b.size < 200 and not _EDITED.match(b.text))
    return next((when for line in short if (when := _printed(line, source))), None)


_EDITED = re.compile(
    r"\W*(?:last |zuletzt |letzte )?(?:updated?|modified|edited|aktualisiert|geändert|stand\b|mis à jour)",
    re.I,
)


def _said(blocks: list[Block], source: Source) -> str | None:
    """The date in a line that begins by saying that it is one: "Published on 3 March 2026"."""
    for block in blocks[:_MOST_BLOCKS]:
        is_said = len(block.text) <= _LONGEST and _SAYING.match(block.text)
        if is_said and (when := _printed(block.text, source)):
            return when
    return None


_MOST_BLOCKS = 2_000
_SAYING = re.compile(
    r"\W*(?:first |zuerst |erst)?(?:published|posted|created|written|date|datum|stand|vom|veröffentlich\w*|erstellt"
    r"|erschienen|eingestellt|geschrieben|publié\w*|mis en ligne|posté|le \d|publicad[oa]|fecha|data|pubblicato"
    r"|inserito|gepubliceerd|geplaatst|opublikowan\w*|dodan[oe]|publikováno|publicat|julkaistu|publicerad"
    r"|udgivet|publisert|дата|опубликовано|yayın\w*|tarih|发布|發布|发表|日期|公開|掲載|등록|입력|게시)",
    re.I,
)


def _printed(line: str, source: Source) -> str | None:
    return dates.printed(line, order=source.date_order, zone=source.time_zone)


def _line(node: LexborNode) -> str:
    return text.clean(node.text(separator=" ")[: 4 * _LONGEST])


def _folded(line: str) -> str:
    return normalise(line).casefold()


# ---------------------------------------------------------------- elsewhere


def _in_address(url: str | None) -> str | None:
    match = re.search(r"/((?:19|20)\d\d)[/-]?([01]\d)[/-]?([0-3]\d)(?!\d)", url or "", re.ASCII)
    return dates.metadata_time("-".join(match.groups())) if match else None


def _scripted(tree: LexborHTMLParser, source: Source) -> str | None:
    """The date that a script of the page calls the publication's: the values that its own counters are fed."""
    for script in tree.css("script:not([src])")[:60]:
        match = _FED.search((script.text() or "")[:_SCRIPT_LIMIT])
        if match and (when := dates.metadata_time(match[1], source.time_zone)):
            return when
    return None


_SCRIPT_LIMIT = 100_000  # characters
_FED = re.compile(
    r"""["'](?:first[-_]?publi\w{0,12}|publi(?:sh|cation)\w{0,10}[-_]?(?:date|time|at|on)?|date[-_]?published"""
    r"""|pub[-_]?date|publi(?:shed|cation)|created[-_]?(?:at|date)?)["']\s{0,5}:\s{0,5}["']([^"']{8,40})["']""",
    re.I,
)
