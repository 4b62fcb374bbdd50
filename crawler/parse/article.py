"""The generic article parser: the story on a page whose layout nobody described. Pure.

What lives here: which part of a page is the story, and which of its blocks are. What must not: rules for
one site (they are recipes, `sites/`), and reading the tree (`blocks.py`) or its head (`metadata.py`).

How the story is found:

1. Every block votes: running text for its element and all above it, lists of links against them.
   The element with the highest sum holds the story (a maximum-sum subtree).
2. An element that the page itself names the body (`itemprop=articleBody`, `entry-content`, ...) is preferred
   where it holds most of that text.
3. Inside, furniture goes out by what each block *is*, never by comparing it with its neighbours' sizes or
   with anything outside the story: so what is extracted stays when adverts, counters or related stories change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import dates
from crawler.parse.blocks import Block, Blocks, read_blocks, size
from crawler.parse.metadata import Metadata, read_metadata
from storage.records import Article, Source

_LEAST_SIZE = 140  # letters of running text below which a page holds no article


def read_article(tree: LexborHTMLParser, url: str | None, source: Source) -> Article | None:
    """The article on the page `tree`; None where it holds none. `captured_at` is None: the caller knows it."""
    if tree.body is None:
        return None
    claims = read_metadata(tree, url, source)
    page = _read(tree.body)
    if _is_listing(page, claims):
        return None
    headline = _headline(tree, claims)
    paragraphs = _body(tree.body, page, headline, claims)
    if _length(paragraphs) < _LEAST_SIZE:
        return None
    return Article(
        source=source.name,
        url=url,
        captured_at=None,
        headline=headline,
        byline=claims.byline or _byline(tree),
        published=claims.published or _published(tree, page, headline, url, source),
        modified=claims.modified,
        paragraphs=paragraphs,
    )


def _body(root: LexborNode, page: Blocks, headline: str | None, claims: Metadata) -> tuple[str, ...]:
    """The paragraphs of the story: what the page shows, else what it shows as if it were furniture.

    Only where a page that calls itself an article shows nothing, its claimed `articleBody` is taken.
    """
    paragraphs = _paragraphs(page, headline)
    if _length(paragraphs) < _LEAST_SIZE and (claims.is_article or headline):
        doubtful = {block.furniture for block in page.blocks if _is_running(block)} - {-1}
        paragraphs = _paragraphs(read_blocks(root, frozenset(doubtful)), headline) or paragraphs
    if _length(paragraphs) < _LEAST_SIZE and claims.is_article and claims.body:
        paragraphs = tuple(line for part in claims.body.splitlines() if (line := text.clean(part)))
    return paragraphs


def _length(paragraphs: tuple[str, ...]) -> int:
    return sum(map(size, paragraphs))


# ---------------------------------------------------------------- where the story is


def _is_listing(page: Blocks, claims: Metadata) -> bool:
    """Whether the page lists stories and tells none: its running text stands below links, piece by piece.

    Or there is next to none of it among hundreds of linked lines, and the page does not call itself an article.
    """
    story = _story(page)
    inside = _inside(page, story) if story is not None else set()
    blocks = [block for block in page.blocks if block.furniture < 0]
    running = [i for i, block in enumerate(blocks) if block.element in inside and _is_running(block)]
    if len(running) >= 5:
        return sum(blocks[i - 1].linked > 0.5 for i in running if i) >= 0.8 * len(running)
    told = sum(blocks[i].size for i in running)
    linked = sum(block.size for block in blocks if block.linked > 0.5 and block.size > 20)
    return not claims.is_article and 0 < told < 0.05 * linked


def _read(body: LexborNode) -> Blocks:
    """The blocks of the page. What looks like furniture but holds most of the page's text is not."""
    forgiven: frozenset[int] = frozenset()
    for _ in range(4):
        page = read_blocks(body, forgiven)
        held: dict[int, float] = {}
        for block in page.blocks:
            held[block.furniture] = held.get(block.furniture, 0) + max(0.0, _vote(block))
        root, most = max(held.items(), key=lambda item: item[1], default=(-1, 0.0))
        if root < 0 or most < 0.5 * sum(held.values()):
            break
        forgiven |= {root}
    return page


