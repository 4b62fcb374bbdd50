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

from collections.abc import Iterable, Iterator
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse import shown
from crawler.parse.asides import ends_a_story, is_aside
from crawler.parse.blocks import (
    FURNITURE_TAGS,
    HEADINGS,
    Block,
    Blocks,
    is_foreign,
    is_small,
    read_blocks,
    size,
)
from crawler.parse.metadata import Metadata, read_metadata
from crawler.parse.published import Clues
from crawler.parse.published import find as find_date
from storage.records import Article, Source

_LEAST_SIZE = 140  # letters of running text below which a page holds no article
_LEAST_CLAIMED = 50  # ... where the page calls itself one
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
    headline = shown.headline(tree, claims, url)
    paragraphs = _body(tree.body, page, story, headline, claims)
    if _length(paragraphs) < (_LEAST_CLAIMED if claims.is_article else _LEAST_SIZE):
        return None
    return _headed(Clues(tree, page, claims, headline, url, source, seen), paragraphs)


def read_head(
    tree: LexborHTMLParser, url: str | None, source: Source, seen: datetime | None = None
) -> Article | None:
    """Headline, byline and dates of a page on which no story is found; None where it names no headline."""
    if tree.body is None:
        return None
    claims = read_metadata(tree, url, source)
    headline = shown.headline(tree, claims, url)
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
    root: LexborNode, page: Blocks, story: Story, headline: str | None, claims: Metadata
) -> tuple[str, ...]:
    """The paragraphs of the story: what the page shows, else what it shows as if it were furniture.

    Only where a page that calls itself an article shows nothing, its claimed `articleBody` is taken.
    """
    paragraphs = _paragraphs(page, story, headline)
    if _length(paragraphs) < _LEAST_SIZE and (claims.is_article or headline):
        doubtful = {block.furniture for block in page.blocks if _is_running(block)} - {-1}
        nodes = (page.elements[index].node for index in doubtful if not _is_foreign(page, index))
        page = read_blocks(root, frozenset(node.mem_id for node in nodes))
        paragraphs = _paragraphs(page, _story(page), headline) or paragraphs
    if _length(paragraphs) < _LEAST_SIZE and claims.is_article and claims.body:
        paragraphs = tuple(line for part in claims.body.splitlines() if (line := text.clean(part)))
    return paragraphs


def _length(paragraphs: tuple[str, ...]) -> int:
    return sum(map(size, paragraphs))


# ---------------------------------------------------------------- where the story is


def _is_listing(page: Blocks, story: Story, claims: Metadata) -> bool:
    """Whether the page lists stories and tells none: its running text stands below links, piece by piece.

    Or there is next to none of it among hundreds of linked lines, and no claim to be an article.
    """
    blocks = [block for block in page.blocks if block.furniture < 0]
    running = [i for i, block in enumerate(blocks) if block.element in story and _is_running(block)]
    if len(running) >= 5:
        own = [i for i in running if not (i and blocks[i - 1].linked > 0.5)]
        is_told = claims.is_article and sum(blocks[i].size for i in own) >= _LEAST_SIZE
        return len(own) <= 0.2 * len(running) and not is_told
    told = sum(blocks[i].size for i in running)
    linked = sum(block.size for block in blocks if block.linked > 0.5 and block.size > 20)
    return not claims.is_article and 0 < told < 0.05 * linked


def _read(body: LexborNode) -> Blocks:
    """The blocks of the page, wrong furniture forgiven.

    No furniture is what holds the page's h1 and running text too, whatever its name; what is named for
    something small and tells much; and, where next to nothing else reads like a story, what holds most of the
    text.
    """
    forgiven: frozenset[int] = frozenset()
    passes = True
    for _ in range(_MOST_WALKS):
        page = read_blocks(body, forgiven, passes=passes)
        if page.passed and _plain_votes(page) < _SURE_SIZE:
            passes = False
            continue
        wrong = _wrong_furniture(page)
        if not wrong:
            break
        forgiven |= wrong
    return page


