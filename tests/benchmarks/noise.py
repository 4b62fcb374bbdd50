"""False alarms and missed edits: what a page does between two fetches, done to real pages, and what is said of it.

    PRESSWATCH_EXTRACT_SET=folder python -m tests.benchmarks.noise [--pages N]

The folder holds saved pages, `*.html` or `*.html.gz`. Each is read, then changed once a kind: by what nobody
calls an edit (`_NOISE`: counters, adverts, teasers, consent boxes, names of classes, ...) and by edits
(`_EDITS`: a word, a figure, a sentence, ...); and read again. Two readings are told apart as the crawl tells
them, by the fields in which they differ. Beside it stands the hash of the HTML, which alarms at each.
The texts that are put in are ours.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import zlib
from collections.abc import Callable
from pathlib import Path

from crawler.compare.differ import differences
from crawler.parse import read
from crawler.parse.encoding import decode
from crawler.seed import read_bytes
from storage.records import Article, Page, Source, TargetKind

SOURCE = Source(name="Press", recipe="generic")
Change = Callable[[str, Article, random.Random], str | None]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=300)
    asked = parser.parse_args()
    folder = Path(os.environ["PRESSWATCH_EXTRACT_SET"])
    files = sorted(folder.glob("*.html*"), key=lambda path: zlib.crc32(path.name.encode()))
    alarms = {name: [0, 0] for name in _NOISE}
    seen = {name: [0, 0] for name in _EDITS}
    for path in files[: asked.pages]:
        html = _html(path)
        before = _read(html)
        if before is None or len(before.paragraphs) < 4:
            continue
        for table, counts in ((_NOISE, alarms), (_EDITS, seen)):
            for name, change in table.items():
                changed = change(html, before, random.Random(path.name + name))
                if changed is None or changed == html:
                    continue
                after = _read(changed)
                counts[name][0] += 1
                counts[name][1] += after is None or bool(differences(before, after, "UTC"))
    _table("false alarms in 1,000 fetches", alarms, 1000)
    _table("edits seen of 100", seen, 100)


def _html(path: Path) -> str:
    return decode(read_bytes(path), None).text


def _read(html: str) -> Article | None:
    headers = (("Content-Type", "text/html; charset=utf-8"),)
    body = html.encode("utf-8", "replace")
    page = Page("https://press.example/story", "https://press.example/story", 200, headers, body, None)
    return read(page, SOURCE, TargetKind.ARTICLE).article


def _table(title: str, counts: dict[str, list[int]], of: int) -> None:
    print(f"\n{title}")
    for name, (tried, hit) in sorted(counts.items(), key=lambda item: -item[1][1] / max(1, item[1][0])):
        print(f"{of * hit / max(1, tried):8.1f}   {tried:5d}   {name}")
    tried, hit = (sum(each[i] for each in counts.values()) for i in (0, 1))
    print(f"{of * hit / max(1, tried):8.1f}   {tried:5d}   all")


# ---------------------------------------------------------------- where a page is changed


def _inserted(html: str, article: Article, lot: random.Random, markup: str) -> str | None:
    """`html` with `markup` after one of the story's paragraphs, none of the last two."""
    places = [end for p in article.paragraphs[1:-2] if (end := _end_of(html, p)) is not None]
    if not places:
        return None
    place = lot.choice(places)
    return html[:place] + markup + html[place:]


def _end_of(html: str, paragraph: str) -> int | None:
    """Where the `<p>` ends whose text is `paragraph`; None where that cannot be told."""
    tail = paragraph[-24:]
    at = html.find(tail)
    if len(tail) < 24 or at < 0 or html.find(tail, at + 1) >= 0:
        return None
    end = html.find("</p>", at)
    return end + 4 if 0 <= end < at + 60 else None


def _between(markup: str) -> Change:
    return lambda html, article, lot: _inserted(html, article, lot, markup)


def _before_end(markup: str) -> Change:
    return lambda html, article, lot: html.replace("</body>", f"{markup}</body>", 1)


def _at_start(markup: str) -> Change:
    return lambda html, article, lot: re.sub(r"(<body\b[^>]*>)", lambda m: m[1] + markup, html, count=1)


def _after_story(markup: str) -> Change:
    def change(html: str, article: Article, lot: random.Random) -> str | None:
        place = next((end for p in article.paragraphs[::-1] if (end := _end_of(html, p)) is not None), None)
        return None if place is None else html[:place] + markup + html[place:]

    return change


