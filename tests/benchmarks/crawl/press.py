"""A made-up news site of many distinct pages of about 60 KB, as files, and nginx that serves them on loopback.

`write_site` gives the same bytes for the same number of pages, always. `serving` starts nginx; with `validators`
it answers a conditional request by 304, without them every answer is a 200 in full.
"""

from __future__ import annotations

import json
import random
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

PER_LISTING = 100  # teasers
_PAGE_BYTES = 60_000
_FIRST_DAY = datetime(2026, 1, 1, 6, tzinfo=UTC)
_WORDS = """\
the a of in to and at by for with on from its was were said after before that which as will has not
b br c ch d dr f fl g gr h j k l m n p pl qu r s sh st t th tr v w
a e i o u ai ea io ou
l m n r s t nd rt st ck ng rm sk"""
_SMALL, _STARTS, _MIDDLES, _ENDS = map(str.split, _WORDS.splitlines())


def write_site(folder: Path, pages: int) -> None:
    """Write `pages` articles below `folder`/a, their listings below `folder`/l, and an index that names none."""
    words = _vocabulary()
    for below in ("a", "l"):
        (folder / below).mkdir(parents=True, exist_ok=True)
    teasers = []
    for number in range(pages):
        headline, excerpt, page = _article(number, words)
        (folder / article_path(number)).write_text(page, encoding="utf-8")
        teasers.append((article_path(number), headline, excerpt))
    for listing, start in enumerate(range(0, pages, PER_LISTING)):
        rows = "".join(_row(*teaser) for teaser in teasers[start : start + PER_LISTING])
        page = f"<!doctype html><html lang=en><head><title>Page {listing} - Quay Courier</title></head>"
        page += f"<body><h1>Quay Courier</h1><main>{rows}</main></body></html>"
        (folder / listing_path(listing)).write_text(page, encoding="utf-8")


def article_path(number: int) -> str:
    return f"a/2026-{number:06d}-quay-courier-story.html"


def listing_path(number: int) -> str:
    return f"l/{number:04d}.html"


def listings(pages: int) -> list[str]:
    return [listing_path(n) for n in range((pages + PER_LISTING - 1) // PER_LISTING)]


@contextmanager
def serving(folder: Path, port: int, work: Path, *, validators: bool) -> Iterator[str]:
    """nginx over `folder` on `port`; gives the address of its root. Its files are put into `work`."""
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if program is None:
        raise SystemExit("nginx is needed to serve the pages; try: apt-get install nginx-light")
    settings = work / "nginx.conf"
    settings.write_text(_NGINX.format(work=work, folder=folder, port=port, extra="" if validators else _BARE))
    process = subprocess.Popen([program, "-p", str(work), "-c", str(settings)], stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait()


def free_port() -> int:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port: int = asked.getsockname()[1]
        return port


_BARE = "etag off; if_modified_since off; max_ranges 0; add_header Last-Modified '';"
_NGINX = """
daemon off; master_process off; pid {work}/nginx.pid; error_log /dev/null;
events {{ worker_connections 4096; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; open_file_cache max=20000;
  default_type text/html; types {{ text/html html; }} charset utf-8;
  client_body_temp_path {work}/t1; proxy_temp_path {work}/t2; fastcgi_temp_path {work}/t3;
  uwsgi_temp_path {work}/t4; scgi_temp_path {work}/t5;
  server {{ listen 127.0.0.1:{port}; root {folder}; {extra} }}
}}
"""


def _wait_for(port: int) -> None:
    for _ in range(200):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit("nginx did not start")


# ---------------------------------------------------------------- the text


def _vocabulary() -> list[str]:
    chance = random.Random(7)
    found: dict[str, None] = {}
    while len(found) < 12_000:
        syllables = chance.choice((1, 2, 2, 3))
        word = "".join(chance.choice(_STARTS) + chance.choice(_MIDDLES) for _ in range(syllables))
        found[word + chance.choice(_ENDS)] = None
    return list(found)


def _sentence(chance: random.Random, words: list[str]) -> str:
    count = chance.randint(9, 26)
    told = [chance.choice(_SMALL) if chance.random() < 0.45 else chance.choice(words) for _ in range(count)]
    if chance.random() < 0.3:
        told[chance.randrange(count)] = str(chance.randint(2, 9_000))
    return " ".join(told).capitalize() + "."


def _article(number: int, words: list[str]) -> tuple[str, str, str]:
    """Headline, excerpt and markup of the story with that number."""
    chance = random.Random(number)
    headline = " ".join(chance.choice(words) for _ in range(chance.randint(6, 11))).capitalize()
    paragraphs = [
        " ".join(_sentence(chance, words) for _ in range(chance.randint(2, 5)))
        for _ in range(chance.randint(14, 26))
    ]
    told = _FIRST_DAY + timedelta(minutes=7 * number)
    body = "".join(f"<p>{paragraph}</p>\n" for paragraph in paragraphs)
    about = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": headline,
        "datePublished": told.isoformat(),
        "author": {"@type": "Person", "name": "Ada Quill"},
    }
    page = _PAGE.format(
        headline=headline,
        about=json.dumps(about),
        stamp=told.isoformat(),
        shown=f"{told:%d %B %Y %H:%M}",
        body=body,
        menu=_menu(chance, words, 120),
        related=_menu(chance, words, 60),
    )
    filling = max(0, _PAGE_BYTES - len(page) - 30)
    script = "".join(
        f'q.push(["{chance.choice(words)}",{chance.randrange(10**6)}]);\n' for _ in range(filling // 26)
    )
    return headline, paragraphs[0][:160], page.replace("/*script*/", script[:filling])


def _menu(chance: random.Random, words: list[str], count: int) -> str:
    rows = []
    for _ in range(count):
        name = f"{chance.choice(words)} {chance.choice(words)}"
        rows.append(
            f'<li class="menu-item"><a class="menu-link" href="/s/{name.replace(" ", "-")}">{name}</a></li>'
        )
    return "".join(rows)


def _row(path: str, headline: str, excerpt: str) -> str:
    return f'<article class="row"><h2><a href="/{path}">{headline}</a></h2><p>{excerpt} …</p></article>\n'


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{headline} - Quay Courier</title>
<meta property="og:title" content="{headline}"><meta property="og:type" content="article">
<meta property="article:published_time" content="{stamp}">
<script type="application/ld+json">{about}</script>
<script>var q=[];/*script*/</script></head>
<body><header><nav><ul>{menu}</ul></nav></header>
<main><article><h1>{headline}</h1><p class="byline">By <a rel="author" href="/by/quill">Ada Quill</a></p>
<time datetime="{stamp}">{shown}</time><div class="story-body">
{body}</div></article>
<aside class="related"><h3>More from the courier</h3><ul>{related}</ul></aside></main>
<footer><p>Quay Courier, made up for measuring.</p></footer></body></html>
"""