def _story(page: Blocks) -> int | None:
    """The element that holds the story; None where nothing on the page reads like one."""
    votes = [0.0] * len(page.elements)
    for block in page.blocks:
        if block.furniture < 0:
            votes[block.element] += _vote(block)
    for index in range(len(votes) - 1, 0, -1):
        votes[page.elements[index].parent] += votes[index]
    best = max(range(len(votes)), key=lambda index: (votes[index], index), default=None)
    if best is None or votes[best] <= 0:
        return None
    bodies = [i for i, element in enumerate(page.elements) if element.is_body and votes[i] > 0.6 * votes[best]]
    return bodies[0] if bodies else best


def _vote(block: Block) -> float:
    """How much `block` speaks for its surroundings being a story: its letters, or minus its linked ones."""
    if block.linked > 0.5:
        return -0.5 * min(block.size, 200)
    if block.is_heading:
        return 0.0
    if block.size >= 80 or (block.size >= 30 and block.text[-1] in _SENTENCE_END):
        weight = block.size * (1 - block.linked)
        return weight if block.tag != "li" else 0.5 * weight
    return -5.0


_SENTENCE_END = frozenset(".!?…。！？:;»”\"“'’)")

# ---------------------------------------------------------------- what belongs to it


def _paragraphs(page: Blocks, headline: str | None) -> tuple[str, ...]:
    """The story's paragraphs; none where the page has no story."""
    story = _story(page)
    if story is None:
        return ()
    inside = _inside(page, story)
    blocks = _lead(page, inside) + [block for block in page.blocks if block.element in inside]
    shown = _without_endings(page, [block for block in blocks if block.furniture < 0])
    title = text.normalise(headline or "")
    kept = _trimmed(_kept(block for block in shown if text.normalise(block.text) != title))
    return tuple(text.clean(block.text) for block in kept)


def _kept(blocks: Iterable[Block]) -> list[Block]:
    """The blocks that belong to a story. A heading does where the very next block does."""
    kept: list[Block] = []
    headings: list[Block] = []
    for block in blocks:
        if not _belongs(block):
            headings = []
        elif block.is_heading:
            headings.append(block)
        else:
            kept += [*headings, block]
            headings = []
    return kept


def _inside(page: Blocks, story: int) -> set[int]:
    inside = {story}
    for index in range(story + 1, len(page.elements)):
        if page.elements[index].parent in inside:
            inside.add(index)
    return inside


def _lead(page: Blocks, inside: set[int]) -> list[Block]:
    """Running text between the last h1 above the story and the story: its standfirst."""
    first = next((i for i, block in enumerate(page.blocks) if block.element in inside), 0)
    lead: list[Block] = []
    for block in reversed(page.blocks[max(0, first - 30) : first]):
        if block.tag == "h1":
            return lead[::-1]
        if block.furniture < 0 and block.size >= 60 and block.linked < 0.2:
            lead.append(block)
    return []


def _without_endings(page: Blocks, blocks: list[Block]) -> list[Block]:
    """`blocks` without what follows a line such as "Related stories", and without stray short lines.

    The story's own levels are the elements whose children hold its running text. Where an ending stands amid
    the story, the story goes on with the next running text at its main level.
    """
    levels: dict[int, int] = {}
    for block in blocks:
        if _is_running(block):
            levels[_level(page, block)] = levels.get(_level(page, block), 0) + block.size
    main = max(levels, key=lambda index: levels[index], default=-1)
    kept: list[Block] = []
    is_ended = False
    for block in blocks:
        if block.size < 60 and _END.match(block.text):
            is_ended = True
        elif is_ended and _is_running(block) and _level(page, block) == main:
            is_ended = False
        if not is_ended and (_level(page, block) in levels or not _is_stray(block)):
            kept.append(block)
    return kept


