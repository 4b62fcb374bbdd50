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
from crawler.parse.blocks import Block, Blocks, read_blocks
from crawler.parse.metadata import Metadata, read_metadata
from storage.records import Article, Source

_LEAST_SIZE = 140  # letters of running text below which a page holds no article


def read_article(tree: LexborHTMLParser, url: str | None, source: Source) -> Article | None:
    """The article on the page `tree`; None where it holds none. `captured_at` is None: the caller knows it."""
    if tree.body is None:
        return None
    claims = read_metadata(tree, url, source)
    page = _read(tree.body)
    story = _story(page)
    headline = _headline(tree, claims)
    paragraphs = _paragraphs(page, story, headline) if story is not None else ()
    if sum(map(len, paragraphs)) < _LEAST_SIZE:
        return None
    return Article(
        source=source.name,
        url=url,
        captured_at=None,
        headline=headline,
        byline=claims.byline,
        published=claims.published,
        modified=claims.modified,
        paragraphs=paragraphs,
    )


# ---------------------------------------------------------------- where the story is


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


def _paragraphs(page: Blocks, story: int, headline: str | None) -> tuple[str, ...]:
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


_END = frozenset(".!?…。！？:;»”\"“'’)")

# ---------------------------------------------------------------- what belongs to it


def _paragraphs(page: Blocks, story: int, headline: str | None) -> tuple[str, ...]:
    inside = _inside(page, story)
    blocks = _lead(page, inside) + [block for block in page.blocks if block.element in inside]
    shown = _before_end(block for block in blocks if block.furniture < 0)
    title = text.normalise(headline or "")
    kept = _kept(block for block in shown if text.normalise(block.text) != title)
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


def _before_end(blocks: Iterable[Block]) -> list[Block]:
    """`blocks` up to the first heading that opens what follows a story: comments, related stories."""
    kept: list[Block] = []
    for block in blocks:
        if block.size < 60 and _END.match(block.text) and kept:
            break
        kept.append(block)
    return kept


def _belongs(block: Block) -> bool:
    if (block.linked > 0.6 and block.size < 400) or (block.linked > 0.3 and block.size < 100):
        return False
    return not (block.size < 200 and _STOCK.match(block.text))


def _introduces(heading: Block, following: Block, shown: list[Block]) -> bool:
    """Whether the block that the page shows after `heading` was kept: else it heads a list of links."""
    place = next(i for i, block in enumerate(shown) if block is heading)
    return place + 1 < len(shown) and shown[place + 1] is following


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
    shown = [text.clean(node.text()) for node in tree.css("h1")[:10]]
    shown = [line for line in shown if line]
    claimed = [*claims.headlines, *([claims.title] if claims.title else [])]
    for line in shown:
        plain = text.normalise(line).casefold()
        if len(plain) > 8 and any(plain in text.normalise(claim).casefold() for claim in claimed):
            return line
    if claims.headlines:
        return claims.headlines[0]
    return max(shown, key=len) if shown else claims.title