_MOST_WALKS = 8  # wrong furniture may lie in wrong furniture


def _plain_votes(page: Blocks) -> float:
    return sum(max(0.0, _vote(block)) for block in page.blocks if block.furniture < 0)


def _wrong_furniture(page: Blocks) -> frozenset[int]:
    """The elements that look like furniture and are not.

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
            return frozenset({page.elements[root].node.mem_id})
    return _telling(page)


def _telling(page: Blocks) -> frozenset[int]:
    """The elements that tell much although their name says that they are something small: a date, a slide.

    By what they hold, all of one name together; nothing beside them decides.
    """
    named: dict[str, list[Block]] = {}
    for block in page.blocks:
        if block.furniture >= 0 and _is_running(block):
            element = page.elements[block.furniture]
            names = element.node.attributes
            name = f"{element.tag} {names.get('class') or block.furniture}"
            if name in named or (element.tag not in FURNITURE_TAGS and is_small(names)):
                named.setdefault(name, []).append(block)
    much = (blocks for blocks in named.values() if len(blocks) >= 3 and sum(b.size for b in blocks) >= _MUCH)
    return frozenset(page.elements[block.furniture].node.mem_id for blocks in much for block in blocks)


_MUCH = 600  # letters in at least three paragraphs


def _is_foreign(page: Blocks, root: int) -> bool:
    return is_foreign(page.elements[root].node.attributes)


Story = frozenset[int]  # the elements, by index, that hold a story; empty where nothing reads like one


def _story(page: Blocks) -> Story:
    """The elements that hold the story: those below the one with most votes, or below what it calls its body."""
    votes = [0.0] * len(page.elements)
    for block in page.blocks:
        if block.furniture < 0:
            votes[block.element] += _vote(block)
    for index in range(len(votes) - 1, 0, -1):
        votes[page.elements[index].parent] += votes[index]
    best = max(range(len(votes)), key=lambda index: (votes[index], index), default=None)
    if best is None or votes[best] <= 0:
        return frozenset()
    bodies = (
        i for i, element in enumerate(page.elements) if element.is_body and votes[i] > 0.6 * votes[best]
    )
    body = next(bodies, None)
    if body is None:
        return _below(page, {best})
    return _below(page, {body, *_continued(page, body, votes)})


def _continued(page: Blocks, body: int, votes: list[float]) -> Iterator[int]:
    """The elements that go on with the story of `body`: named as it is, with text, before another headline."""
    names = page.elements[body].node.attributes.get("class")
    if not names:
        return
    headlines = [block.element for block in page.blocks if block.tag == "h1" and block.element > body]
    end = headlines[0] if headlines else len(page.elements)
    for index in range(body + 1, end):
        element = page.elements[index]
        if element.is_body and votes[index] > 0 and element.node.attributes.get("class") == names:
            yield index


def _below(page: Blocks, roots: set[int]) -> Story:
    """`roots` and all elements below them."""
    inside = set(roots)
    for index in range(min(roots) + 1, len(page.elements)):
        if page.elements[index].parent in inside:
            inside.add(index)
    return frozenset(inside)


def _vote(block: Block) -> float:
    """How much `block` speaks for its surroundings being a story: its letters, or minus its linked ones."""
    if block.linked > 0.5:
        return -0.5 * min(block.size, 200)
    if _heads(block):
        return 0.0
    if block.size >= 80 or (block.size >= 30 and block.text[-1] in _SENTENCE_END):
        weight = block.size * (1 - block.linked)
        return weight if block.tag != "li" else 0.5 * weight
    return -5.0


_SENTENCE_END = frozenset(".!?…。！？:;»”\"“'’)")

# ---------------------------------------------------------------- what belongs to it


def _paragraphs(page: Blocks, story: Story, headline: str | None) -> tuple[str, ...]:
    """The story's paragraphs; none where the page has no story."""
    blocks = _lead(page, story) + [block for block in page.blocks if block.element in story]
    told = _without_endings(page, _without_cards(page, [block for block in blocks if block.furniture < 0]))
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
        elif _heads(block):
            headings.append(block)
        else:
            kept += [*headings, block]
            headings = []
    return kept