# ---------------------------------------------------------------- no edits

_CARD = (
    '<div class="card"><h3><a href="/quay">A new crane for the old quay</a></h3>'
    "<p>The harbour board has bought it second-hand, and it will be set up before the summer comes.</p></div>"
)
_ROWS = "".join(
    f'<li><a href="/s/{n}">Short news number {n} from the harbour, told in a line</a></li>' for n in range(6)
)


def _renamed(html: str, article: Article, lot: random.Random) -> str:
    """Class names with another hash in them, as a build gives them."""
    return re.sub(
        r'(class="[^"]*?)([A-Za-z]+_[A-Za-z0-9]{5,6})(?=[ "])',
        lambda m: f"{m[1]}x_{lot.random():.5f}"[:60],
        html,
    )


_NOISE: dict[str, Change] = {
    "advert, named": _between('<div class="ad-slot" id="gpt-3">Advertisement</div>'),
    "advert, a bare line": _between("<p>Advertisement</p>"),
    "advert, story continues": _between('<div class="x9"><p>Story continues below advertisement</p></div>'),
    "advert with text": _between(
        '<div class="sponsored-box"><p>Our ropes hold what they promise, now for half of what they cost.</p></div>'
    ),
    "related card between paragraphs": _between(_CARD),
    "related line": _between(
        '<p><strong>Read more:</strong> <a href="/q">A new crane for the old quay</a></p>'
    ),
    "related line, also": _between(
        '<p>ALSO READ: <a href="/q">A new crane for the old quay is set up at last</a></p>'
    ),
    "linked headline alone": _between(
        '<p><a href="/q">A new crane for the old quay is set up at last</a></p>'
    ),
    "list of related links": _between(f"<ul>{_ROWS}</ul>"),
    "related list with heading": _between(f"<div><h4>More from the harbour</h4><ul>{_ROWS}</ul></div>"),
    "newsletter box": _between(
        '<div class="newsletter-signup"><h4>In your mailbox</h4><p>Every morning, what the night brought.</p></div>'
    ),
    "newsletter line": _between(
        "<p>Sign up for our newsletter and get the news of the harbour every morning.</p>"
    ),
    "donation appeal": _between(
        "<aside><p>We can only tell you this because readers pay for it. Will you be one of them?</p></aside>"
    ),
    "share counts": _between('<div class="share-bar"><span>1,204</span> shares <a href="#">Tweet</a></div>'),
    "view counter": _between("<p>12,345 views</p>"),
    "comment counter": _between('<p><a href="#comments">37 comments</a></p>'),
    "read time": _between("<p>5 min read</p>"),
    "updated, relative": _between("<p>Updated 5 minutes ago</p>"),
    "time ago": _between("<span>3 hours ago</span>"),
    "poll": _between(
        '<div class="poll-widget"><p>Should the salt be sold?</p><ul><li>Yes 40 %</li><li>No 60 %</li></ul></div>'
    ),
    "video player": _between(
        '<div class="video-player"><p>Video: the crane goes up</p><span>00:41 / 02:13</span></div>'
    ),
    "consent for a video": _between(
        '<div class="embed-consent"><p>This video needs your consent to its cookies.</p></div>'
    ),
    "figure with caption": _between(
        '<figure><img src="/c.jpg" alt=""><figcaption>The crane at night. Photo: A. Brenner</figcaption></figure>'
    ),
    "script and style": _between(
        "<script>var q = 'not a word of this is text, though it is long enough';</script><style>p{color:red}</style>"
    ),
    "comments appear": _after_story(
        '<section id="comments"><h3>2 comments</h3><div class="comment"><p>'
        "I have worked at that quay for thirty years and never seen it as empty as this.</p></div></section>"
    ),
    "comments, unnamed": _before_end(
        "<div><h3>Comments</h3><div><b>Jon</b><p>I have worked at that quay for thirty years, and never"
        " have I seen it so empty.</p></div></div>"
    ),
    "most read": _before_end(f'<div class="most-read"><h3>Most read</h3><ul>{_ROWS}</ul></div>'),
    "more stories below": _after_story(f"<div><h2>More stories</h2>{_CARD * 3}</div>"),
    "author box": _after_story(
        '<div class="author-box"><p>Ada Brenner has written about the harbour since 1998 and lives beside it.</p></div>'
    ),
    "copyright line": _after_story("<p>© 2026 Harbour Gazette. All rights reserved.</p>"),
    "cookie banner": _at_start(
        '<div id="cookie-consent"><p>We use cookies so that the pages you read can be counted and improved.</p></div>'
    ),
    "breaking banner": _at_start(
        '<div class="breaking"><a href="/b">Breaking: the old bridge is closed after a ship has run into it</a></div>'
    ),
    "day of today": _at_start('<div class="today">Tuesday, 20 January 2026</div>'),
    "weather and stocks": _at_start(
        '<div class="ticker">Harbour 7 °C, rain from noon on. ROPE 12.30 +0.4 %</div>'
    ),
    "logged in": _at_start('<div class="user">Hello, Ada! <a href="/out">Log out</a></div>'),
    "sidebar of news": _before_end(f"<aside><h3>Latest</h3>{_CARD * 4}</aside>"),
    "names of classes": _renamed,
    "blanks": lambda html, article, lot: re.sub(r">\s*\n\s*<", ">\n\n   <", html),
    "session in links": lambda html, article, lot: re.sub(r'href="(/[^"?#]*)"', r'href="\1?sid=8f3a"', html),
    "token": _before_end('<form><input type="hidden" name="csrf" value="b81c"></form>'),
    "entities": lambda html, article, lot: html.replace("’", "&rsquo;").replace("–", "&#8211;"),
    "no-break blanks": lambda html, article, lot: _in_story(
        html, article, lambda p: p.replace(" ", "\u00a0", 1)
    ),
    "straight quotes": lambda html, article, lot: html.replace("“", "&quot;").replace("”", "&quot;"),
    "lazy images": lambda html, article, lot: re.sub(r"<img\b", '<img loading="lazy" data-seen="1"', html),
}