def _is_stray(block: Block) -> bool:
    """Whether a block away from the running text is a label, a button, a credit."""
    if block.tag == "div":
        return block.size < 100
    return block.tag == "p" and block.size < 100 and block.text[-1] not in _SENTENCE_END


def _level(page: Blocks, block: Block) -> int:
    """The element that holds `block` and its neighbours."""
    return page.elements[block.element].parent


def _is_running(block: Block) -> bool:
    return block.size >= 80 and block.linked < 0.3 and not block.is_heading


def _trimmed(blocks: list[Block]) -> list[Block]:
    """`blocks` without the short lines above the first sentence and below the last one."""
    sentences = [index for index, block in enumerate(blocks) if _is_sentence(block)]
    return blocks[sentences[0] : sentences[-1] + 1] if sentences else blocks


def _is_sentence(block: Block) -> bool:
    return block.size >= 50 or block.tag in ("li", "td", "dd") or (block.size >= 20 and block.text[-1] in _SENTENCE_END)


def _belongs(block: Block) -> bool:
    if (block.linked > 0.6 and block.size < 400) or (block.linked > 0.3 and block.size < 100):
        return False
    return not (block.size < 200 and _STOCK.match(block.text))


_END = re.compile(
    r"(?:related (?:articles?|stories|posts|news|topics)|more (?:stories|articles|news|from|on)|you (?:may|might) (?:also )?like"
    r"|leave a (?:reply|comment)|comments?\b|kommentare?\b|ähnliche (?:artikel|beiträge|themen)|verwandte"
    r"|weitere (?:artikel|beiträge|meldungen|themen|informationen|nachrichten)|das könnte (?:sie|dich|euch)|mehr zum thema"
    r"|auch interessant|lesen sie auch|notas relacionadas|noticias relacionadas|artículos relacionados|te puede interesar"
    r"|articles? (?:liés|similaires|connexes)|à lire aussi|sur le même sujet|articoli correlati|leggi anche|potrebbe interessarti"
    r"|lees ook|gerelateerd|czytaj (?:też|także|również)|zobacz (?:też|także|również)|читайте также|похожие|по теме"
    r"|weiterführende|kommende events|zusatzinformationen|leia (?:também|mais)|veja também)",
    re.I,
)
_STOCK = re.compile(
    r"(?:\W*anzeige\b|advertisement|werbung|publicidad|publicité|pubblicità|reklama|реклама|copyright|©|\(c\)"
    r"|(?:photo|image|foto|bild|crédits?|picture)s?(?: credit| courtesy|nachweis|s? photos?)? ?:|read (?:more|also|next)\b"
    r"|auch interessant|lesen sie auch|mehr (?:dazu|zum thema)|à lire aussi|lire aussi|lea también|lee también|leia também"
    r"|czytaj (?:też|także|również)|leggi anche|lees ook|читайте также|(?:share|teilen|partager|compartir|condividi)\b.{0,40}\Z"
    r"|subscribe\b|sign up\b|follow us|folgen sie|síguenos|suivez-nous|click here|tags?:|schlagwörter|stichwörter|etiquetas"
    r"|updated?:|published:|posted (?:on|by|in)|filed under|veröffentlicht (?:am|in|unter)|ein-/ausblenden|quelle:|source:)",
    re.I,
)

# ---------------------------------------------------------------- headline


def _headline(tree: LexborHTMLParser, claims: Metadata) -> str | None:
    """The heading that says most of what the page claims as its headline; else the claim; else the first h1.

    A heading that is only the site's name, as a logo often is, loses by that measure.
    """
    claimed = [_folded(claim) for claim in (*claims.headlines, claims.title or "") if claim]
    best, share = None, 0.3
    for node in tree.css("h1, h2, h3")[:40]:
        line = text.clean(node.text())[:_HEADLINE_LIMIT]
        folded = _folded(line)
        covered = max((len(folded) / len(claim) for claim in claimed if folded and folded in claim), default=0.0)
        if covered > share:
            best, share = line, covered
    if best is not None:
        return best
    if claims.headlines:
        return _without_site(claims.headlines[0], claims.site_name)
    shown = next((line for node in tree.css("h1")[:10] if (line := text.clean(node.text()))), None)
    return (shown or _without_site(claims.title or "", claims.site_name) or "")[:_HEADLINE_LIMIT] or None


