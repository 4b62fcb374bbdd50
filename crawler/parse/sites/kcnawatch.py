"""KCNA Watch (kcnawatch.org): an archive of North Korean state media.

    /newstream/<unix time>-<id>/<slug>/    article; the key is `<unix time>-<id>`, slugs come and go
    /  /article/<n>/  /?s=…                listings: rows `.article-desc`; their fragments by admin-ajax
    /free-member-form/                     members' wall, by redirect; or a form in place of the text

An article page is read from its date line, `Date: 01/08/2024 | Source: …`: the headline stands above it, the
text below it, down to `More From …`, where teasers begin. Class names only confirm this: where they are
missing, the lines suffice. The day in the header is the day of the visit and nothing of the article.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text, urls
from crawler.parse import dates, marks
from crawler.parse.blocks import Block, read_blocks
from crawler.parse.lines import Line
from crawler.parse.recipe import TEASER_LIMIT, Markup, Recipe, body_paragraphs, first_text
from crawler.parse.snapshot import Broken, Numbered, fold_teasers
from storage.records import Article, DateOrder, Listing, Teaser

_KEY = re.compile(r"/newstream/(\d{8,11}-[0-9a-f]{1,40})(?![^/?#])")
_HEADLINE_LIMIT = 1_000  # characters
_HEADER_LINES = 5  # a date further down is no header


def read_article(page: Markup) -> Article | None:
    """The article on the page; None where there is neither a body element nor a date line with text below."""
    tree, url = page.tree, page.url
    if tree.body is None:
        return None
    lines = page.lines(_own(page).rows)
    place, said = _date_line(lines)
    found = body_paragraphs(tree.css(_own(page).body)) or (_between(tree.body) if said else ())
    headline = _headline(tree, lines[:place]) if said else _headline_alone(tree)
    paragraphs, ended = _paragraphs(found, headline)
    if not paragraphs:
        return None
    return Article(
        source=page.source.name,
        url=url,
        captured_at=None,
        headline=headline[:_HEADLINE_LIMIT] if headline else None,
        published=(said.published if said else None) or ended or _key_day(url),
        paragraphs=paragraphs,
        source_line=(said.source if said else None) or _label(lines),
    )


def read_listing(page: Markup) -> Listing:
    """Every teaser on the page: rows of listings and "More From" blocks, in page order, each story once."""
    lines = page.lines(_own(page).rows)
    row_date = _own(page).row_date
    teasers = list(_row_teasers(lines, page.rows, page.url, row_date)) or list(_bare_teasers(lines, page.url))
    return Listing(page.source.name, page.url, None, _each_once(teasers), _label(lines))


def read_day(page: Markup) -> str | None:
    """The day in the header, which the site writes anew for every visit."""
    return next(
        (day for line in page.lines(_own(page).rows)[:_HEADER_LINES] if (day := _header_day(line))), None
    )


def read_next(page: Markup) -> str | None:
    """A newspaper's page goes on in fragments of ten, for as long as they have rows."""
    parts = urlsplit(page.url or "")
    asked = parse_qs(parts.query)
    number = asked.get("id", [""])[0] if parts.path == _FRAGMENTS else _NEWSPAPER.fullmatch(parts.path)
    number = number[1] if isinstance(number, re.Match) else number
    if not number or not page.tree.css_first(_own(page).rows):
        return None
    start = int(asked["from"][0]) if asked.get("from", [""])[0].isdigit() else 0
    query = f"action=get_cat_by_source&die=true&from={start + _FRAGMENT}&to={_FRAGMENT}&sort=&id={number}"
    return f"{parts.scheme}://{parts.netloc}{_FRAGMENTS}?{query}"


_NEWSPAPER = re.compile(r"/article/(\d+)/?")
_FRAGMENTS = "/wp-admin/admin-ajax.php"
_FRAGMENT = 10  # rows


def _own(page: Markup) -> Recipe:
    return page.recipe or RECIPE


def _header_day(line: Line) -> str | None:
    is_own = line.row is None and not line.href
    return marks.day(line.text) if is_own and marks.is_header(line.text) else None


# ---------------------------------------------------------------- article


def _date_line(lines: list[Line]) -> tuple[int, marks.DateLine | None]:
    """Where the date line stands and what it says, also where the page breaks it into several."""
    for place, line in enumerate(lines):
        said = marks.date_line(line.text)
        if said is None:
            continue
        for further in lines[place + 1 : place + 4]:
            rest = marks.date_line(further.text, is_rest=True)
            if rest is None:
                break
            said = marks.merged(said, rest)
        return place, said
    return len(lines), None


def _label(lines: Iterable[Line]) -> str | None:
    return next((label for line in lines if (label := marks.more_from(line.text))), None)


