"""The draft of a recipe: selectors for what the generic parser found on a page. Pure.

What lives here: deriving selectors, the file they make, and a page with its words taken out. What must not:
writing files. A selector is short and has a name that means something: `itemprop`, an id, a class without
digits; and it is checked to find on the page what it was derived from.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text, urls
from crawler.parse import Reading, dates
from storage.records import Article, Listing

_PUBLISHED = (
    'meta[property="article:published_time"]',
    '[itemprop="datePublished"]',
    "time[pubdate]",
    "article time[datetime]",
    "time[datetime]",
)
_BYLINES = (
    *('[rel="author"]', '[itemprop="author"] [itemprop="name"]', '[itemprop="author"]'),
    *(".byline", ".author", 'meta[name="author"]'),
)
_STABLE = re.compile(r"[A-Za-z]+(?:[-_]{1,2}[A-Za-z]+){0,6}")  # a name that a person gave
_DEPTH = 8  # elements above a link that may be its row
_LINKS = 3_000


def selectors(markup: str, url: str, found: Reading) -> dict[str, str]:
    """Selectors by field of a recipe, as far as what was found on the page can be found again."""
    tree = LexborHTMLParser(markup)
    said = _of_article(tree, found.article) if found.article else {}
    rows = _rows(tree, url, found.listing) if found.listing else ""
    return {name: one for name, one in {**said, "rows": rows}.items() if one}


def as_toml(host: str, said: dict[str, str]) -> str:
    """The file of a recipe with these selectors; what was not found is left to be filled in."""
    lines = [f"# {host}: drafted from saved pages. Check every line.", f"hosts = [{json.dumps(host)}]"]
    lines.append("# key = '/story/(\\d+)'  # one group: what stays when slug or section change")
    names = ("headline", "body", "published", "byline", "rows")
    lines += [
        f"{n} = {json.dumps(said[n])}" if n in said else f'# {n} = ""  # nothing sure found' for n in names
    ]
    return "\n".join(lines) + "\n"


# ---------------------------------------------------------------- an article


def _of_article(tree: LexborHTMLParser, article: Article) -> dict[str, str]:
    return {
        "headline": _by_text(tree, "h1, h2, [itemprop=headline]", article.headline),
        "body": _body(tree, article.paragraphs),
        "published": next((s for s in _PUBLISHED if _tells(tree, s, article.published)), ""),
        "byline": next((s for s in _BYLINES if article.byline and _first(tree, s) in article.byline), ""),
    }


def _by_text(tree: LexborHTMLParser, among: str, wanted: str | None) -> str:
    nodes = (node for node in tree.css(among)[:50] if text.clean(node.text()) == wanted)
    return next((found for node in nodes if (found := _selector(tree, node))), "")


def _body(tree: LexborHTMLParser, paragraphs: tuple[str, ...]) -> str:
    """The nearest element with a name that holds four fifths of the paragraphs."""
    wanted = set(paragraphs)
    held: Counter[int] = Counter()
    nodes: dict[int, LexborNode] = {}
    for node in tree.css("p, li, h2, h3, blockquote, div")[:_LINKS]:
        if text.clean(node.text()) in wanted:
            for above in _above(node):
                held[above.mem_id] += 1
                nodes.setdefault(above.mem_id, above)
    fit = [nodes[each] for each, count in held.items() if count >= 0.8 * len(wanted)]
    fit.sort(key=lambda node: len(node.text()))
    return next((found for node in fit if (found := _selector(tree, node))), "")


def _tells(tree: LexborHTMLParser, selector: str, published: str | None) -> bool:
    node = tree.css_first(selector)
    stamp = (node.attributes.get("content") or node.attributes.get("datetime")) if node is not None else None
    day = dates.metadata_time(stamp) if stamp else None
    return bool(day and published and day[:10] == published[:10])


def _first(tree: LexborHTMLParser, selector: str) -> str:
    node = tree.css_first(selector)
    if node is None:
        return "\x00"
    return text.clean((node.attributes.get("content") or "") if node.tag == "meta" else node.text()) or "\x00"


# ---------------------------------------------------------------- a listing


def _rows(tree: LexborHTMLParser, url: str, listing: Listing) -> str:
    """The selector that most rows share: an element that holds one teaser's link and no other's."""
    wanted = {urls.canonical(teaser.url) for teaser in listing.teasers if teaser.url}
    counted: Counter[str] = Counter()
    for link in tree.css("a[href]")[:_LINKS]:
        address = urls.absolute(url, link.attributes.get("href") or "")
        if address and urls.canonical(address) in wanted:
            counted.update({name for node in _above(link) for name in _names(node)})
    fit = [name for name, count in counted.most_common(40) if _is_row(tree, name, count, len(wanted))]
    return fit[0] if fit else ""


def _is_row(tree: LexborHTMLParser, name: str, count: int, teasers: int) -> bool:
    rows = tree.css(name)[:_LINKS]
    return len(rows) >= 3 and 0.5 * teasers <= len(rows) <= 1.2 * teasers and count >= 0.8 * len(rows)


# ---------------------------------------------------------------- selectors


def _selector(tree: LexborHTMLParser, node: LexborNode) -> str:
    """The first of the element's names by which the page finds it first."""
    for name in _names(node):
        first = tree.css_first(name)
        if first is not None and first.mem_id == node.mem_id:
            return name
    return ""