_HEADLINE_LIMIT = 1_000  # characters


def _folded(line: str) -> str:
    return text.normalise(line).casefold()


def _without_site(line: str, site_name: str | None) -> str:
    """`line` without " - The Site" at its end."""
    head, mark, tail = _SITE_MARK.split(line)[0], _SITE_MARK.search(line), re.split(_SITE_MARK, line)[-1]
    return head if mark and site_name and _folded(tail) == _folded(site_name) else line


_SITE_MARK = re.compile(r" [|\-–—·•»:] ")


# ---------------------------------------------------------------- date and byline, as shown


def _published(
    tree: LexborHTMLParser, page: Blocks, headline: str | None, url: str | None, source: Source
) -> str | None:
    """The date that the page shows as the story's: marked up, else printed below the headline, else in its address.

    Never one above the headline, where the day's date stands, nor one in a list of other stories.
    """
    for node in tree.css(_MARKED_DATES)[:20]:
        if not _is_beside(node):
            names = node.attributes
            stamp = names.get("datetime") or names.get("content") or names.get("title") or ""
            when = dates.metadata_time(stamp, source.time_zone) or _printed(node.text(), source)
            if when:
                return when
    for block in _below_headline(page, headline):
        if block.size < 200 and not _EDITED.match(block.text) and (when := _printed(block.text, source)):
            return when
    return _in_address(url)


_MARKED_DATES = (
    '[itemprop~="datePublished" i], time[pubdate], time[class*="publish" i], time[class*="entry-date" i], abbr.published, time'
)
_EDITED = re.compile(r"\W*(?:last |zuletzt |letzte )?(?:updated?|modified|edited|aktualisiert|geändert|änderung|stand\b|mis à jour)", re.I)


def _printed(line: str, source: Source) -> str | None:
    return dates.printed(line, order=source.date_order, zone=source.time_zone)


def _is_beside(node: LexborNode) -> bool:
    """Whether `node` stands in a list, a menu, a margin: it is about another story then, or about none."""
    parent: LexborNode | None = node
    for _ in range(12):
        parent = parent.parent if parent is not None else None
        if parent is None:
            return False
        if parent.tag in ("aside", "nav", "footer", "li", "table"):
            return True
    return False


def _below_headline(page: Blocks, headline: str | None) -> list[Block]:
    """The few blocks that follow the headline, furniture too: dates mostly are."""
    title = text.normalise(headline or "")
    blocks = page.blocks
    places = [i for i, b in enumerate(blocks) if b.tag == "h1" or (b.is_heading and text.normalise(b.text) == title)]
    return blocks[places[0] + 1 : places[0] + 13] if places else []


def _in_address(url: str | None) -> str | None:
    match = re.search(r"/((?:19|20)\d\d)[/-]?([01]\d)[/-]?([0-3]\d)(?!\d)", url or "", re.ASCII)
    return dates.metadata_time("-".join(match.groups())) if match else None


def _byline(tree: LexborHTMLParser) -> str | None:
    """The writer's name that the page marks as such, without "By"."""
    for node in tree.css(_MARKED_NAMES)[:10]:
        line = re.sub(r"^(?:by|von|par|por|di|door|autor(?:in)?|text)\b[ :]*", "", text.clean(node.text()), flags=re.I)
        if 3 <= len(line) <= 80 and not _is_beside(node):
            return line
    return None


_MARKED_NAMES = '[itemprop~="author"] [itemprop="name"], [itemprop~="author"], [rel~="author"], .byline, .author-name, .author'