def _lead(page: Blocks, inside: Story) -> list[Block]:
    """Running text between the last h1 above the story and the story: its standfirst."""
    first = next((i for i, block in enumerate(page.blocks) if block.element in inside), 0)
    lead: list[Block] = []
    for block in reversed(page.blocks[max(0, first - 30) : first]):
        if block.tag == "h1":
            return lead[::-1]
        if block.furniture < 0 and block.size >= 60 and block.linked < 0.2:
            lead.append(block)
    return []


def _without_cards(page: Blocks, blocks: list[Block]) -> list[Block]:
    """`blocks` without the teasers of other stories: a linked heading and the text below it, in a box of their own.

    Where everything is in such boxes, they are the story's own sections.
    """
    cards: set[int] = set()
    plain: set[int] = set()
    before: Block | None = None
    for block in blocks:
        if _is_running(block):
            is_card = before is not None and before.linked > 0.8 and before.size >= 15 and before.is_heading
            (cards if is_card else plain).add(_level(page, block))
        before = block
    cards -= plain
    if not cards or sum(b.size for b in blocks if _is_running(b) and _level(page, b) in plain) < _LEAST_SIZE:
        return blocks
    return [block for block in blocks if _level(page, block) not in cards]


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
    waiting: list[Block] = []  # headings after an ending, until it is known whether the story goes on
    told: set[str | None] = set()  # class names of the elements that held running text before an ending
    is_ended = is_boxed = False
    for block in blocks:
        level = _level(page, block)
        is_main = level == main or (block.tag == "li" and page.elements[level].parent == main)
        name = page.elements[level].node.attributes.get("class") if _is_running(block) else None
        if _is_ending(block):
            is_ended, is_boxed, waiting = True, level != main, []
        elif is_ended and is_boxed and is_main and block.linked < 0.3:
            is_ended = False  # the box of other stories is over
        elif is_ended and level == main and _heads(block):
            waiting.append(block)
        elif is_ended and _goes_on(block, is_main=level == main, is_told=name is not None and name in told):
            is_ended = False
            kept += waiting
        if not is_ended:
            told.add(name)
            if level in levels or not _is_stray(block):
                kept.append(block)
    return kept


def _goes_on(block: Block, *, is_main: bool, is_told: bool) -> bool:
    """Whether the story goes on with `block` after a line that ends one."""
    if _is_running(block):
        return is_main or is_told
    return is_main and block.tag == "p" and block.size >= 20 and block.linked < 0.3 and _belongs(block)


def _is_ending(block: Block) -> bool:
    """Whether a line, no sentence, opens what follows a story."""
    return block.size < 60 and block.text[-1] not in ".!。！" and ends_a_story(block.text)


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
    return block.size >= 80 and block.linked < 0.3 and not _heads(block)


def _heads(block: Block) -> bool:
    """Whether the block is a heading: marked up as one, and not a whole sentence or more."""
    return block.is_heading and not (block.size >= 100 and block.text[-1] in _SENTENCE_END)


def _trimmed(blocks: list[Block]) -> list[Block]:
    """`blocks` without the short lines above the first sentence and below the last one."""
    sentences = [index for index, block in enumerate(blocks) if _is_sentence(block)]
    return blocks[sentences[0] : sentences[-1] + 1] if sentences else blocks


def _is_sentence(block: Block) -> bool:
    return block.size >= 50 or block.tag == "li" or (block.size >= 20 and block.text[-1] in _SENTENCE_END)


def _belongs(block: Block) -> bool:
    if (block.linked > 0.6 and block.size < 400) or (block.linked > 0.3 and block.size < 100):
        return block.tag == "p" and block.text.startswith(("http://", "https://", "www."))
    return not (block.size < 200 and is_aside(block.text))