def _names(node: LexborNode) -> Iterator[str]:
    told = node.attributes
    for attribute in ("itemprop", "data-testid", "data-component"):
        if (value := told.get(attribute)) and _STABLE.fullmatch(value):
            yield f'[{attribute}="{value}"]'
    if (value := told.get("id")) and _STABLE.fullmatch(value):
        yield f"#{value}"
    for value in (told.get("class") or "").split()[:8]:
        if _STABLE.fullmatch(value):
            yield f"{node.tag}.{value}"
    if node.tag in ("article", "main", "h1"):
        yield node.tag


def _above(node: LexborNode) -> Iterator[LexborNode]:
    parent = node.parent
    for _ in range(_DEPTH):
        if parent is None or parent.tag in ("body", "html"):
            return
        yield parent
        parent = parent.parent


# ---------------------------------------------------------------- a page without its words

_KEPT = {"class", "id", "itemprop", "itemscope", "itemtype", "property", "name", "rel", "href", "datetime"}
_KEPT |= {"role", "lang", "charset", "data-testid", "data-component"}
_TAG = re.compile(r"(<[^<>\"]*(?:\"[^\"]*\"[^<>\"]*)*>)")
_ATTRIBUTE = re.compile(r'\s+([^\s=>"/]+)(?:="([^"]*)")?')
_WORD = re.compile(r"[^\W\d_]+")


def without_words(markup: str) -> str:
    """The page with every word replaced by one of the same length, and nothing that it does: only its shape.

    >>> without_words("<p title='A b'>Three kites</p>")
    '<html><head></head><body><p>Wordw wordw</p></body></html>'
    """
    tree = LexborHTMLParser(markup)
    tree.strip_tags(["script", "style", "svg", "noscript", "iframe", "template", "form"])
    parts = _TAG.split(re.sub(r"<!--.*?-->", "", tree.html or "", flags=re.DOTALL))
    return "".join(_plain_tag(part) if part.startswith("<") else _WORD.sub(_stand_in, part) for part in parts)


def _plain_tag(tag: str) -> str:
    name = re.match(r"</?!?[A-Za-z0-9-]+", tag)
    if name is None or tag.startswith(("</", "<!")):
        return tag
    kept = (match for match in _ATTRIBUTE.finditer(tag, name.end()) if _is_shape(match[1], match[2] or ""))
    return name[0] + "".join(match[0] for match in kept) + ">"


def _is_shape(attribute: str, value: str) -> bool:
    return attribute in _KEPT or (attribute == "content" and re.match(r"\d{4}-\d\d-\d\d", value) is not None)


def _stand_in(match: re.Match[str]) -> str:
    word = match[0]
    if word[0] >= "\u2e80":
        return "字" * len(word)
    plain = ("word" * (len(word) // 4 + 1))[: len(word)]
    return plain.capitalize() if word[0].isupper() else plain
