"""The same work as most people begin it: requests, trafilatura, difflib, sqlite3. Run in its own environment.

python loop.py ROOT PAGES FILE
"""

import difflib
import hashlib
import re
import sqlite3
import sys

import requests
import trafilatura

ROOT, PAGES, FILE = sys.argv[1], int(sys.argv[2]), sys.argv[3]

store = sqlite3.connect(FILE)
store.execute("PRAGMA journal_mode=WAL")
store.execute("CREATE TABLE IF NOT EXISTS page (url TEXT PRIMARY KEY, digest, text, etag)")
store.execute("CREATE TABLE IF NOT EXISTS change (id INTEGER PRIMARY KEY, url, digest, diff)")
session = requests.Session()
for number in range((PAGES + 99) // 100):
    for path in re.findall(r'<h2><a href="/([^"]+)"', session.get(f"{ROOT}l/{number:04d}.html").text):
        url = ROOT + path
        row = store.execute("SELECT digest, text, etag FROM page WHERE url = ?", (url,)).fetchone()
        answer = session.get(url, headers={"If-None-Match": row[2]} if row and row[2] else {})
        if answer.status_code == 304:
            continue
        read = trafilatura.bare_extraction(answer.content, with_metadata=True)
        text = f"{read.title}\n{read.text}"
        digest = hashlib.sha256(text.encode()).hexdigest()
        if row is None or row[0] != digest:
            diff = "" if row is None else "\n".join(difflib.ndiff(row[1].split(), text.split()))
            store.execute("INSERT INTO change (url, digest, diff) VALUES (?, ?, ?)", (url, digest, diff))
            values = (url, digest, text, answer.headers.get("ETag"))
            store.execute("INSERT OR REPLACE INTO page VALUES (?, ?, ?, ?)", values)
    store.commit()
