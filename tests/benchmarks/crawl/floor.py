"""What nobody can leave out: a C client's fetch, Lexbor's parse, SHA-256 and a row. Run in its own environment.

python floor.py ROOT PAGES FILE
"""

import hashlib
import io
import sqlite3
import sys

import pycurl
from selectolax.lexbor import LexborHTMLParser

ROOT, PAGES, FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]

store = sqlite3.connect(FILE)
store.execute("PRAGMA journal_mode=WAL")
store.execute("CREATE TABLE IF NOT EXISTS page (url TEXT PRIMARY KEY, digest, etag)")
known = dict(store.execute("SELECT url, etag FROM page"))
curl = pycurl.Curl()
etags: list[str] = []
curl.setopt(
    pycurl.HEADERFUNCTION, lambda line: etags.append(line.decode()[6:-2]) if line[:5] == b"ETag:" else None
)


def get(url: str) -> tuple[int, bytes]:
    into = io.BytesIO()
    etags.clear()
    curl.setopt(pycurl.URL, url)
    curl.setopt(pycurl.HTTPHEADER, [f"If-None-Match: {known[url]}"] if known.get(url) else [])
    curl.setopt(pycurl.WRITEDATA, into)
    curl.perform()
    return curl.getinfo(pycurl.RESPONSE_CODE), into.getvalue()


for number in range((PAGES + 99) // 100):
    rows = []
    listing = LexborHTMLParser(get(f"{ROOT}l/{number:04d}.html")[1])
    for link in listing.css("article.row h2 a"):
        url = ROOT + link.attributes["href"].lstrip("/")
        status, body = get(url)
        if status == 304:
            continue
        LexborHTMLParser(body)
        rows.append((url, hashlib.sha256(body).hexdigest(), etags[0] if etags else None))
    store.executemany("INSERT OR REPLACE INTO page VALUES (?, ?, ?)", rows)
    store.commit()