# ---------------------------------------------------------------- edits


def _in_story(
    html: str, article: Article, edit: Callable[[str], str], which: int | None = None
) -> str | None:
    """`html` with one paragraph of the story edited: the first that stands there in plain text."""
    chosen = article.paragraphs[1:-1] if which is None else (article.paragraphs[which],)
    for paragraph in chosen:
        if html.count(paragraph) == 1 and len(paragraph) >= 60:
            return html.replace(paragraph, edit(paragraph))
    return None


def _edit(edit: Callable[[str], str], which: int | None = None) -> Change:
    return lambda html, article, lot: _in_story(html, article, edit, which)


def _headlined(html: str, article: Article, lot: random.Random) -> str | None:
    line = article.headline or ""
    return html.replace(line, f"{line} and more") if len(line) > 20 and line in html else None


_EDITS: dict[str, Change] = {
    "a word": _edit(lambda p: re.sub(r"\b(\w{5,})\b", r"un\1", p, count=1)),
    "a figure": _edit(lambda p: re.sub(r"\d+", "7731", p, count=1) if re.search(r"\d", p) else p),
    "a name": _edit(lambda p: re.sub(r"(?<=\w )[A-Z]\w{3,}", "Brenner", p, count=1)),
    "a sentence gone": _edit(lambda p: re.sub(r"(?<=[.!?]) [A-Z][^.!?]{20,}[.!?]\Z", "", p)),
    "a sentence more": _edit(lambda p: p + " The clerk has denied it."),
    "a negation": _edit(lambda p: re.sub(r"\b(is|was|has|ist|war|hat|es|est)\b", r"\1 not", p, count=1)),
    "the first paragraph": _edit(lambda p: re.sub(r"\b(\w{5,})\b", r"un\1", p, count=1), 0),
    "the last paragraph": _edit(lambda p: re.sub(r"\b(\w{5,})\b", r"un\1", p, count=1), -1),
    "a paragraph gone": _edit(lambda p: ""),
    "a paragraph more": _between(
        "<p>The clerk of the old harbour has counted the salt again and found less of it than before.</p>"
    ),
    "a short paragraph more": _between("<p>“No,” she said.</p>"),
    "a correction below": _after_story(
        "<p>Correction: An earlier version of this article gave a wrong figure for the salt.</p>"
    ),
    "the headline": _headlined,
}


if __name__ == "__main__":
    main()