def _headline(tree: LexborHTMLParser, above: list[Line]) -> str | None:
    """The headline among the lines above the date line: the nearest that makes up the page's title.

    Else the nearest heading, else the nearest line; not a breadcrumb, nor the header.
    """
    titles = _titles(tree)
    near = [line for line in reversed(above[-12:]) if not marks.is_header(line.text)]
    for line in near:
        if _is_titled(line.text, titles):
            return line.text
    heading = next((line.text for line in reversed(above) if line.is_heading), None)
    if heading is not None:
        return heading
    return next((line.text for line in near if not marks.breadcrumb_label(line.text, None)), None)


def _headline_alone(tree: LexborHTMLParser) -> str | None:
    """The headline of a page without a date line: the heading that makes up its title, or the title."""
    shown = [line for node in tree.css("h1, h2")[:20] if (line := text.clean(node.text()))]
    titles = _titles(tree)
    titled = next((line for line in shown if _is_titled(line, titles)), None)
    return titled or next(iter([*titles, *shown]), None)


def _is_titled(line: str, titles: list[str]) -> bool:
    plain = text.normalise(line)
    return any(plain in title and len(plain) > 0.4 * len(title) for title in map(text.normalise, titles))


def _titles(tree: LexborHTMLParser) -> list[str]:
    """What the page's head calls it, without the archive's name behind."""
    claim = tree.css_first('meta[property="og:title"][content]')
    claims = [claim.attributes.get("content") if claim else None, first_text(tree.root, "title")]
    tidy = (text.clean((title or "")[:2_000]) for title in claims)
    return [plain for title in tidy if (plain := _ARCHIVE.sub("", title))]


_ARCHIVE = re.compile(r" [|\-–—] [^|]{0,40}\bWatch\b[^|]{0,40}\Z")


def _between(body: LexborNode) -> tuple[str, ...]:
    """The paragraphs between the date line and "More From", without what is named as page furniture."""
    blocks = read_blocks(body).blocks
    start = next((i for i, block in enumerate(blocks) if marks.date_line(block.text)), len(blocks)) + 1
    end = next((i for i, block in enumerate(blocks) if i > start and _is_end(block.text)), len(blocks))
    inside = [block for block in blocks[start:end] if not _is_links(block)]
    return tuple(text.clean(block.text) for block in inside if block.furniture < 0) or tuple(
        text.clean(block.text) for block in inside
    )


def _is_links(block: Block) -> bool:
    return block.linked > 0.8 and block.size < 200


def _is_end(line: str) -> bool:
    return marks.more_from(line) is not None or marks.is_more_articles(line)


def _paragraphs(found: tuple[str, ...], headline: str | None) -> tuple[tuple[str, ...], str | None]:
    """The article's own paragraphs of those in its element, and the day that its end mark names."""
    end = next((i for i, line in enumerate(found) if _is_end(line)), len(found))
    start = max((i + 1 for i, line in enumerate(found[:end]) if marks.date_line(line)), default=0)
    kept: list[str] = []
    ended = None
    for line in found[start:end]:
        paragraph, named = marks.without_end_marks(line)
        ended = ended or named
        is_top = not kept and (paragraph == headline or marks.date_line(paragraph, is_rest=True) is not None)
        if paragraph and not is_top and not marks.is_read_original(paragraph):
            kept.append(paragraph)
    return tuple(kept), ended


def _key_day(url: str | None) -> str | None:
    """The day of the time in the address, in Korea (UTC+9, without summer time)."""
    match = _KEY.search(url or "")
    if match is None:
        return None
    stamp = int(match[1].partition("-")[0])
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=stamp, hours=9)).date().isoformat()


# ---------------------------------------------------------------- teasers


def _row_teasers(
    lines: list[Line], rows: list[LexborNode], url: str | None, row_date: str
) -> Iterator[Teaser]:
    """The teasers of the rows, and of a "More From" block whose teasers are no rows."""
    inside: dict[int, list[Line]] = {}
    for line in lines:
        if line.row is not None:
            inside.setdefault(line.row, []).append(line)
    for row, own in inside.items():
        teaser = _teaser(own, url, first_text(rows[row], row_date))
        if teaser is not None:
            yield teaser
    block = _block(lines)
    if not any(line.row is not None for line in block):
        yield from _bare_teasers(block, url)


def _bare_teasers(lines: list[Line], url: str | None) -> Iterator[Teaser]:
    """The teasers among lines that no row holds together: those of a "More From" block, else of the page."""
    block = _block(lines)
    teasers = [teaser for own in _by_link(block or lines) if (teaser := _teaser(own, url))]
    # Outside a block of teasers, a link to a story is one only where a date stands beside it.
    yield from [teaser for teaser in teasers if block or teaser.date] or _unlinked(block)


