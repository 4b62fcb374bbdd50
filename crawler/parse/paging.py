"""The next page of a listing: the one with what is older. Pure.

Told, in this order, by

* `rel="next"` on a `<link>` or link;
* a link that reads "Older posts", "Next page", 다음, 下一页, "Weiter »" or the like;
* the page's numbers: after page 3, the link that reads "4" and whose address is this page's with another number.

A next page is on the same host, and never the page itself. A link "Newer" or "Previous" is none. What a recipe knows
better (`Recipe.read_next`) outranks all this.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import urls
from crawler.parse.signposts import MARKS

_MOST_LINKS = 3_000
_OLDER = re.compile(
    r"older(?: (?:posts?|entries|news|stories|articles?|items?))?|earlier(?: (?:posts?|news|stories))?"
    r"|ältere (?:beiträge|artikel|meldungen)|articles (?:plus anciens|précédents)|entradas (?:antiguas|anteriores)"
    r"|более ранние|старые записи|이전 글|이전 기사|過去の記事|より古い"
)
_NEXT = re.compile(
    r"next(?: (?:page|posts?|entries|news|stories|articles?|results?))?|(?:load|show|see|view) more(?: \w+)?"
    r"|nächste(?: seite)?|weiter|(?:page )?suivante?|página siguiente|siguiente|próxima(?: página)?|seguinte"
    r"|successiv[ao]|pagina successiva|avanti|volgende(?: pagina)?|następna(?: strona)?|dalej|sonraki(?: sayfa)?"
    r"|nästa(?: sida)?|neste(?: side)?|næste(?: side)?|seuraava|další|следующая(?: страница)?|вперед|вперёд|далее"
    r"|наступна|다음(?: 페이지)?|次へ|次のページ|次ページ|下一页|下一頁|下页|التالي"
    r"|الصفحة التالية|הבא|بعدی|अगला|trang sau|berikutnya"
)
_NUMBER = re.compile(r"\d{1,4}")
_IN_ADDRESS = re.compile(
    r"(?P<name>page|paged|p|pg|seite|pagina|página|stranica|page_no|pageno|pn)[=/_-](?P<number>\d{1,5})(?=$|\D)",
    re.I,
)


def next_page(tree: LexborHTMLParser, url: str) -> str | None:
    """The address of the page that goes on where the listing at `url` ends; None where it is the last one."""
    told = _by_rel(tree, url)
    if told is not None:
        return told
    links = list(_links(tree))
    return _by_words(links, url) or _by_number(links, url)


def _by_rel(tree: LexborHTMLParser, url: str) -> str | None:
    found = (
        _address(node, url) for node in tree.css("link[rel][href], a[rel][href]") if "next" in _rels(node)
    )
    return next(filter(None, found), None)


def _by_words(links: Iterable[tuple[LexborNode, str]], url: str) -> str | None:
    """By what links say: "older" before "next", which may lead to the next story of a series."""
    following: list[str] = []
    for node, said in links:
        address = _address(node, url)
        if address is not None and _OLDER.fullmatch(said):
            return address
        if address is not None and _NEXT.fullmatch(said):
            following.append(address)
    return following[0] if following else None


def _by_number(links: Iterable[tuple[LexborNode, str]], url: str) -> str | None:
    here = _number_in(url) or 1
    for node, said in links:
        if _NUMBER.fullmatch(said) and int(said) == here + 1:
            address = _address(node, url)
            if (
                address is not None
                and _number_in(address) in (here, here + 1)
                and _stem(address) == _stem(url)
            ):
                return address
    return None


def _links(tree: LexborHTMLParser) -> Iterator[tuple[LexborNode, str]]:
    """The links with short words, and these; of a mere picture, what its label says."""
    for node in tree.css("a[href]")[:_MOST_LINKS]:
        label = node.attributes.get("aria-label") or node.attributes.get("title") or ""
        said = node.text().strip()
        words = said if said.strip(MARKS) else label
        if len(words) <= 60:
            yield node, " ".join(words.casefold().split()).strip(MARKS)


def _rels(node: LexborNode) -> set[str]:
    return set((node.attributes.get("rel") or "").lower().split())


def _address(node: LexborNode, url: str) -> str | None:
    """Where the link leads, if that is another page of the same host."""
    href = (node.attributes.get("href") or "").strip()
    address = urls.absolute(url, href) if href and not href.startswith("#") else None
    if address is None or urls.host(address) != urls.host(url):
        return None
    return address if address.split("#")[0] != url.split("#")[0] else None


def _number_in(address: str) -> int | None:
    """The page that an address names: /page/3/, ?page=3, ?paged=3."""
    found = list(_IN_ADDRESS.finditer(address))
    return int(found[-1]["number"]) if found else None


def _stem(address: str) -> str:
    """An address without what names the page, as far as the path goes."""
    path = address.split("#")[0].split("?")[0]
    return _IN_ADDRESS.sub("", path).rstrip("/")
