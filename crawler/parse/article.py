"""The generic article parser: the story on a page whose layout nobody described. Pure.

What lives here: which part of a page is the story, and which of its blocks are. What must not: rules for
one site (they are recipes, `sites/`), and reading the tree (`blocks.py`) or its head (`metadata.py`).

How the story is found:

1. Every block votes: running text for its element and all above it, lists of links against them.
   The element with the highest sum holds the story (a maximum-sum subtree).
2. An element that the page itself names the body (`itemprop=articleBody`, `entry-content`, ...) is preferred
   where it holds most of that text.
3. Inside, furniture goes out by what each block *is*, never by comparing it with its neighbours' sizes or
   with anything outside the story: so it stays when adverts, counters or related stories change.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import shown
from crawler.parse.blocks import HEADINGS, Block, Blocks, is_foreign, read_blocks, size
from crawler.parse.metadata import Metadata, read_metadata
from crawler.parse.published import Clues
from crawler.parse.published import find as find_date
from storage.records import Article, Source

_LEAST_SIZE = 140  # letters of running text below which a page holds no article
_SURE_SIZE = 300  # letters above which the story is not looked for in what looks like furniture


def read_article(
    tree: LexborHTMLParser, url: str | None, source: Source, seen: datetime | None = None
) -> Article | None:
    """The article on the page `tree`, captured at `seen`; None where it holds none. `captured_at` is None."""
    if tree.body is None:
        return None
    claims = read_metadata(tree, url, source)
    page = _read(tree.body)
    story = _story(page)
    if _is_listing(page, story, claims):
        return None
    headline = shown.headline(tree, claims)
    paragraphs = _body(tree.body, page, story, headline, claims)
    if _length(paragraphs) < _LEAST_SIZE:
        return None
    return _headed(Clues(tree, page, claims, headline, url, source, seen), paragraphs)


def read_head(
    tree: LexborHTMLParser, url: str | None, source: Source, seen: datetime | None = None
) -> Article | None:
    """Headline, byline and dates of a page on which no story is found; None where it names no headline."""
    if tree.body is None:
        return None
    claims = read_metadata(tree, url, source)
    headline = shown.headline(tree, claims)
    page = read_blocks(tree.body)
    return _headed(Clues(tree, page, claims, headline, url, source, seen), ()) if headline else None


def _headed(clues: Clues, paragraphs: tuple[str, ...]) -> Article:
    published = find_date(clues)
    return Article(
        source=clues.source.name,
        url=clues.url,
        captured_at=None,
        headline=clues.headline,
        byline=clues.claims.byline or shown.byline(clues.tree),
        published=published.when,
        published_note=published.note,
        modified=clues.claims.modified,
        paragraphs=paragraphs,
    )


def _body(
    root: LexborNode, page: Blocks, story: int | None, headline: str | None, claims: Metadata
) -> tuple[str, ...]:
    """The paragraphs of the story: what the page shows, else what it shows as if it were furniture.

    Only where a page that calls itself an article shows nothing, its claimed `articleBody` is taken.
    """
    paragraphs = _paragraphs(page, story, headline)
    if _length(paragraphs) < _LEAST_SIZE and (claims.is_article or headline):
        doubtful = {block.furniture for block in page.blocks if _is_running(block)} - {-1}
        doubtful = {root for root in doubtful if not _is_foreign(page, root)}
        page = read_blocks(root, frozenset(doubtful))
        paragraphs = _paragraphs(page, _story(page), headline) or paragraphs
    if _length(paragraphs) < _LEAST_SIZE and claims.is_article and claims.body:
        paragraphs = tuple(line for part in claims.body.splitlines() if (line := text.clean(part)))
    return paragraphs


def _length(paragraphs: tuple[str, ...]) -> int:
    return sum(map(size, paragraphs))


# ---------------------------------------------------------------- where the story is


def _is_listing(page: Blocks, story: int | None, claims: Metadata) -> bool:
    """Whether the page lists stories and tells none: its running text stands below links, piece by piece.

    Or there is next to none of it among hundreds of linked lines, and no claim to be an article.
    """
    inside = _inside(page, story)
    blocks = [block for block in page.blocks if block.furniture < 0]
    running = [i for i, block in enumerate(blocks) if block.element in inside and _is_running(block)]
    if len(running) >= 5:
        return sum(blocks[i - 1].linked > 0.5 for i in running if i) >= 0.8 * len(running)
    told = sum(blocks[i].size for i in running)
    linked = sum(block.size for block in blocks if block.linked > 0.5 and block.size > 20)
    return not claims.is_article and 0 < told < 0.05 * linked


def _read(body: LexborNode) -> Blocks:
    """The blocks of the page, wrong furniture forgiven.

    No furniture is what holds the page's h1 and running text too, whatever its name; and, where next to
    nothing else reads like a story, what holds most of the text.
    """
    forgiven: frozenset[int] = frozenset()
    for _ in range(4):
        page = read_blocks(body, forgiven)
        root = _wrong_furniture(page)
        if root is None:
            break
        forgiven |= {root}
    return page


def _wrong_furniture(page: Blocks) -> int | None:
    """The element that looks like furniture and is not.

    Comments are never it: they outgrow many a story, and must not take its place the day they do.
    """
    held: dict[int, float] = {}
    for block in page.blocks:
        held[block.furniture] = held.get(block.furniture, 0) + max(0.0, _vote(block))
    titled = {block.furniture for block in page.blocks if block.tag == "h1"}
    plain = held.pop(-1, 0.0)
    for root in sorted(held, key=lambda index: -held[index]):
        if _is_foreign(page, root):
            continue
        is_most = plain < _SURE_SIZE and held[root] > plain
        if is_most or (root in titled and held[root] > _LEAST_SIZE):
            return root
    return None


def _is_foreign(page: Blocks, root: int) -> bool:
    return is_foreign(page.elements[root].node.attributes)


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
    bodies = [
        i for i, element in enumerate(page.elements) if element.is_body and votes[i] > 0.6 * votes[best]
    ]
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


def _paragraphs(page: Blocks, story: int | None, headline: str | None) -> tuple[str, ...]:
    """The story's paragraphs; none where the page has no story."""
    inside = _inside(page, story)
    blocks = _lead(page, inside) + [block for block in page.blocks if block.element in inside]
    told = _without_endings(page, [block for block in blocks if block.furniture < 0])
    title = shown.folded(headline or "")
    kept = _trimmed(_kept(block for block in told if not _is_title(block, title)))
    return tuple(text.clean(block.text) for block in kept)


