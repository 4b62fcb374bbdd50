"""Where on a page the date of its story stands. Pure.

What lives here: which elements mark a date, which lines are worth reading for one, and how much a line looks
like the place of the story's own. What must not: reading the date (`dates.py`), or choosing (`published.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from crawler import text
from crawler.parse.blocks import HEADINGS, Block, Blocks, ancestors, dashed, label_of
from crawler.parse.shown import folded

LINE = 200  # characters of a line in which a date is looked for
_READ_LIMIT = 20  # lines of a page that are read
_ABOVE, _BELOW = 5, 14  # lines above and below the headline that are near it

# What every date holds that can be read: a year in any digits, or day, month and year in short.
DATE_SIGN = re.compile(
    r"(?:1[34]|19|2[056])\d\d|\d(?:[./]\s?\d\d?[./]\s?\d\d|-\w{1,4}-\d\d)|[٠-٩۰-۹०-९০-৯๐-๙０-９]{4}"
    r"|令和|주체|[Jj]uche"
)
_UPDATE_WORDS = (
    "update updated modified edited changed revised reviewed aktualisiert aktualisierung geändert bearbeitet änderung"
    " stand zuletzt jour modifié modifiée maj actualizado actualización atualizado atualizada atualização modificado"
    " aggiornato aggiornamento aggiornata modificato modifica bijgewerkt gewijzigd oppdatert opdateret uppdaterad"
    " päivitetty muokattu aktualizace aktualizováno aktualizácia zaktualizowano aktualizacja modyfikacja обновлено"
    " обновление изменено изменения оновлено updatat actualizat actualizare frissítve ενημερώθηκε ενημέρωση"
    " güncellendi güncelleme güncellenme diperbarui nhật 更新 更新日 업데이트 تحديث التحديث עודכן"
)
_UPDATED_PARTS = ("更新", "수정", "업데이트", "تحديث", "تم التعديل")
_ISSUE_WORDS = (
    "published posted first issued written released created submitted date veröffentlicht erschienen erstellt datum"
    " geschrieben publiziert eingestellt publié publiée posté publicado publicada fecha creado data pubblicato"
    " inserito gepubliceerd geplaatst opublikowano dodano publicerad publisert udgivet offentliggjort julkaistu"
    " publikováno vydáno zveřejněno опубликовано дата опубліковано publicat megjelent közzétéve δημοσιεύτηκε"
    " δημοσίευση yayınlandı yayınlanma yayın diterbitkan đăng ngày objavljeno نشر تاريخ פורסם प्रकाशित"
)
_ISSUED_PARTS = ("发布", "發佈", "発表", "公開", "入力", "입력", "등록", "작성", "เผยแพร่")
_START_WORDS = "on by am vom le par el em il den dne"
_UPDATED = frozenset(_UPDATE_WORDS.split())
_ISSUED = frozenset(_ISSUE_WORDS.split())
_ISSUED_START = frozenset(_START_WORDS.split())
_WORDS = re.compile(r"[^\W\d_]+")
_OWNED = re.compile(r"©|\bcopyright\b|\(c\)|all rights|alle rechte", re.I)
_DATE_NAME = re.compile(
    r"\bdate|date\b|datum|\btime|time\b|publi|posted|submitted|created|entry-meta|post-?meta|meta-info|meta-date"
    r"|byline|dateline|fecha|\bdata\b|info\b|erschienen|published|\bstamp"
)
_OTHERS = re.compile(
    r"comment|kommentar|respond|side-?bar|widget|related|recommend|teaser|\bcard|archive|recent|popular|trending"
    r"|most-|event|calendar|kalender|termin|copyright|footer|tweet|twitter|facebook|instagram|weather|wetter|banner"
    r"|cookie|\btoday|current-date|site-header|masthead|top-?bar|slider|carousel|ticker|breaking|latest|newest|similar|read-?more|more-|quote|history|birth"
)


# ---------------------------------------------------------------- what is marked

_DATED = (
    'h1, h2, h3, time, [itemprop~="datePublished" i], [property~="datePublished" i]'
    ', [property$=":datePublished" i], [property$=":dateCreated" i], abbr.published, span.published[title]'
)


def dated_nodes(tree: LexborHTMLParser) -> list[LexborNode]:
    """The elements that mark dates, and the headings between them, in page order."""
    return tree.css(_DATED)[:300]


def marked_dates(nodes: list[LexborNode], headline: str | None) -> Iterator[LexborNode]:
    """Of `dated_nodes`, those that mark the story's date: named so, then `<time>` beside or below the headline.

    What is below another heading is not: that may be about another story, and change without an edit.
    """
    dated = {i: node for i, node in enumerate(nodes) if node.tag not in HEADINGS and not is_beside(node)}
    if not dated:
        return
    yield from filter(_is_named, dated.values())
    title = folded(headline or "")
    is_below = False
    for i, node in enumerate(nodes):
        if node.tag in HEADINGS:
            is_below = folded(text.clean(node.text())) == title
        elif i in dated and (is_below or _shares_header(node, title)) and not _is_update(node):
            yield node


def other_times(nodes: list[LexborNode]) -> Iterator[LexborNode]:
    """Every `<time>` of `dated_nodes` that is not about something else."""
    return (node for node in nodes if node.tag == "time" and not is_beside(node))


STAMP_NAMES = ("data-published", "data-datetime", "data-date", "data-timestamp", "data-time", "content")
_LEFT_OVER = "footer, [data-published], [data-datetime], [data-date], [data-timestamp], [data-time]"
_HTTP_DATES = 'meta[http-equiv="last-modified" i], meta[http-equiv="date" i]'


def left_over(tree: LexborHTMLParser) -> list[LexborNode]:
    """What may hold a date where no better place does: stamps for scripts, the page's foot, HTTP's own."""
    nodes = tree.css(_LEFT_OVER)
    kept = [node for node in nodes if node.tag == "footer" or not is_beside(node)]
    return [*kept[:20], *tree.css(_HTTP_DATES)]


def foot_lines(node: LexborNode) -> list[str]:
    """The lines of a foot that hold a date and claim no rights."""
    lines = (text.clean(line) for line in node.text(separator="\n")[:5_000].split("\n"))
    return [line for line in lines if DATE_SIGN.search(line, 0, LINE) and not _OWNED.search(line)][:10]


def _is_named(node: LexborNode) -> bool:
    names = node.attributes
    classes = (names.get("class") or "").split()
    return node.tag != "time" or bool(
        "pubdate" in names
        or "published" in classes
        or "entry-date" in classes
        or "datepublished" in (names.get("itemprop") or "").lower()
    )


def _is_update(node: LexborNode) -> bool:
    names = node.attributes
    label = f"{names.get('class') or ''} {names.get('itemprop') or ''}"
    around = node.parent.text()[:LINE] if node.parent is not None else ""
    return "updated" in label or "odified" in label or is_update(around.strip())


def _shares_header(node: LexborNode, title: str) -> bool:
    """Whether `node` stands in one small element with the headline."""
    parent = node.parent
    for _ in range(3):
        if parent is None or parent.tag in ("body", "main"):
            return False
        if any(folded(text.clean(found.text())) == title for found in parent.css("h1, h2")[:3]):
            return True
        parent = parent.parent
    return False


def is_beside(node: LexborNode) -> bool:
    """Whether `node` stands in a menu, a margin, a comment: it is about another story then, or about none."""
    return any(
        parent.tag in ("aside", "nav") or _is_others(label_of(parent.attributes)[:200], parent.tag or "")
        for parent in ancestors(node, 12)
    )


@lru_cache(maxsize=8192)
def _is_others(label: str, tag: str) -> bool:
    plain = dashed(label)
    return (
        tag not in ("main", "article") and _OTHERS.search(plain) is not None and "entry-footer" not in plain
    )


@lru_cache(maxsize=8192)
def _names_date(label: str) -> bool:
    return _DATE_NAME.search(dashed(label)) is not None


# ---------------------------------------------------------------- what is shown


def place_of(headline: str | None, blocks: list[Block]) -> int | None:
    """The index of the line that shows the headline; else of the first h1."""
    title = text.normalise(headline or "")
    first = None
    for place, block in enumerate(blocks):
        if block.tag in HEADINGS:
            if abs(len(block.text) - len(title)) < 20 and text.normalise(block.text) == title:
                return place
            if first is None and block.tag == "h1":
                first = place
    return first


def near(top: int | None, blocks: list[Block]) -> list[Block]:
    """The few lines below the headline, at `top`, then those above it, furniture too: dates mostly are."""
    if top is None:
        return blocks[:_BELOW]
    return [*blocks[top : top + _BELOW], *reversed(blocks[max(top - _ABOVE, 0) : top])]


def is_near(away: int | None) -> bool:
    """Whether a line stands near the headline."""
    return away is not None and -_ABOVE <= away <= _BELOW


def near_lines(page: Blocks, top: int | None) -> Iterator[tuple[Block, int]]:
    """The lines near the headline that may hold a date, with how far they are below it."""
    if top is None:
        return
    first = max(top - _ABOVE, 0)
    for place, block in enumerate(page.blocks[first : top + _BELOW + 1], first):
        if DATE_SIGN.search(block.text, 0, LINE):
            yield block, place - top


def far_lines(page: Blocks, top: int | None) -> Iterator[tuple[Block, int | None]]:
    """The other short lines that may hold a date, from the top of the page on."""
    room = _READ_LIMIT
    for place, block in enumerate(page.blocks):
        away = None if top is None else place - top
        if block.size > LINE or is_near(away):
            continue
        if DATE_SIGN.search(block.text, 0, LINE):
            yield block, away
            room -= 1
            if not room:
                return


def score_of(page: Blocks, block: Block, away: int | None, around: frozenset[int] = frozenset()) -> int:
    """How much `block` looks like the line of the story's own date; 0 is no more than any line with one."""
    score = 0
    if away is not None and away >= 0:
        score += max(40 - 3 * away, 0) if away else 20
    elif away is not None and away >= -_ABOVE:
        score += 30 + 4 * away
    line = block.text[:LINE]
    letters = block.size - len(_NO_LETTER.findall(line))
    is_told = block.size >= 100 and (sign := DATE_SIGN.search(line)) is not None and sign.start() > 25
    score += 30 if letters < 22 else 15 if block.size < 60 else -25 if is_told else 0
    score += 15 if block.size < 100 and _is_issue(line) else 0
    score -= 60 if _OWNED.search(line) else 0
    score -= 5 if block.linked > 0.5 else 0
    labels = list(_labels(page, block, around))
    score += 20 if any(_names_date(label) for label, _ in labels[:2]) else 0
    is_next = away is not None and 0 < away <= 2 and letters < 22
    return score - ((20 if is_next else 50) if any(_is_others(label, tag) for label, tag in labels) else 0)