def _block(lines: list[Line]) -> list[Line]:
    """The lines between "More From …" and "More Articles"."""
    start = next((i for i, line in enumerate(lines) if marks.more_from(line.text)), len(lines)) + 1
    end = next((i for i in range(start, len(lines)) if marks.is_more_articles(lines[i].text)), len(lines))
    return lines[start:end]


def _by_link(lines: list[Line]) -> list[list[Line]]:
    """The lines parted at the first link to each story; the date above a headline goes with it."""
    runs: list[list[Line]] = [[]]
    key = None
    for line in lines:
        match = _KEY.search(line.href) if line.href else None
        if match is not None and match[1] != key:
            key = match[1]
            runs.append([])
        runs[-1].append(line)
    dated = [run for run in runs if any(marks.is_day(line.text) for line in run)]
    if dated and runs[-1] is not dated[-1] and all(marks.is_day(run[-1].text) for run in dated):
        for above, below in reversed(list(pairwise(runs))):
            if above and marks.is_day(above[-1].text):
                below.insert(0, above.pop())
    return runs[1:]


def _unlinked(block: list[Line]) -> tuple[Teaser, ...]:
    """The teasers of a block without links, as in a text capture; none where the block is not like one."""
    try:
        return fold_teasers([Numbered(number, line.text) for number, line in enumerate(block, 1)])
    except Broken:
        return ()


def _teaser(lines: list[Line], url: str | None, printed: str | None = None) -> Teaser | None:
    """The teaser that `lines` show, doubled lines folded. `printed`: its date as the row marks it."""
    shown = [line for line in lines if not _is_label(line.text)]
    place = next((i for i, line in enumerate(shown) if line.text == printed or marks.is_day(line.text)), None)
    day = dates.printed(printed, order=DateOrder.DMY) if printed else None
    day = day or (marks.day(shown[place].text) if place is not None else None)
    above, below = shown[:place], shown[place + 1 :] if place is not None else []
    said = [line for line in (*above, *below) if line.text != printed and not marks.is_day(line.text)]
    headline = _teaser_headline(said, {line.text for line in above} & {line.text for line in below})
    others = [line.text for line in said if line.text != headline]
    excerpt = next((line for line in others if len(line) >= 30), others[0] if others else None)
    if headline is None and excerpt is None:
        return None
    return Teaser(_teaser_url(lines, url), headline[:_HEADLINE_LIMIT] if headline else None, excerpt, day)


def _teaser_headline(said: list[Line], around: set[str]) -> str | None:
    """A linked heading, a link, a heading; where there is nothing of these, the first of two lines.

    What stands `around` the date, above and below it, is the excerpt.
    """
    own = [line for line in said if line.text not in around]
    marked = sorted((not line.href, not line.is_heading, place) for place, line in enumerate(own))
    if marked and marked[0][:2] != (True, True):
        return own[marked[0][2]].text
    is_pair = len({line.text for line in said}) > 1
    return own[0].text if own and is_pair else None


def _teaser_url(lines: list[Line], url: str | None) -> str | None:
    hrefs = [line.href for line in lines if line.href]
    best = next((href for href in hrefs if _KEY.search(href)), hrefs[0] if hrefs else None)
    return urls.absolute(url or "", best) if best else None


def _is_label(line: str) -> bool:
    """Whether `line` says nothing of its own: "Read more", or a mere arrow."""
    return (
        re.fullmatch(r"(?:(?:read|see) more|continue reading|more|share)?\W{0,5}", line[:60], re.I)
        is not None
    )


def _each_once(teasers: Iterable[Teaser]) -> tuple[Teaser, ...]:
    """The teasers; a story that the page shows twice at its first place, with all that is said of it."""
    kept: dict[object, Teaser] = {}
    for number, teaser in enumerate(teasers):
        match = _KEY.search(teaser.url) if teaser.url else None
        key = match[1] if match else (teaser.url or number)
        one = kept.get(key, teaser)
        kept[key] = Teaser(
            one.url, one.headline or teaser.headline, one.excerpt or teaser.excerpt, one.date or teaser.date
        )
    return tuple(kept.values())[:TEASER_LIMIT]


RECIPE = Recipe(
    name="kcnawatch",
    hosts=("kcnawatch.org", "kcnawatch.co"),
    key=_KEY,
    rows=".article-desc",
    row_date=".articled-date, .article-date, time",
    body=".article-content, .ArticleContent, .articleContent, .article_content",
    date_order=DateOrder.DMY,
    wall_paths=("/free-member-form",),
    walls=".nk-paywall-free-member-form, .free-member-form-inner",
    marks=re.compile(r"articled-date|Read original version at source|href=[\"']/newstream/1\d{8,9}-\d"),
    read_article=read_article,
    read_listing=read_listing,
    read_day=read_day,
    read_next=read_next,
)