def _is_title(block: Block, title: str) -> bool:
    return abs(len(block.text) - len(title)) < 20 and shown.folded(block.text) == title


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


def _inside(page: Blocks, story: int | None) -> set[int]:
    """`story` and all elements below it; none where there is no story."""
    if story is None:
        return set()
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
        if _is_ending(block):
            is_ended = True
        elif is_ended and _is_running(block) and _level(page, block) == main:
            is_ended = False
        if not is_ended and (_level(page, block) in levels or not _is_stray(block)):
            kept.append(block)
    return kept


def _is_ending(block: Block) -> bool:
    """Whether a line, no sentence, opens what follows a story."""
    return block.size < 60 and block.text[-1] not in ".!。！" and _END.match(block.text) is not None


def _is_stray(block: Block) -> bool:
    """Whether a block away from the running text is a label, a button, a credit."""
    if block.size >= 100 or block.tag in _TEXT_TAGS:
        return False
    return block.tag != "p" or block.text[-1] not in _SENTENCE_END


_TEXT_TAGS = HEADINGS | {"li", "td", "th", "dd", "dt", "blockquote", "pre"}


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
    return block.size >= 50 or block.tag == "li" or (block.size >= 20 and block.text[-1] in _SENTENCE_END)


def _belongs(block: Block) -> bool:
    if (block.linked > 0.6 and block.size < 400) or (block.linked > 0.3 and block.size < 100):
        return False
    return not (block.size < 200 and _ASIDE.match(block.text))


# ---------------------------------------------------------------- tables: what lines say, by language

# How lines begin that open what follows a story: other stories, comments.
_ENDINGS = (
    "related (?:articles?|stories|posts|news|topics)",
    "more (?:stories|articles|news|from|on)",
    "you (?:may|might) (?:also )?like",
    "leave a (?:reply|comment)",
    r"comments?\b",
    r"kommentare?\b",
    "ähnliche (?:artikel|beiträge|themen)",
    "verwandte",
    "weitere (?:artikel|beiträge|meldungen|themen|informationen|nachrichten)",
    "weiterführende",
    "zum weiterlesen",
    "schon gelesen",
    "mehr zum thema",
    "mehr themen",
    "das könnte (?:sie|dich|euch)",
    "auch interessant",
    "lesen sie auch",
    "kommende events",
    "zusatzinformationen",
    "über den autor",
    "notas relacionadas",
    "noticias relacionadas",
    "artículos relacionados",
    "te puede interesar",
    "leia (?:também|mais)",
    "veja também",
    "articles? (?:liés|similaires|connexes)",
    "à lire aussi",
    "sur le même sujet",
    "articoli correlati",
    "leggi anche",
    "potrebbe interessarti",
    "lees ook",
    "gerelateerd",
    "(?:czytaj|zobacz) (?:też|także|również)",
    "читайте также",
    "похожие",
    "по теме",
)
# How short lines begin that are no part of a story wherever they stand.
_ASIDES = (
    r"\W*(?:anzeige|advertisement|werbung|publicidad|publicité|pubblicità|reklama|реклама)\b\W*(?:\Z|[-–:*])",
    r"copyright (?:©|\(c\)|\d|by\b)",
    "©",
    r"\(c\)",
    r"\W?(?:photo|image|foto|bild|beitragsbild|crédit|credit|picture)s?(?: credit|nachweis| photos?)? ?:",
    r"(?:photo|image|foto) (?:by|von|courtesy)\b",
    r"read (?:more|also|next)\b",
    "auch interessant",
    "lesen sie auch",
    "mehr (?:dazu|zum thema)",
    "(?:à )?lire aussi",
    "(?:lea|lee|leia) también",
    "(?:czytaj|zobacz) (?:też|także|również)",
    "leggi anche",
    "lees ook",
    "читайте также",
    r"(?:share|teilen|partager|compartir|condividi)\b.{0,40}\Z",
    r"(?:subscribe|sign up)\b",
    "(?:join|subscribe to|sign up (?:for|to)) our (?:news|mail|what|tele)",
    r"(?:follow|folgen|folge|síguenos|suivez)[ -](?:us|sie|uns|nous|en)\b",
    "click here",
    "tags?:",
    "schlagwörter",
    "stichwörter",
    "themen:",
    "etiquetas",
    r"(?:last )?updated?\b[^.!?]{0,30}\d{4}",
    "published:",
    r"posted (?:on|by|in)\b.{0,60}\Z",
    "filed under",
    r"veröffentlicht (?:am|in|unter)\b.{0,60}\Z",
    "letzte (?:änderung|aktualisierung)",
    "zuletzt (?:geändert|aktualisiert)",
    "ein-/ausblenden",
    "quelle:",
    "source:",
    r"\(?alle angaben ohne gewähr",
    "all rights reserved",
    "alle rechte vorbehalten",
)
_END = re.compile("|".join(_ENDINGS), re.I)
_ASIDE = re.compile("|".join(_ASIDES), re.I)