_NO_LETTER = re.compile(r"[\W\d_]")


def is_update(line: str) -> bool:
    """Whether the first date of `line` is said to be that of an update, not of the first publication."""
    sign = DATE_SIGN.search(line, 0, LINE)
    before = (line[: sign.start()] if sign else line[:LINE]).lower()
    return not _UPDATED.isdisjoint(_WORDS.findall(before)) or _has_part(before, _UPDATED_PARTS)


def issue_part(line: str) -> str:
    """`line` from where it tells of the publication, behind an update: "Updated: 2 May. Published: 1 May"."""
    if not is_update(line):
        return line
    said = (word.start() for word in _WORDS.finditer(line) if word[0].lower() in _ISSUED)
    return next((line[start:] for start in said if DATE_SIGN.search(line, start)), line)


def _is_issue(line: str) -> bool:
    """Whether `line` says that something was published."""
    words = _WORDS.findall(line.lower())
    is_said = not _ISSUED.isdisjoint(words) or bool(words and words[0] in _ISSUED_START)
    return is_said or _has_part(line, _ISSUED_PARTS)


def _has_part(line: str, parts: tuple[str, ...]) -> bool:
    return not line.isascii() and any(part in line for part in parts)


def elements_around(page: Blocks, top: int | None) -> frozenset[int]:
    """The elements that hold the headline: what they are named says nothing about a line within them."""
    index = page.blocks[top].element if top is not None else -1
    found = set()
    while index >= 0:
        found.add(index)
        index = page.elements[index].parent
    return frozenset(found)


def _labels(page: Blocks, block: Block, around: frozenset[int]) -> Iterator[tuple[str, str]]:
    """Class and id of the elements of `block` that are not `around` it, the innermost first, with their tags."""
    index = block.element
    for _ in range(7):
        if index < 0 or index in around:
            return
        element = page.elements[index]
        yield label_of(element.node.attributes)[:200], element.tag
        index = element.parent
